/** Inclusion and consistency proofs from the stored subtrees (RFC 9162, 2.1.3 and 2.1.4): O(log n) rows each. */
import { bytesToHex } from '@rhc/card/bytes';
import { keyServiceErrors } from '../errors.ts';
import { consistencyRanges, type Hash, inclusionRanges, type LeafRange, rangeRoot, subtreesOf } from './merkle-tree.ts';
import type { AuditStore } from './ports.ts';

type ProofStore = Pick<AuditStore, 'size' | 'nodes' | 'leaves'>;

export interface InclusionProof {
  readonly index: number;
  readonly size: number;
  /** The leaf's line, whose UTF-8 bytes are hashed. */
  readonly leaf: string;
  readonly path: readonly Hash[];
}

/** @throws AUDIT_RANGE */
export async function inclusionProof(store: ProofStore, index: number, size: number): Promise<InclusionProof> {
  await requireSize(store, size);
  if (index < 0 || index >= size) throw outside('index');
  const [leaf] = await store.leaves(index, index + 1);
  if (leaf === undefined) throw keyServiceErrors.make('AUDIT_LOG_DAMAGED', { detail: `leaf ${index} is missing` });
  return { index, size, leaf, path: await roots(store, inclusionRanges(index, size)) };
}

/** @throws AUDIT_RANGE */
export async function consistencyProof(store: ProofStore, earlier: number, size: number): Promise<Hash[]> {
  await requireSize(store, size);
  if (earlier < 1 || earlier > size) throw outside('from');
  if (earlier === size) return [];
  return roots(store, consistencyRanges(earlier, size));
}

async function requireSize(store: ProofStore, size: number): Promise<void> {
  if (size < 1 || size > (await store.size())) throw outside('size');
}

async function roots(store: ProofStore, ranges: readonly LeafRange[]): Promise<Hash[]> {
  const nodes = await store.nodes(ranges.flatMap(subtreesOf));
  return ranges.map((range) =>
    rangeRoot(range, ({ level, position }) => {
      const found = nodes.find((node) => node.level === level && node.position === position);
      if (found !== undefined) return found.hash;
      throw keyServiceErrors.make('AUDIT_LOG_DAMAGED', { detail: `subtree ${level}/${position} is missing` });
    }),
  );
}

const outside = (field: string) =>
  keyServiceErrors.make('AUDIT_RANGE', {
    fields: [{ field, rule: { zh: '须在日志的范围内', en: 'must lie within the log' } }],
  });

export const pathToHex = (path: readonly Hash[]): string[] => path.map((hash) => bytesToHex(hash));
