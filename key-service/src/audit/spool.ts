/**
 * Entries that the log's store could not take, in a file of this machine, in order. Bounded: when it is full, or cannot
 * be written, operations stop. A line counts when it is on the disk (fdatasync); a torn last line was never promised.
 */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { keyServiceErrors } from '../errors.ts';
import { type AuditEntry, canonicalJson } from './leaf.ts';

export class AuditSpool {
  readonly capacity: number;
  readonly #file: number;
  #bytes: number;
  #entries: AuditEntry[];

  constructor(path: string, capacity: number) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.capacity = capacity;
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#entries = whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AuditEntry);
    this.#file = openSync(path, 'a', 0o600);
    this.#bytes = Buffer.byteLength(whole);
    ftruncateSync(this.#file, this.#bytes);
  }

  get length(): number {
    return this.#entries.length;
  }

  get entries(): readonly AuditEntry[] {
    return this.#entries;
  }

  /** All of them, or none. @throws AUDIT_UNAVAILABLE */
  add(entries: readonly AuditEntry[]): void {
    if (this.length + entries.length > this.capacity) {
      throw keyServiceErrors.make('AUDIT_UNAVAILABLE', { detail: `the spool is full (${this.capacity})` });
    }
    const lines = Buffer.from(entries.map((entry) => `${canonicalJson(entry)}\n`).join(''));
    try {
      writeSync(this.#file, lines);
      fdatasyncSync(this.#file);
    } catch (cause) {
      ftruncateSync(this.#file, this.#bytes);
      throw keyServiceErrors.make('AUDIT_UNAVAILABLE', { detail: 'the spool cannot be written', cause });
    }
    this.#bytes += lines.length;
    this.#entries.push(...entries);
  }

  clear(): void {
    ftruncateSync(this.#file, 0);
    fdatasyncSync(this.#file);
    this.#bytes = 0;
    this.#entries = [];
  }

  close(): void {
    closeSync(this.#file);
  }
}
