/**
 * The journal of writes: an entry stands on disk, sealed, before the first byte goes to the card, and says afterwards what
 * became of it. Bounded: open entries are never dropped by themselves (a new write is refused instead), of the settled
 * ones the latest stay for whoever asks late.
 */
import { createHash } from 'node:crypto';
import type { SecretBytes } from '@rhc/card/bytes';
import { agentErrors } from '../errors.ts';
import { isOpen, type JournalEntry, journalEntry } from './entry.ts';
import type { JournalFolder } from './folder.ts';
import { openText, sealText } from './sealed-text.ts';

export interface WriteJournalOptions {
  readonly folder: JournalFolder;
  /** 32 bytes. */
  readonly key: SecretBytes;
  readonly random: (length: number) => Uint8Array;
  readonly maxOpen: number;
  readonly maxSettled: number;
}

export class WriteJournal {
  readonly #options: WriteJournalOptions;
  /** In the order in which they were begun. */
  readonly #entries = new Map<string, JournalEntry>();
  #unreadable = 0;

  constructor(options: WriteJournalOptions) {
    this.#options = options;
    const found = options.folder.names().flatMap((name) => this.#load(name) ?? []);
    for (const entry of found.sort((a, b) => (a.begunAt < b.begunAt ? -1 : 1))) this.#entries.set(entry.id, entry);
  }

  /** Files that this key does not open; they stay where they are. */
  get unreadable(): number {
    return this.#unreadable;
  }

  entries(): readonly JournalEntry[] {
    return [...this.#entries.values()];
  }

  find(id: string): JournalEntry | null {
    return this.#entries.get(id) ?? null;
  }

  openOf(cardFactor: string): readonly JournalEntry[] {
    return this.entries().filter((entry) => isOpen(entry) && entry.cardFactor === cardFactor);
  }

  get openCount(): number {
    return this.entries().filter(isOpen).length;
  }

  /** @throws WRITE_JOURNAL_FULL, WRITE_JOURNAL_UNAVAILABLE; the write must then not begin */
  begin(entry: JournalEntry): void {
    if (this.#entries.has(entry.id)) throw new RangeError('the journal has an entry of this id');
    if (this.openCount >= this.#options.maxOpen) throw agentErrors.make('WRITE_JOURNAL_FULL');
    this.#save(entry);
    this.#entries.set(entry.id, entry);
  }

  /**
   * What is known in this process stands even when the disk refuses it; on disk the entry then stays as it was and is
   * settled by the card after the next start.
   * @throws WRITE_JOURNAL_UNAVAILABLE
   */
  update(entry: JournalEntry): void {
    if (!this.#entries.has(entry.id)) throw new RangeError('the journal has no entry of this id');
    this.#entries.set(entry.id, entry);
    this.#save(entry);
    this.#forgetOldest();
  }

  /** For a write that never reached the card. */
  withdraw(id: string): void {
    this.#entries.delete(id);
    this.#options.folder.remove(fileName(id));
  }

  #forgetOldest(): void {
    const settled = this.entries().filter((entry) => !isOpen(entry));
    const surplus = settled.length - this.#options.maxSettled;
    for (const { id } of settled.slice(0, Math.max(0, surplus))) this.withdraw(id);
  }

  #save(entry: JournalEntry): void {
    const { folder, key, random } = this.#options;
    const name = fileName(entry.id);
    try {
      folder.write(name, sealText(key, name, JSON.stringify(entry), random(12)));
    } catch (cause) {
      throw agentErrors.make('WRITE_JOURNAL_UNAVAILABLE', { cause });
    }
  }

  #load(name: string): JournalEntry | null {
    const { folder, key } = this.#options;
    try {
      return journalEntry.parse(JSON.parse(openText(key, name, folder.read(name))));
    } catch {
      this.#unreadable += 1;
      return null;
    }
  }
}

/** Ids come from callers: nothing of them stands in a path. */
function fileName(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 32);
}
