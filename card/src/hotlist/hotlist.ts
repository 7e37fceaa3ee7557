/**
 * A hotlist in use: an exact set, so neither a listed card is missed nor an honest one refused. Only the file's bytes and
 * an index over blocks are kept; a look-up decodes one block.
 */
import { hotlistErrors } from './errors.ts';
import { encodeBody, type HotlistFile, type HotlistSignature, parseFile, walk, withSignature } from './hotlist-file.ts';
import { parseIssueSerial } from './issue-counter.ts';
import { RiceReader } from './rice-code.ts';

/** Entries a block: a look-up decodes half of it on average; the index has one entry a block. */
const BLOCK = 64;

/** True when `signature` by the key of that name is over `body`. Unknown key: false. */
export type VerifyHotlist = (keyId: string, body: Uint8Array, signature: Uint8Array) => boolean;

/**
 * `not-covered`: a serial of another province, or none of this form, or one that does not stand on a county's list: only the
 * issuer, or the whole list, can tell.
 */
export type HotlistAnswer = 'listed' | 'not-listed' | 'not-covered';

export class Hotlist {
  readonly #file: HotlistFile;
  /** First counter of each block, and the bit behind it. */
  readonly #firsts: Float64Array;
  readonly #bits: Uint32Array;

  /** Takes a file that `openHotlist` has checked. */
  constructor(file: HotlistFile) {
    this.#file = file;
    const blocks = Math.ceil(file.entries / BLOCK);
    this.#firsts = new Float64Array(blocks);
    this.#bits = new Uint32Array(blocks);
    walk(file, (counter, index, nextBit) => {
      if (index % BLOCK !== 0) return;
      this.#firsts[index / BLOCK] = counter;
      this.#bits[index / BLOCK] = nextBit;
    });
  }

  get version(): number {
    return this.#file.version;
  }
  get provinceCode(): string {
    return this.#file.provinceCode;
  }
  /** Six digits; null: the whole province. */
  get countyCode(): string | null {
    return this.#file.countyCode ?? null;
  }
  get entries(): number {
    return this.#file.entries;
  }
  /** Seconds since 1970: how old the list is, is the reader's to judge. */
  get madeAt(): number {
    return this.#file.madeAt;
  }

  lookUp(issueSerial: string): HotlistAnswer {
    const serial = parseIssueSerial(issueSerial);
    if (serial === null || serial.provinceCode !== this.#file.provinceCode) return 'not-covered';
    if (this.has(serial.counter)) return 'listed';
    // A serial does not say of which county its card is.
    return this.#file.kind === 'county' ? 'not-covered' : 'not-listed';
  }

  has(counter: number): boolean {
    let low = 0;
    let high = this.#firsts.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if ((this.#firsts[middle] as number) <= counter) low = middle + 1;
      else high = middle - 1;
    }
    if (high < 0) return false;
    let at = this.#firsts[high] as number;
    const { payload, payloadBits, parameter, entries } = this.#file;
    const reader = new RiceReader(payload, payloadBits, parameter, this.#bits[high] as number);
    const inBlock = Math.min(BLOCK, entries - high * BLOCK);
    for (let n = 1; n < inBlock && at < counter; n++) at += reader.next();
    return at === counter;
  }

  /** Every listed counter, increasing. */
  counters(): Float64Array {
    return countersOf(this.#file);
  }
}

function countersOf(file: HotlistFile): Float64Array {
  const counters = new Float64Array(file.entries);
  walk(file, (counter, index) => {
    counters[index] = counter;
  });
  return counters;
}

/** @throws HOTLIST_MALFORMED, HOTLIST_SIGNATURE_WRONG */
export function openHotlist(bytes: Uint8Array, verify: VerifyHotlist): Hotlist {
  return opened(bytes, 'full', verify);
}

/** A county's list: it never answers `not-listed`, so nobody is served by it alone. @throws as `openHotlist` */
export function openCountyHotlist(bytes: Uint8Array, verify: VerifyHotlist): Hotlist {
  return opened(bytes, 'county', verify);
}

function opened(bytes: Uint8Array, kind: HotlistFile['kind'], verify: VerifyHotlist): Hotlist {
  const file = parseFile(bytes);
  if (file.kind !== kind) throw hotlistErrors.make('HOTLIST_MALFORMED', { detail: `${file.kind}, not ${kind}` });
  if (!verify(file.keyId, file.body, file.signature)) throw hotlistErrors.make('HOTLIST_SIGNATURE_WRONG');
  return new Hotlist(file);
}

/**
 * The full file after the delta: what the issuer published under that version, byte for byte. The caller opens it with
 * `openHotlist`, which checks the signature over it, and keeps the old list when that fails.
 * @throws HOTLIST_MALFORMED, HOTLIST_DELTA_DOES_NOT_FIT
 */
export function applyDelta(current: Hotlist, delta: Uint8Array): Uint8Array {
  const file = parseFile(delta);
  if (file.kind !== 'delta') throw hotlistErrors.make('HOTLIST_MALFORMED', { detail: 'no delta' });
  if (file.baseVersion !== current.version || file.provinceCode !== current.provinceCode) {
    throw hotlistErrors.make('HOTLIST_DELTA_DOES_NOT_FIT', {
      detail: `from ${file.baseVersion}, at ${current.version}`,
    });
  }
  const { provinceCode, version, madeAt } = file;
  const counters = symmetricDifference(current.counters(), countersOf(file));
  return withSignature(encodeBody({ kind: 'full', provinceCode, version, baseVersion: 0, madeAt }, counters), file);
}

/** The delta from one set of counters to the next, under the signature of the next full list. */
export function encodeDelta(
  from: { readonly version: number; readonly counters: ArrayLike<number> },
  to: {
    readonly provinceCode: string;
    readonly version: number;
    readonly madeAt: number;
    readonly counters: ArrayLike<number>;
  },
  signature: HotlistSignature,
): Uint8Array {
  const { provinceCode, version, madeAt } = to;
  const changed = symmetricDifference(from.counters, to.counters);
  const header = { kind: 'delta', provinceCode, version, baseVersion: from.version, madeAt } as const;
  return withSignature(encodeBody(header, changed), signature);
}

/** Numbers that stand in exactly one of two increasing sequences. */
function symmetricDifference(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const result = new Float64Array(a.length + b.length);
  let count = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = i < a.length ? (a[i] as number) : Number.POSITIVE_INFINITY;
    const right = j < b.length ? (b[j] as number) : Number.POSITIVE_INFINITY;
    if (left !== right) result[count++] = Math.min(left, right);
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return result.slice(0, count);
}
