/**
 * The agent's local audit: what was done at this desk, as a hash chain (key-service's contract, "agent-audit"). It is
 * verified when the agent starts. A torn last line is what a power cut leaves: it is cut off, and the next entry says so.
 * Anything else that does not follow is damage: the file is laid aside, a new chain begins, and its first entry names the
 * damage, so that neither a clinic stops nor a change goes unnoticed. No person, no card, no key ever stands in it.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import {
  type AgentAuditEntry,
  CHAIN_ROOT,
  type ChainFault,
  type ChainHead,
  chainStart,
  entryOf,
  followChain,
} from '@rhc/key-service/contract';
import type { AuditState } from '../contract/audit.ts';
import { agentErrors } from '../errors.ts';
import type { ChainPlace } from './chain-file.ts';

export type AuditDetails = AgentAuditEntry['details'];
export type AuditDamage = ChainFault | 'lines-missing' | 'file-missing' | 'head-altered' | 'head-missing';

export interface LocalAuditOptions {
  readonly place: ChainPlace;
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
  /** Lines that are kept after they were uploaded. */
  readonly keepUploaded?: number;
  /** Lines that wait for their upload at most; then nothing more is taken in. */
  readonly maxWaiting?: number;
}

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const DEFAULTS = { keepUploaded: 2_000, maxWaiting: 50_000 };

export class LocalAudit {
  readonly #options: Required<LocalAuditOptions>;
  /** In the file, oldest first. */
  #lines: string[] = [];
  #head: ChainHead = chainStart('');
  /** Sequence of the last line that key-service is known to hold. */
  #uploaded = 0;
  #repaired: AuditState['repaired'] = null;
  #damage: AuditState['damage'] = null;
  #failing = false;
  readonly #listeners = new Set<() => void>();

  constructor(options: LocalAuditOptions) {
    this.#options = { ...DEFAULTS, ...options };
    this.#open();
  }

  get head(): ChainHead {
    return this.#head;
  }

  get waiting(): number {
    return this.#head.sequence - this.#uploaded;
  }

  get oldestKept(): number {
    return this.#head.sequence - this.#lines.length + 1;
  }

  state(): Omit<AuditState, 'upload'> {
    return {
      chain: this.#head.chain,
      entries: this.#head.sequence,
      waiting: this.waiting,
      head: this.#head.hash,
      repaired: this.#repaired,
      damage: this.#damage,
      failing: this.#failing,
    };
  }

  onEntry(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** For what must not happen unrecorded. @throws AUDIT_UNAVAILABLE */
  record(action: string, details: AuditDetails = {}): void {
    try {
      if (this.waiting >= this.#options.maxWaiting) throw new RangeError('too many entries wait for their upload');
      this.#append(action, details);
      this.#failing = false;
    } catch (cause) {
      this.#failing = true;
      throw agentErrors.make('AUDIT_UNAVAILABLE', { cause });
    }
    for (const listener of [...this.#listeners]) listener();
  }

  /** For what has happened already: a disk that refuses is shown in the state and changes nothing else. */
  note(action: string, details: AuditDetails = {}): void {
    try {
      this.record(action, details);
    } catch {
      // `failing` says so, to the desk and to the doctor.
    }
  }

  /** Lines from a sequence on; empty when they are not kept any more or not there yet. */
  linesFrom(sequence: number, limit: number): readonly string[] {
    const start = sequence - this.oldestKept;
    return start < 0 ? [] : this.#lines.slice(start, start + limit);
  }

  /** The latest, newest first. */
  latest(limit: number): AgentAuditEntry[] {
    return this.#lines
      .slice(-limit)
      .reverse()
      .flatMap((line) => entryOf(line) ?? []);
  }

  /** A person has looked into it; the entry stays. */
  acknowledgeDamage(): void {
    if (this.#damage === null) return;
    this.record('damage-acknowledged');
    this.#damage = null;
  }

  /** key-service holds everything up to here. */
  uploadedTo(sequence: number): void {
    if (sequence > this.#head.sequence || sequence <= this.#uploaded) return;
    this.#uploaded = sequence;
    const { keepUploaded, place } = this.#options;
    // Twice as much before the file is written anew: this happens once in thousands of entries.
    if (sequence - this.oldestKept + 1 > 2 * keepUploaded) {
      this.#lines = this.#lines.slice(sequence - keepUploaded - this.oldestKept + 1);
      // The note first: a file that begins earlier than the note says is whole, one that begins later is not.
      this.#saveNote();
      place.replace(`${this.#lines.join('\n')}\n`);
      return;
    }
    this.#saveNote();
  }

  #append(action: string, details: AuditDetails): void {
    const { chain, sequence, hash } = this.#head;
    const entry: AgentAuditEntry = {
      chain,
      sequence: sequence + 1,
      previous: hash,
      at: this.#options.now().toISOString(),
      action,
      details,
    };
    const line = JSON.stringify(entry);
    if (entryOf(line) === null) throw new RangeError(`no audit entry: ${action}`);
    this.#options.place.append(line);
    this.#lines.push(line);
    this.#head = { chain, sequence: entry.sequence, hash: sha256Hex(line) };
    this.#saveNote();
  }

  #saveNote(): void {
    const { chain, sequence, hash } = this.#head;
    const note = { chain, sequence, hash, uploaded: this.#uploaded, oldest: this.oldestKept };
    this.#options.place.note.write(`${JSON.stringify(note)}\n`);
  }

  #open(): void {
    const { place } = this.#options;
    const noteText = place.note.read();
    const bytes = place.read();
    if (bytes === null && noteText === null) {
      this.#begin({ reason: 'first-start' });
      return;
    }
    const note = noteOf(noteText);
    if (bytes === null) {
      this.#beginAfter('file-missing', 0, note, null);
      return;
    }
    const text = Buffer.from(bytes).toString('utf8');
    const end = text.lastIndexOf('\n') + 1;
    const lines = end === 0 ? [] : text.slice(0, end - 1).split('\n');
    if (lines.length === 0 && noteText === null) {
      // The very first line was torn.
      place.cutTo(0);
      this.#begin({ reason: 'first-start' });
      return;
    }
    const found = judge(lines, note, noteText !== null);
    if ('damage' in found) {
      this.#beginAfter(found.damage, found.at, note, bytes);
      return;
    }
    this.#lines = lines;
    this.#head = found.head;
    this.#uploaded = Math.min(note?.uploaded ?? 0, found.head.sequence);
    this.#damage = damageIn(lines);
    const torn = bytes.length - Buffer.byteLength(text.slice(0, end));
    if (torn === 0) return;
    place.cutTo(bytes.length - torn);
    this.#repaired = { at: this.#options.now().toISOString(), bytes: torn };
    this.note('tail-repaired', { bytes: torn });
  }

  #beginAfter(damage: AuditDamage, at: number, note: Note | null, bytes: Uint8Array | null): void {
    const { place, now } = this.#options;
    const moment = now().toISOString();
    const aside = bytes === null ? null : place.setAside(`damaged-${moment.replace(/[^0-9]/g, '').slice(0, 14)}`);
    this.#damage = { kind: damage, at, found: moment, aside };
    this.#begin({
      reason: 'damage',
      damage,
      at,
      aside: aside === null ? null : basename(aside),
      fileSha256: bytes === null ? null : createHash('sha256').update(bytes).digest('hex'),
      earlierChain: note?.chain ?? null,
      earlierSequence: note?.sequence ?? null,
      earlierHead: note?.hash ?? null,
      earlierUploaded: note?.uploaded ?? null,
    });
  }

  #begin(details: AuditDetails): void {
    this.#lines = [];
    this.#uploaded = 0;
    this.#head = chainStart(Buffer.from(this.#options.random(16)).toString('hex'));
    this.note('chain-begun', details);
  }
}

