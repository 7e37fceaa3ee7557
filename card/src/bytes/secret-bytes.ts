/**
 * Bytes that must not be printed: JSON, templates and `console.log` give the key check value when one is known, else
 * `***`. The content is reached only inside `use()`, so that a search for `.use(` finds every place that touches a
 * key; `zeroize()` belongs into a `finally`.
 */

/** The symbol by which Node's `inspect` asks an object for its own text. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

export class SecretBytes {
  readonly #bytes: Uint8Array;
  readonly #kcv: string | undefined;
  #zeroized = false;

  /** Keeps its own copy; the caller wipes theirs. `kcv` is at most 3 bytes as hex and may be shown. */
  constructor(bytes: Uint8Array, kcv?: string) {
    if (kcv !== undefined && !/^[0-9A-F]{2,6}$/.test(kcv)) throw new RangeError('a check value has at most 3 bytes');
    this.#bytes = Uint8Array.from(bytes);
    this.#kcv = kcv;
  }

  get length(): number {
    return this.#bytes.length;
  }

  get kcv(): string | undefined {
    return this.#kcv;
  }

  /** Lends the bytes to `fn`; the reference must not leave it. */
  use<T>(fn: (bytes: Uint8Array) => T): T {
    if (this.#zeroized) throw new Error('secret is used after it was wiped');
    return fn(this.#bytes);
  }

  zeroize(): void {
    this.#bytes.fill(0);
    this.#zeroized = true;
  }

  toString(): string {
    return this.#kcv === undefined ? '***' : `KCV ${this.#kcv}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [INSPECT](): string {
    return `SecretBytes(${this.toString()})`;
  }
}
