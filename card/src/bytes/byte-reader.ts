/**
 * A cursor over bytes. Every read names what it reads, so that a truncated answer of a card says which field is
 * missing, and `end()` refuses what is left over.
 */
import { readUint16, readUint32 } from './operations.ts';

export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** A copy: what the caller does with it must not change the source. */
  take(length: number, name = 'bytes'): Uint8Array {
    if (!Number.isInteger(length) || length < 0) throw new RangeError(`length ${length} of ${name} is not possible`);
    if (length > this.remaining) {
      throw new RangeError(`${name}: ${length} bytes wanted at offset ${this.#offset}, ${this.remaining} left`);
    }
    const part = this.#bytes.slice(this.#offset, this.#offset + length);
    this.#offset += length;
    return part;
  }

  uint8(name = 'byte'): number {
    return this.take(1, name)[0] as number;
  }

  uint16(name = 'uint16'): number {
    return readUint16(this.take(2, name));
  }

  uint32(name = 'uint32'): number {
    return readUint32(this.take(4, name));
  }

  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  end(name = 'bytes'): void {
    if (this.remaining !== 0) throw new RangeError(`${name}: ${this.remaining} bytes left over at ${this.#offset}`);
  }
}