/** What an earlier start found and nobody acknowledged yet. */
function damageIn(lines: readonly string[]): AuditState['damage'] {
  const entries = lines.flatMap((line) => entryOf(line) ?? []);
  const begun = entries.findLast(({ action, details }) => action === 'chain-begun' && details.reason === 'damage');
  const seen = entries.some(({ action }) => action === 'damage-acknowledged');
  if (begun === undefined || seen) return null;
  const { damage, at, aside } = begun.details;
  return { kind: String(damage), at: Number(at), found: begun.at, aside: typeof aside === 'string' ? aside : null };
}

interface Note extends ChainHead {
  readonly uploaded: number;
  readonly oldest: number;
}

/** Null: none, or none that can be read. */
function noteOf(text: string | null): Note | null {
  try {
    const note = JSON.parse(text ?? '') as Note;
    const numbers = [note.sequence, note.uploaded, note.oldest].every((each) => Number.isSafeInteger(each));
    return numbers && typeof note.chain === 'string' && typeof note.hash === 'string' ? note : null;
  } catch {
    return null;
  }
}

/** Whole lines against each other and against the note. */
function judge(
  lines: readonly string[],
  note: Note | null,
  noteThere: boolean,
): { readonly head: ChainHead } | { readonly damage: AuditDamage; readonly at: number } {
  if (noteThere && note === null) return { damage: 'head-altered', at: 0 };
  const first = entryOf(lines[0] ?? '');
  if (first === null) return { damage: lines.length === 0 ? 'lines-missing' : 'unreadable', at: 1 };
  // Uploaded lines are let go from the front; the note says from where on the file is whole.
  const oldest = note?.oldest ?? 1;
  if (first.sequence > oldest || (first.sequence === 1 && first.previous !== CHAIN_ROOT)) {
    return { damage: first.sequence > oldest ? 'lines-missing' : 'altered', at: first.sequence };
  }
  const start: ChainHead = { chain: first.chain, sequence: first.sequence - 1, hash: first.previous };
  const followed = followChain(start, lines, sha256Hex);
  if (followed.fault !== null) return { damage: followed.fault, at: followed.at };
  const { head } = followed;
  // The note follows each line: without one there can be a first line and no second.
  if (note === null) return lines.length === 1 ? { head } : { damage: 'head-missing', at: head.sequence };
  if (note.chain !== head.chain) return { damage: 'other-chain', at: first.sequence };
  if (note.sequence > head.sequence) return { damage: 'lines-missing', at: head.sequence + 1 };
  const noted = lines[note.sequence - first.sequence];
  if (noted === undefined || sha256Hex(noted) !== note.hash) return { damage: 'altered', at: note.sequence };
  return { head };
}
