/**
 * Which reader is the card's and which the SAM's. A person assigns them once; they are found again by the reader's name
 * without the numbers that the reader service appends, its place among its equals, and for the SAM by the chip itself: after
 * a restart or another USB socket the numbers are others.
 */
import { z } from 'zod';
import type { TextPlace } from '../pairing/index.ts';

const readerMark = z.strictObject({
  /** As the reader service names it, serial number included where the driver gives one. */
  name: z.string(),
  /** 0 for the first of several alike. */
  place: z.int(),
});
const profileFile = z.strictObject({
  format: z.literal(1),
  card: readerMark.nullable(),
  sam: readerMark.nullable(),
  /** Hex; the SAM that was there last. */
  samFactor: z.string().nullable(),
});
type ProfileFile = z.infer<typeof profileFile>;
export type ReaderMark = z.infer<typeof readerMark>;
const NOTHING: ProfileFile = { format: 1, card: null, sam: null, samFactor: null };

export class DeskProfile {
  readonly #place: TextPlace;
  #profile: ProfileFile;

  constructor(place: TextPlace) {
    this.#place = place;
    this.#profile = load(place.read());
  }

  get samFactor(): string | null {
    return this.#profile.samFactor;
  }

  /** Of the readers that are there. */
  cardReader(readers: readonly string[]): string | null {
    return find(this.#profile.card, readers);
  }

  samReader(readers: readonly string[]): string | null {
    return find(this.#profile.sam, readers);
  }

  /** null takes an assignment away. @throws RangeError for a reader that is not there */
  assign(slots: { readonly card: string | null; readonly sam: string | null }, readers: readonly string[]): void {
    const mark = (reader: string | null) => (reader === null ? null : markOf(reader, readers));
    this.#save({ ...this.#profile, card: mark(slots.card), sam: mark(slots.sam) });
  }

  rememberSam(samFactor: string): void {
    if (samFactor !== this.#profile.samFactor) this.#save({ ...this.#profile, samFactor });
  }

  #save(profile: ProfileFile): void {
    this.#profile = profile;
    this.#place.write(`${JSON.stringify(profile)}\n`);
  }
}

/** `ACS ACR39U ICC Reader (RR123) 00 00` without the two numbers of pcscd; Windows appends one. */
export const nameOfModel = (reader: string): string => reader.replace(/( [0-9A-F]{2}){1,2}$| \d$/, '');

function markOf(reader: string, readers: readonly string[]): ReaderMark {
  const name = nameOfModel(reader);
  const place = alike(name, readers).indexOf(reader);
  if (place === -1) throw new RangeError(`no reader ${reader}`);
  return { name, place };
}

function find(mark: ReaderMark | null, readers: readonly string[]): string | null {
  return mark === null ? null : (alike(mark.name, readers)[mark.place] ?? null);
}

const alike = (name: string, readers: readonly string[]): string[] =>
  readers.filter((each) => nameOfModel(each) === name).sort();

/** A file that cannot be read assigns nothing: the desk then goes by what lies in the readers. */
function load(text: string | null): ProfileFile {
  if (text === null) return NOTHING;
  try {
    return profileFile.parse(JSON.parse(text));
  } catch {
    return NOTHING;
  }
}
