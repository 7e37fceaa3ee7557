/**
 * Merkle tree of RFC 9162, 2.1: leaf hash over 00 ‖ leaf, node hash over 01 ‖ left ‖ right, SHA-256. Proofs are
 * planned as ranges of leaves, so that a store with the complete subtrees answers each with O(log n) rows. Pure.
 */
import { createHash } from 'node:crypto';
import { equalBytes } from '@rhc/card/bytes';

/** 32 bytes. */
export type Hash = Uint8Array;

const sha256 = (...parts: readonly Uint8Array[]): Hash => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
};
const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

export const leafHash = (leaf: Uint8Array): Hash => sha256(LEAF, leaf);
export const nodeHash = (left: Hash, right: Hash): Hash => sha256(NODE, left, right);
/** MTH of the empty list. */
export const EMPTY_ROOT: Hash = sha256();

/** A complete subtree: 2^level leaves, the first of them at position · 2^level. */
export interface Coordinate {
  readonly level: number;
  readonly position: number;
}
export interface TreeNode extends Coordinate {
  readonly hash: Hash;
}
/** Leaves from `start` up to, not including, `end`; `start` is aligned to the width's power of two. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** Largest power of two below n (n ≥ 2); by doubling, because bit operations end at 2³¹. */
function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The complete subtrees that a range consists of, largest first. */
export function subtreesOf({ start, end }: LeafRange): Coordinate[] {
  const found: Coordinate[] = [];
  let at = start;
  while (at < end) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level++;
    found.push({ level, position: at / 2 ** level });
    at += 2 ** level;
  }
  return found;
}

function foldRight(hashes: readonly Hash[]): Hash {
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The right edge of a growing tree: all that is needed to append and to know the root. */
export class Frontier {
  #size: number;
  readonly #peaks: Hash[];

  /** @param peaks hashes of `subtreesOf({start: 0, end: size})`, in that order */
  constructor(size = 0, peaks: readonly Hash[] = []) {
    if (subtreesOf({ start: 0, end: size }).length !== peaks.length) throw new RangeError('peaks do not fit the size');
    this.#size = size;
    this.#peaks = [...peaks];
  }

  get size(): number {
    return this.#size;
  }

  get root(): Hash {
    return this.#peaks.length === 0 ? EMPTY_ROOT : foldRight(this.#peaks);
  }

  clone(): Frontier {
    return new Frontier(this.#size, this.#peaks);
  }

  /** Adds one leaf; gives every subtree that is complete by it, the leaf first. */
  append(leaf: Hash): TreeNode[] {
    const completed: TreeNode[] = [{ level: 0, position: this.#size, hash: leaf }];
    let hash = leaf;
    let position = this.#size;
    for (let level = 1; position % 2 === 1; level++) {
      hash = nodeHash(this.#peaks.pop() as Hash, hash);
      position = (position - 1) / 2;
      completed.push({ level, position, hash });
    }
    this.#peaks.push(hash);
    this.#size++;
    return completed;
  }
}

/** RFC 9162, 2.1.3.1: the ranges whose roots are the inclusion proof of leaf `index` in a tree of `size`. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!(index >= 0 && index < size)) throw new RangeError('leaf index is outside of the tree');
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  return ranges;
}

/** RFC 9162, 2.1.4.1: the ranges whose roots prove that the tree of `size` begins with the tree of `earlier`. */
export function consistencyRanges(earlier: number, size: number): LeafRange[] {
  if (!(earlier > 0 && earlier <= size)) throw new RangeError('the earlier tree must have 1 to size leaves');
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  let whole = true;
  while (earlier < end) {
    const middle = start + splitPoint(end - start);
    if (earlier <= middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
      whole = false;
    }
  }
  return whole ? ranges : [{ start, end }, ...ranges];
}

/** Root of a range from its complete subtrees, as `subtreesOf` lists them. */
export function rangeRoot(range: LeafRange, subtree: (coordinate: Coordinate) => Hash): Hash {
  return foldRight(subtreesOf(range).map(subtree));
}

/** RFC 9162, 2.1.3.2. */
export function verifyInclusion(
  leaf: Hash,
  { index, size, path, root }: { index: number; size: number; path: readonly Hash[]; root: Hash },
): boolean {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return false;
  const ranges = inclusionRanges(index, size);
  if (ranges.length !== path.length) return false;
  const computed = ranges.reduce((hash, range, step) => {
    const sibling = path[step] as Hash;
    return range.start > index ? nodeHash(hash, sibling) : nodeHash(sibling, hash);
  }, leaf);
  return equalBytes(computed, root);
}

/** RFC 9162, 2.1.4.2. */
export function verifyConsistency(
  earlier: { readonly size: number; readonly root: Hash },
  later: { readonly size: number; readonly root: Hash },
  path: readonly Hash[],
): boolean {
  const sizes = [earlier.size, later.size];
  if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0) || earlier.size > later.size) return false;
  if (earlier.size === later.size) return path.length === 0 && equalBytes(earlier.root, later.root);
  // A complete earlier tree is itself the first node of the path and is left out there.
  const complete = subtreesOf({ start: 0, end: earlier.size }).length === 1;
  const nodes = complete ? [earlier.root, ...path] : [...path];
  let fn = earlier.size - 1;
  let sn = later.size - 1;
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  const first = nodes.shift();
  if (first === undefined) return false;
  let [fr, sr] = [first, first];
  for (const node of nodes) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [nodeHash(node, fr), nodeHash(node, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else sr = nodeHash(sr, node);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && equalBytes(fr, earlier.root) && equalBytes(sr, later.root);
}

/** Leaf hash of a line of text (UTF-8). */
export const textLeafHash = (line: string): Hash => leafHash(new TextEncoder().encode(line));
