/**
 * An increasing sequence of whole numbers as Rice-coded gaps (R. F. Rice 1979; Golomb code with a power of two): gap − 1
 * is written as its quotient by 2^k in ones, a zero, and k bits of remainder, most significant bit first. For a set in
 * which each number stands with probability p this is within 2 % of the information bound.
 */
export const MAX_RICE_PARAMETER = 30;

export interface RiceCoded {
  readonly parameter: number;
  readonly bits: number;
  readonly bytes: Uint8Array;
}

/** The smallest k that gives the fewest bits. The cost is convex in k, so the first minimum is the only one. */
function cheapest(sorted: ArrayLike<number>): { parameter: number; bits: number } {
  let best = { parameter: 0, bits: cost(sorted, 0) };
  for (let parameter = 1; parameter <= MAX_RICE_PARAMETER; parameter++) {
    const bits = cost(sorted, parameter);
    if (bits >= best.bits) break;
    best = { parameter, bits };
  }
  return best;
}

function cost(sorted: ArrayLike<number>, parameter: number): number {
  const divisor = 2 ** parameter;
  let bits = sorted.length * (parameter + 1);
  let previous = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] as number;
    bits += Math.floor((value - previous - 1) / divisor);
    previous = value;
  }
  return bits;
}

/**
 * @param sorted strictly increasing, each ≥ 1
 * @throws RangeError when it is not
 */
export function riceEncode(sorted: ArrayLike<number>): RiceCoded {
  let previous = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] as number;
    if (!Number.isSafeInteger(value) || value <= previous) throw new RangeError('numbers must increase, from 1');
    previous = value;
  }
  const { parameter, bits } = cheapest(sorted);
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  const divisor = 2 ** parameter;
  let at = 0;
  previous = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] as number;
    const gap = value - previous - 1;
    const quotient = Math.floor(gap / divisor);
    const remainder = gap - quotient * divisor;
    for (let n = 0; n < quotient; n++, at++) set(bytes, at);
    at++;
    for (let bit = parameter - 1; bit >= 0; bit--, at++) if ((remainder >>> bit) & 1) set(bytes, at);
    previous = value;
  }
  return { parameter, bits, bytes };
}

function set(bytes: Uint8Array, at: number): void {
  bytes[at >>> 3] = (bytes[at >>> 3] as number) | (0x80 >>> (at & 7));
}

/** Reads gaps one after the other, from any place where one begins. */
export class RiceReader {
  readonly #bytes: Uint8Array;
  readonly #bits: number;
  readonly #parameter: number;
  #at: number;

  constructor(bytes: Uint8Array, bits: number, parameter: number, at = 0) {
    this.#bytes = bytes;
    this.#bits = bits;
    this.#parameter = parameter;
    this.#at = at;
  }

  /** Bit position of the next gap. */
  get at(): number {
    return this.#at;
  }

  /** The next gap (≥ 1), or −1 where the bits end in the middle of one. */
  next(): number {
    let quotient = 0;
    while (this.#at < this.#bits && this.#bit(this.#at)) {
      quotient++;
      this.#at++;
    }
    this.#at++;
    if (this.#at + this.#parameter > this.#bits) return -1;
    let remainder = 0;
    for (let n = 0; n < this.#parameter; n++, this.#at++) remainder = (remainder << 1) | this.#bit(this.#at);
    return quotient * 2 ** this.#parameter + remainder + 1;
  }

  #bit(at: number): number {
    return ((this.#bytes[at >>> 3] as number) >>> (7 - (at & 7))) & 1;
  }
}
