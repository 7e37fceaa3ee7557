/**
 * High-volume operations as counted, hashed batches: one leaf says how many of which kind there were between two
 * moments, with the Merkle root over their lines. The lines stand in files of this machine: the open batch survives a
 * killed process and is closed by the next one, sealed batches stay for an auditor, the oldest beyond a limit go.
 * Fail closed: while a batch cannot be closed, no further operation is counted and so none happens.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { bytesToHex } from '@rhc/card/bytes';
import type { AuditReceipt } from './audit-log.ts';
import { type AuditDetails, canonicalJson } from './leaf.ts';
import { Frontier, textLeafHash } from './merkle-tree.ts';

export interface AuditBatchOptions {
  /** Action of the leaf, for example `terminal-batch`. */
  readonly action: string;
  readonly record: (action: string, details: AuditDetails, id: string) => Promise<AuditReceipt>;
  /** A folder of this process alone. */
  readonly folder: string;
  readonly now: () => Date;
  readonly maxEntries?: number;
  readonly maxAgeMs?: number;
  /** Sealed batch files that are kept. */
  readonly keepFiles?: number;
}

interface OpenBatch {
  readonly id: string;
  readonly file: number;
  readonly content: Content;
}

/** What a leaf says of its batch: entries, and how often each operation stands in them. */
class Content {
  readonly #tree = new Frontier();
  readonly #operations = new Map<string, number>();
  #from = '';
  #to = '';

  get count(): number {
    return this.#tree.size;
  }

  add(line: string, at: string, operations: readonly string[]): void {
    this.#tree.append(textLeafHash(line));
    for (const each of operations) this.#operations.set(each, (this.#operations.get(each) ?? 0) + 1);
    this.#from ||= at;
    this.#to = at;
  }

  details(): AuditDetails {
    return {
      entries: this.count,
      operations: Object.fromEntries(this.#operations),
      from: this.#from,
      to: this.#to,
      root: bytesToHex(this.#tree.root),
    };
  }
}

const OPEN = '.open.jsonl';
const SEALED = '.jsonl';

export class AuditBatches {
  readonly #options: Required<AuditBatchOptions>;
  #open: OpenBatch | undefined;
  /** Batches that are closed to new entries and not yet in the log. */
  readonly #unrecorded = new Map<string, AuditDetails & { readonly recovered?: true }>();
  #recording: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failed = false;

  private constructor(options: AuditBatchOptions) {
    this.#options = { maxEntries: 5_000, maxAgeMs: 5_000, keepFiles: 1_000, ...options };
  }

  /** Closes what a killed process left open. @throws AUDIT_UNAVAILABLE */
  static async open(options: AuditBatchOptions): Promise<AuditBatches> {
    const batches = new AuditBatches(options);
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(options.folder).filter((each) => each.endsWith(OPEN))) {
      const path = join(options.folder, name);
      const text = readFileSync(path, 'utf8');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      // A torn last line was never counted.
      truncateSync(path, Buffer.byteLength(whole));
      const content = new Content();
      for (const line of whole.split('\n').filter((each) => each !== '')) {
        const { at, operations } = JSON.parse(line) as { at: string; operations: string[] };
        content.add(line, at, operations);
      }
      const id = name.slice(0, -OPEN.length);
      if (content.count > 0) batches.#unrecorded.set(id, { ...content.details(), recovered: true });
      else rmSync(path);
    }
    await batches.#recordAll();
    return batches;
  }

  /**
   * Counts what is about to be carried out.
   * @param operations a name for each operation, for example `external-authentication RK1.DDF1#1`
   * @throws AUDIT_UNAVAILABLE while an earlier batch could not be written
   */
  async add(operations: readonly string[], details: AuditDetails): Promise<void> {
    if (this.#failed) await this.flush();
    const at = this.#options.now().toISOString();
    const line = canonicalJson({ ...details, at, operations });
    this.#open ??= this.#begin();
    writeSync(this.#open.file, `${line}\n`);
    this.#open.content.add(line, at, operations);
    if (this.#open.content.count >= this.#options.maxEntries) await this.flush();
  }

  /** Closes the open batch and writes its leaf. @throws AUDIT_UNAVAILABLE */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#open !== undefined) {
      const { id, file, content } = this.#open;
      this.#open = undefined;
      closeSync(file);
      this.#unrecorded.set(id, content.details());
    }
    await this.#recordAll();
  }

  #begin(): OpenBatch {
    const id = randomUUID();
    const file = openSync(join(this.#options.folder, `${id}${OPEN}`), 'a', 0o600);
    this.#timer = setTimeout(() => {
      this.flush().catch(() => undefined);
    }, this.#options.maxAgeMs);
    this.#timer.unref();
    return { id, file, content: new Content() };
  }

  #recordAll(): Promise<void> {
    const earlier = this.#recording ?? Promise.resolve();
    const turn = earlier.catch(() => undefined).then(() => this.#recordEach());
    this.#recording = turn;
    return turn;
  }

  async #recordEach(): Promise<void> {
    const { action, record, folder } = this.#options;
    try {
      for (const [id, details] of this.#unrecorded) {
        await record(action, { ...details, batch: id }, id);
        this.#unrecorded.delete(id);
        const open = join(folder, `${id}${OPEN}`);
        if (existsSync(open)) renameSync(open, join(folder, `${details.from}_${id}${SEALED}`));
      }
      this.#failed = false;
      this.#prune();
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  #prune(): void {
    const { folder, keepFiles } = this.#options;
    const sealed = readdirSync(folder).filter((name) => name.endsWith(SEALED) && !name.endsWith(OPEN));
    for (const name of sealed.sort().slice(0, Math.max(0, sealed.length - keepFiles))) rmSync(join(folder, name));
  }
}
