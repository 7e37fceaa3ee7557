/** What the audit log asks of its store and of the key that signs its checkpoints. */
import type { AuditEntry } from './leaf.ts';
import type { Coordinate, TreeNode } from './merkle-tree.ts';

/** What is read of the log while its write lock is held. */
export interface LogTail {
  readonly size: number;
  /** Lines of leaves from `from` up to, not including, `to`. */
  leaves(from: number, to: number): Promise<string[]>;
  /** Indexes of entries that are in the log already. */
  known(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

export interface AppendedRows {
  readonly leaves: readonly (Pick<AuditEntry, 'id' | 'at'> & { readonly index: number; readonly line: string })[];
  readonly nodes: readonly TreeNode[];
}

export interface AuditStore {
  /** One transaction that no other writer of the log overlaps, in whichever process. Nothing is written when it throws. */
  append(work: (tail: LogTail) => Promise<AppendedRows>): Promise<void>;
  size(): Promise<number>;
  leaves(from: number, to: number): Promise<string[]>;
  /** Missing ones are left out. */
  nodes(coordinates: readonly Coordinate[]): Promise<TreeNode[]>;
  /** Keeps what is there for this size; gives the note that is kept. */
  addCheckpoint(size: number, note: string, at: Date): Promise<string>;
  latestCheckpoint(): Promise<string | null>;
  /** Notes for sizes of at least `fromSize`, ascending. */
  checkpoints(fromSize: number, limit: number): Promise<string[]>;
}

/** ECDSA P-256 in the token; the private key never leaves it. */
export interface CheckpointSigner {
  /** x ‖ y, 64 bytes. */
  readonly publicKey: Uint8Array;
  /** @returns r ‖ s, 64 bytes */
  sign(digest: Uint8Array): Promise<Uint8Array>;
}
