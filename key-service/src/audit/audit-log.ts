/**
 * (Over 300 lines: writing, spooling and signing share the one edge of the tree and must not be parted.)
 * The audit log of KEYS.md: whoever awaits `record` knows that the entry is in the log or in the local spool, and an
 * operation whose entry is in neither does not happen. Entries that wait while one transaction runs are written by the
 * next one together. The tree's right edge is kept in memory and checked against the last signed checkpoint when the
 * log is opened, so that a database administrator who rewrites what is stored gets no signature over it.
 */
import { randomUUID } from 'node:crypto';
import { equalBytes } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import { keyServiceErrors } from '../errors.ts';
import { type Checkpoint, noteDigest, openNote, publicKeyOf, signedNote } from './checkpoint.ts';
import type { CheckpointAnchor } from './checkpoint-anchor.ts';
import { type AuditDetails, type AuditEntry, canonicalJson, leafLine } from './leaf.ts';
import { Frontier, subtreesOf, type TreeNode, textLeafHash } from './merkle-tree.ts';
import type { AppendedRows, AuditStore, CheckpointSigner, LogTail } from './ports.ts';
import type { AuditSpool } from './spool.ts';

export interface AuditReceipt {
  readonly id: string;
  /** Index of the leaf; null while the entry waits in the spool. */
  readonly index: number | null;
}

export interface AuditLogOptions {
  /** Name of the log, the first line of its checkpoints. */
  readonly origin: string;
  readonly store: AuditStore;
  readonly spool: AuditSpool;
  readonly signer: CheckpointSigner;
  /** The last checkpoint, kept outside of the database. */
  readonly anchor: CheckpointAnchor;
  readonly now: () => Date;
  /** An unsigned leaf waits at most so long for its checkpoint. */
  readonly checkpointAfterMs?: number;
  /** Pause between two tries to empty the spool. */
  readonly retryAfterMs?: number;
  readonly onEvent?: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export interface AuditStatus {
  readonly origin: string;
  readonly size: number;
  readonly signedSize: number;
  readonly spooled: number;
  readonly spoolCapacity: number;
  /** How long the spool lasts at the rate measured since the outage began; null while there is none. */
  readonly spoolLastsMs: number | null;
  readonly damaged: boolean;
}

interface Waiting {
  readonly entry: AuditEntry;
  readonly resolve: (receipt: AuditReceipt) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_TOGETHER = 500;
const DEFAULTS = { checkpointAfterMs: 1_000, retryAfterMs: 1_000, onEvent: () => undefined };

export class AuditLog {
  readonly publicKey: ReturnType<typeof publicKeyOf>;
  readonly #options: Required<AuditLogOptions>;
  #frontier = new Frontier();
  #signedSize = 0;
  readonly #waiting: Waiting[] = [];
  #pumping: Promise<void> = Promise.resolve();
  #busy = false;
  #drainDue = false;
  #retryAt = 0;
  #outage: { readonly since: number; spooled: number } | undefined;
  #damage: string | undefined;
  #closed = false;
  #checkpointTimer: ReturnType<typeof setTimeout> | undefined;
  #drainTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(options: AuditLogOptions) {
    this.#options = { ...DEFAULTS, ...options };
    this.publicKey = publicKeyOf(options.signer.publicKey);
  }

  /** @throws AUDIT_LOG_DAMAGED when store and signed checkpoints disagree */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const log = new AuditLog(options);
    const { store, anchor, spool } = log.#options;
    const kept = [await store.latestCheckpoint(), anchor.read()].filter((note) => note !== null);
    const signed = kept.map((note) => log.#opened(note)).sort((a, b) => b.size - a.size);
    for (const checkpoint of signed) await log.#restore(checkpoint);
    log.#signedSize = log.#frontier.size === 0 ? 0 : (signed[0]?.size ?? 0);
    await store.append(async (tail) => {
      log.#frontier = await log.#caughtUp(tail);
      return { leaves: [], nodes: [] };
    });
    if (spool.length > 0) await log.#drain();
    log.#planCheckpoint();
    return log;
  }

