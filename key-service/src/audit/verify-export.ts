/**
 * The offline check of an exported log: leaves, checkpoints, public key, and nothing else. Reads leaves one by one and
 * keeps their ids only. What each fault means is said, not only that there is one. Pure.
 */
import type { KeyObject } from 'node:crypto';
import { bytesToHex, equalBytes } from '@rhc/card/bytes';
import { type Checkpoint, openNote } from './checkpoint.ts';
import { parseLeaf } from './leaf.ts';
import { Frontier, textLeafHash } from './merkle-tree.ts';

export type ExportFault =
  /** Line `line` (from 1) is no leaf in canonical form. */
  | { readonly kind: 'leaf-form'; readonly line: number }
  /** A leaf names another index than its place: one is missing, doubled or moved. */
  | { readonly kind: 'leaf-order'; readonly line: number; readonly index: number }
  | { readonly kind: 'entry-twice'; readonly line: number; readonly id: string }
  | { readonly kind: 'checkpoint-form' | 'checkpoint-unknown-key' | 'checkpoint-signature'; readonly note: number }
  | { readonly kind: 'checkpoint-origin'; readonly note: number; readonly origin: string }
  /** Two signed roots for one size: the log was shown to two parties in two versions. */
  | { readonly kind: 'split-view'; readonly size: number }
  /** A leaf between the last good checkpoint (`after` leaves) and this one is not what was signed. */
  | { readonly kind: 'root'; readonly size: number; readonly after: number }
  | { readonly kind: 'truncated'; readonly leaves: number; readonly signed: number }
  | { readonly kind: 'no-checkpoint' };

export interface ExportReport {
  readonly leaves: number;
  readonly origin: string | null;
  /** Checkpoints whose signature and root are right. */
  readonly confirmed: number;
  /** Leaves that a right checkpoint covers; later ones are not yet signed. */
  readonly covered: number;
  readonly root: string;
  readonly faults: readonly ExportFault[];
}

const MAX_FAULTS = 100;

export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  notes: readonly string[],
  key: KeyObject,
): Promise<ExportReport> {
  const faults: ExportFault[] = [];
  const add = (fault: ExportFault) => {
    if (faults.length < MAX_FAULTS) faults.push(fault);
  };
  const signed = signedTrees(notes, key, add);
  const tree = new Frontier();
  const ids = new Set<string>();
  let confirmed = 0;
  let covered = 0;
  const check = () => {
    const checkpoint = signed.get(tree.size);
    if (checkpoint === undefined) return;
    if (equalBytes(checkpoint.root, tree.root)) {
      confirmed++;
      covered = tree.size;
    } else add({ kind: 'root', size: tree.size, after: covered });
  };
  check();
  for await (const line of lines) {
    if (line === '') continue;
    const number = tree.size + 1;
    const leaf = parseLeaf(line);
    if (leaf === null) add({ kind: 'leaf-form', line: number });
    else if (leaf.index !== tree.size) add({ kind: 'leaf-order', line: number, index: leaf.index });
    if (leaf !== null && ids.has(leaf.id)) add({ kind: 'entry-twice', line: number, id: leaf.id });
    if (leaf !== null) ids.add(leaf.id);
    tree.append(textLeafHash(line));
    check();
  }
  const largest = Math.max(0, ...signed.keys());
  if (signed.size === 0) add({ kind: 'no-checkpoint' });
  if (largest > tree.size) add({ kind: 'truncated', leaves: tree.size, signed: largest });
  const origin = [...signed.values()][0]?.origin ?? null;
  return { leaves: tree.size, origin, confirmed, covered, root: bytesToHex(tree.root), faults };
}

function signedTrees(
  notes: readonly string[],
  key: KeyObject,
  add: (fault: ExportFault) => void,
): ReadonlyMap<number, Checkpoint> {
  const bySize = new Map<number, Checkpoint>();
  let origin: string | undefined;
  notes.forEach((text, index) => {
    const note = index + 1;
    const opened = openNote(text, key);
    if (typeof opened === 'string') {
      add({ kind: `checkpoint-${opened}`, note });
      return;
    }
    origin ??= opened.origin;
    if (opened.origin !== origin) {
      add({ kind: 'checkpoint-origin', note, origin: opened.origin });
      return;
    }
    const present = bySize.get(opened.size);
    if (present === undefined) bySize.set(opened.size, opened);
    else if (!equalBytes(present.root, opened.root)) add({ kind: 'split-view', size: opened.size });
  });
  return bySize;
}
