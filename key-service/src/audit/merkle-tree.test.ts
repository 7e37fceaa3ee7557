/** Vectors by a second implementation: test-vectors/tools/make_merkle_vectors.py. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import {
  consistencyRanges,
  Frontier,
  inclusionRanges,
  leafHash,
  rangeRoot,
  subtreesOf,
  textLeafHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle-tree.ts';

interface Vectors {
  leaves: string[];
  roots: string[];
  inclusion: { index: number; size: number; path: string[] }[];
  consistency: { earlier: number; size: number; path: string[] }[];
  decimalLeaves: { size: number; root: string }[];
  decimalConsistency: { earlier: number; size: number; path: string[] }[];
}
const file = join(__dirname, '../../../test-vectors/audit/merkle.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const leaves = vectors.leaves.map((leaf) => leafHash(hexToBytes(leaf)));
const decimal = Array.from({ length: 70 }, (_, index) => textLeafHash(String(index)));

/** Every complete subtree of a tree, as the store would hold it. */
function grow(hashes: readonly Uint8Array[]) {
  const frontier = new Frontier();
  const nodes = new Map<string, Uint8Array>();
  for (const hash of hashes) {
    for (const node of frontier.append(hash)) nodes.set(`${node.level}/${node.position}`, node.hash);
  }
  const node = ({ level, position }: { level: number; position: number }) =>
    nodes.get(`${level}/${position}`) ?? new Uint8Array(0);
  return { frontier, node };
}
const { node } = grow(leaves);
const wide = grow(decimal);
const rootOf = (size: number) => hexToBytes(vectors.roots[size] as string);
const hexPath = (ranges: ReturnType<typeof inclusionRanges>, of = node) =>
  ranges.map((range) => bytesToHex(rangeRoot(range, of)));

test('roots of the published leaves, at every size', () => {
  expect(vectors.roots).toHaveLength(9);
  vectors.roots.forEach((root, size) => {
    expect(bytesToHex(grow(leaves.slice(0, size)).frontier.root)).toBe(root);
  });
});

test('roots of wider trees', () => {
  for (const { size, root } of vectors.decimalLeaves) {
    expect(bytesToHex(grow(decimal.slice(0, size)).frontier.root)).toBe(root);
  }
});

describe('inclusion', () => {
  test('all 36 paths', () => {
    expect(vectors.inclusion).toHaveLength(36);
    for (const { index, size, path } of vectors.inclusion) {
      expect(hexPath(inclusionRanges(index, size))).toEqual(path);
      const proof = { index, size, path: path.map(hexToBytes), root: rootOf(size) };
      expect(verifyInclusion(leaves[index] as Uint8Array, proof)).toBe(true);
    }
  });

  test('another leaf, place, size, root or path is refused', () => {
    for (const { index, size, path } of vectors.inclusion) {
      const leaf = leaves[index] as Uint8Array;
      const proof = { index, size, path: path.map(hexToBytes), root: rootOf(size) };
      expect(verifyInclusion(leafHash(Uint8Array.of(0x99)), proof)).toBe(false);
      expect(verifyInclusion(leaf, { ...proof, index: index + 1 })).toBe(false);
      expect(verifyInclusion(leaf, { ...proof, root: rootOf(size - 1) })).toBe(false);
      expect(verifyInclusion(leaf, { ...proof, path: [...proof.path, rootOf(1)] })).toBe(false);
      if (path.length > 0) expect(verifyInclusion(leaf, { ...proof, path: proof.path.slice(1) })).toBe(false);
      expect(verifyInclusion(leaf, { ...proof, index: -1 })).toBe(false);
      expect(verifyInclusion(leaf, { ...proof, index: size })).toBe(false);
    }
  });
});

describe('consistency', () => {
  test('all 36 paths, and wider ones', () => {
    expect(vectors.consistency).toHaveLength(36);
    for (const { earlier, size, path } of vectors.consistency) {
      expect(earlier === size ? [] : hexPath(consistencyRanges(earlier, size))).toEqual(path);
      const [before, after] = [
        { size: earlier, root: rootOf(earlier) },
        { size, root: rootOf(size) },
      ];
      expect(verifyConsistency(before, after, path.map(hexToBytes))).toBe(true);
    }
    for (const { earlier, size, path } of vectors.decimalConsistency) {
      expect(hexPath(consistencyRanges(earlier, size), wide.node)).toEqual(path);
      const trees = [earlier, size].map((at) => ({ size: at, root: grow(decimal.slice(0, at)).frontier.root }));
      const [before, after] = trees as [(typeof trees)[number], (typeof trees)[number]];
      expect(verifyConsistency(before, after, path.map(hexToBytes))).toBe(true);
    }
  });

  test('a changed history is refused', () => {
    for (const { earlier, size, path } of vectors.consistency.filter((each) => each.earlier < each.size)) {
      const after = { size, root: rootOf(size) };
      const nodes = path.map(hexToBytes);
      expect(verifyConsistency({ size: earlier, root: rootOf(earlier - 1) }, after, nodes)).toBe(false);
      expect(verifyConsistency({ size: earlier, root: rootOf(earlier) }, { size, root: rootOf(0) }, nodes)).toBe(false);
      expect(verifyConsistency({ size: earlier, root: rootOf(earlier) }, after, [...nodes, rootOf(1)])).toBe(false);
      expect(verifyConsistency({ size: earlier, root: rootOf(earlier) }, after, nodes.slice(1))).toBe(false);
      expect(verifyConsistency({ size: size + 1, root: rootOf(earlier) }, after, nodes)).toBe(false);
    }
  });
});

test('subtrees of a range, largest first; a frontier that does not fit its size is refused', () => {
  expect(subtreesOf({ start: 0, end: 7 })).toEqual([
    { level: 2, position: 0 },
    { level: 1, position: 2 },
    { level: 0, position: 6 },
  ]);
  expect(() => new Frontier(7, [])).toThrow(RangeError);
  expect(() => inclusionRanges(3, 3)).toThrow(RangeError);
  expect(() => consistencyRanges(0, 3)).toThrow(RangeError);
});