  get status(): AuditStatus {
    const { origin, spool, now } = this.#options;
    const spent = this.#outage === undefined ? 0 : now().getTime() - this.#outage.since;
    const rate = this.#outage === undefined || spent <= 0 ? 0 : this.#outage.spooled / spent;
    return {
      origin,
      size: this.#frontier.size,
      signedSize: this.#signedSize,
      spooled: spool.length,
      spoolCapacity: spool.capacity,
      spoolLastsMs: rate === 0 ? null : Math.floor((spool.capacity - spool.length) / rate),
      damaged: this.#damage !== undefined,
    };
  }

  /** @throws AUDIT_UNAVAILABLE, AUDIT_LOG_DAMAGED: the operation must not happen */
  record(action: string, details: AuditDetails, id: string = randomUUID()): Promise<AuditReceipt> {
    if (this.#closed) return Promise.reject(keyServiceErrors.make('AUDIT_UNAVAILABLE', { detail: 'closed' }));
    const entry = { id, at: this.#options.now().toISOString(), action, details };
    // What has no canonical form is found here, where its caller is, and not in the middle of others' entries.
    canonicalJson(entry);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#pump();
    });
  }

  /** Signs the present tree unless it is signed; gives the latest note, null for an empty log. */
  async checkpoint(): Promise<string | null> {
    this.#refuseDamaged();
    const { origin, store, signer, anchor, now } = this.#options;
    const frontier = this.#frontier.clone();
    if (frontier.size === this.#signedSize) return store.latestCheckpoint();
    const checkpoint: Checkpoint = { origin, size: frontier.size, root: frontier.root };
    const note = signedNote(checkpoint, await signer.sign(noteDigest(checkpoint)), this.publicKey);
    // A faulty signature must not get into the store, where it would look like somebody's forgery.
    if (typeof openNote(note, this.publicKey) === 'string') {
      throw keyServiceErrors.make('HSM_FAILED', { detail: 'the checkpoint signature does not verify' });
    }
    const kept = await store.addCheckpoint(frontier.size, note, now());
    const other = this.#opened(kept);
    if (!equalBytes(other.root, frontier.root)) this.#declareDamaged(`two roots for size ${frontier.size}`);
    anchor.write(kept);
    this.#signedSize = Math.max(this.#signedSize, frontier.size);
    return kept;
  }

  /** Writes what waits, signs, and stops. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#checkpointTimer);
    clearTimeout(this.#drainTimer);
    await this.#pumping;
    try {
      if (this.#options.spool.length > 0) await this.#drain();
      await this.checkpoint();
    } catch (error) {
      this.#options.onEvent('audit-checkpoint-failed', { error: String(error) });
    }
    this.#options.spool.close();
  }

  #pump(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#pumping = this.#writeWaiting();
  }

  /** Clears `#busy` in the same step in which it sees that nothing waits, so that no entry is left behind. */
  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0 || this.#drainDue) {
      this.#drainDue = false;
      const batch = this.#waiting.splice(0, MAX_TOGETHER);
      try {
        const indexes = await this.#write(batch.map(({ entry }) => entry));
        for (const { entry, resolve } of batch) resolve({ id: entry.id, index: indexes?.get(entry.id) ?? null });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#busy = false;
  }

  /** Indexes, or null when the entries went to the spool. */
  async #write(entries: readonly AuditEntry[]): Promise<ReadonlyMap<string, number> | null> {
    this.#refuseDamaged();
    const { spool, now, onEvent } = this.#options;
    if (spool.length > 0 && now().getTime() >= this.#retryAt) await this.#drain();
    if (spool.length === 0) {
      try {
        return entries.length === 0 ? null : await this.#append(entries);
      } catch (error) {
        if (isRhcError(error)) throw error;
        onEvent('audit-store-unavailable', { error: String(error) });
      }
    }
    if (entries.length === 0) return null;
    spool.add(entries);
    this.#outage ??= { since: now().getTime(), spooled: 0 };
    this.#outage.spooled += entries.length;
    this.#planDrain();
    return null;
  }

  async #append(entries: readonly AuditEntry[]): Promise<ReadonlyMap<string, number>> {
    const indexes = new Map<string, number>();
    let grown = this.#frontier;
    await this.#options.store.append(async (tail) => {
      grown = await this.#caughtUp(tail);
      const known = await tail.known(entries.map(({ id }) => id));
      const leaves: AppendedRows['leaves'][number][] = [];
      const nodes: TreeNode[] = [];
      for (const entry of entries) {
        // Asked for twice while the store was away, or at once: the second is the first, as if it had been stored already.
        const index = known.get(entry.id) ?? indexes.get(entry.id) ?? grown.size;
        indexes.set(entry.id, index);
        if (index < grown.size) continue;
        const line = leafLine(entry, index);
        leaves.push({ index, id: entry.id, at: entry.at, line });
        nodes.push(...grown.append(textLeafHash(line)));
      }
      return { leaves, nodes };
    });
    this.#frontier = grown;
    this.#planCheckpoint();
    return indexes;
  }

  /** This process's edge, grown by what other processes have appended since. */
  async #caughtUp(tail: LogTail): Promise<Frontier> {
    const frontier = this.#frontier.clone();
    if (tail.size < frontier.size) this.#declareDamaged(`${tail.size} leaves stored, ${frontier.size} written`);
    while (frontier.size < tail.size) {
      const from = frontier.size;
      const lines = await tail.leaves(from, Math.min(tail.size, from + MAX_TOGETHER));
      if (lines.length === 0) this.#declareDamaged(`leaf ${from} is missing`);
      for (const line of lines) frontier.append(textLeafHash(line));
    }
    return frontier;
  }

  async #drain(): Promise<void> {
    const { spool, retryAfterMs, now, onEvent } = this.#options;
    const entries = spool.entries;
    try {
      for (let at = 0; at < entries.length; at += MAX_TOGETHER)
        await this.#append(entries.slice(at, at + MAX_TOGETHER));
      spool.clear();
      this.#outage = undefined;
      onEvent('audit-spool-emptied', { entries: entries.length });
    } catch (error) {
      if (isRhcError(error)) throw error;
      this.#retryAt = now().getTime() + retryAfterMs;
      this.#planDrain();
    }
  }

  #planDrain(): void {
    if (this.#drainTimer !== undefined || this.#closed) return;
    this.#drainTimer = setTimeout(() => {
      this.#drainTimer = undefined;
      this.#retryAt = 0;
      this.#drainDue = true;
      this.#pump();
    }, this.#options.retryAfterMs);
    this.#drainTimer.unref();
  }

  #planCheckpoint(): void {
    if (this.#checkpointTimer !== undefined || this.#closed || this.#frontier.size === this.#signedSize) return;
    this.#checkpointTimer = setTimeout(() => {
      this.#checkpointTimer = undefined;
      this.checkpoint()
        .catch((error: unknown) => this.#options.onEvent('audit-checkpoint-failed', { error: String(error) }))
        .finally(() => this.#planCheckpoint());
    }, this.#options.checkpointAfterMs);
    this.#checkpointTimer.unref();
  }

  #opened(note: string): Checkpoint {
    const opened = openNote(note, this.publicKey);
    if (typeof opened === 'string') this.#declareDamaged(`stored checkpoint: ${opened}`);
    if (opened.origin !== this.#options.origin) this.#declareDamaged(`checkpoint of the log ${opened.origin}`);
    return opened;
  }

  /** The edge at a signed size, from the stored subtrees; it must have the signed root. */
  async #restore({ size, root }: Checkpoint): Promise<void> {
    const coordinates = subtreesOf({ start: 0, end: size });
    const nodes = await this.#options.store.nodes(coordinates);
    const peaks = coordinates.flatMap(({ level, position }) =>
      nodes.filter((node) => node.level === level && node.position === position).map(({ hash }) => hash),
    );
    if (peaks.length !== coordinates.length) this.#declareDamaged(`subtrees of the signed size ${size} are missing`);
    const frontier = new Frontier(size, peaks);
    if (!equalBytes(frontier.root, root)) this.#declareDamaged(`the stored tree of ${size} leaves has another root`);
    if (size > this.#frontier.size) this.#frontier = frontier;
  }

  #refuseDamaged(): void {
    if (this.#damage !== undefined) throw keyServiceErrors.make('AUDIT_LOG_DAMAGED', { detail: this.#damage });
  }

  #declareDamaged(detail: string): never {
    this.#damage = detail;
    this.#options.onEvent('audit-log-damaged', { detail });
    throw keyServiceErrors.make('AUDIT_LOG_DAMAGED', { detail });
  }
}
