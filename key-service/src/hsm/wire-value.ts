/**
 * Plain values as bytes, for the pipe between key-service and its HSM workers: null, undefined, booleans, numbers,
 * strings, byte strings, lists and plain objects; anything else is refused. Node's own structured clone costs some 65 µs
 * a side for an authentication, because it hands every byte string over singly; this costs a tenth. Nothing that passes
 * through stays in the scratch buffer: requests carry key components.
 */

const NULL = 0;
const UNDEFINED = 1;
const FALSE = 2;
const TRUE = 3;
const INT32 = 4;
const DOUBLE = 5;
const TEXT = 6;
const BYTES = 7;
const LIST = 8;
const OBJECT = 9;

/** Room for tag and length. */
const HEAD_BYTES = 5;
/** Deeper than any message; a cycle ends here. */
const MAX_DEPTH = 32;

let scratch = Buffer.alloc(64 * 1024);
let end = 0;

function reserve(bytes: number): void {
  if (end + bytes <= scratch.length) return;
  const larger = Buffer.alloc(Math.max(scratch.length * 2, end + bytes));
  scratch.copy(larger, 0, 0, end);
  scratch.fill(0, 0, end);
  scratch = larger;
}

function putHead(tag: number, length: number): void {
  reserve(HEAD_BYTES);
  scratch[end] = tag;
  scratch.writeUInt32LE(length, end + 1);
  end += HEAD_BYTES;
}

function putTag(tag: number): void {
  reserve(1);
  scratch[end++] = tag;
}

function putText(text: string): void {
  // Three bytes a UTF-16 unit at most.
  reserve(HEAD_BYTES + text.length * 3);
  const length = scratch.write(text, end + HEAD_BYTES, 'utf8');
  putHead(TEXT, length);
  end += length;
}

function put(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError('value too deep for the pipe');
  if (value === undefined) putTag(UNDEFINED);
  else if (value === null) putTag(NULL);
  else if (typeof value === 'boolean') putTag(value ? TRUE : FALSE);
  else if (typeof value === 'string') putText(value);
  else if (typeof value === 'number') putNumber(value);
  else if (typeof value === 'object') putObject(value, depth);
  else throw new TypeError(`${typeof value} cannot pass the pipe`);
}

function putNumber(value: number): void {
  reserve(9);
  const whole = value === (value | 0) && !Object.is(value, -0);
  scratch[end] = whole ? INT32 : DOUBLE;
  end = whole ? scratch.writeInt32LE(value, end + 1) : scratch.writeDoubleLE(value, end + 1);
}

function putObject(value: object, depth: number): void {
  if (value instanceof Uint8Array) {
    putHead(BYTES, value.length);
    reserve(value.length);
    scratch.set(value, end);
    end += value.length;
    return;
  }
  if (Array.isArray(value)) {
    putHead(LIST, value.length);
    for (const each of value) put(each, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm (Jest) has another `Object.prototype`, whose own prototype is null as well.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new TypeError(`${value.constructor.name} cannot pass the pipe`);
  const names = Object.keys(value);
  putHead(OBJECT, names.length);
  for (const name of names) {
    putText(name);
    put((value as Record<string, unknown>)[name], depth + 1);
  }
}

/** A fresh buffer with four bytes of length before the value. @throws TypeError for what is no plain value */
export function frameOf(value: unknown): Buffer {
  end = 4;
  try {
    put(value, 0);
    scratch.writeUInt32LE(end - 4, 0);
    return Buffer.from(scratch.subarray(0, end));
  } finally {
    scratch.fill(0, 0, end);
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get finished(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(): unknown {
    const tag = this.#bytes.readUInt8(this.#at++);
    switch (tag) {
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case INT32:
        this.#at += 4;
        return this.#bytes.readInt32LE(this.#at - 4);
      case DOUBLE:
        this.#at += 8;
        return this.#bytes.readDoubleLE(this.#at - 8);
      case TEXT:
        return this.#text();
      case BYTES: {
        const length = this.#length();
        this.#at += length;
        return this.#copy(length);
      }
      case LIST:
        return Array.from({ length: this.#length() }, () => this.value());
      case OBJECT:
        return this.#object();
      default:
        throw new RangeError(`unknown tag ${tag} on the pipe`);
    }
  }

  #object(): Record<string, unknown> {
    const made: Record<string, unknown> = {};
    for (let left = this.#length(); left > 0; left--) {
      if (this.#bytes.readUInt8(this.#at++) !== TEXT) throw new RangeError('a name on the pipe is no text');
      const name = this.#text();
      if (name === '__proto__') throw new RangeError('a name on the pipe is no name');
      made[name] = this.value();
    }
    return made;
  }

  #length(): number {
    this.#at += 4;
    const length = this.#bytes.readUInt32LE(this.#at - 4);
    // Every member has one byte at least.
    if (length > this.#bytes.length - this.#at) throw new RangeError('a value on the pipe is longer than its frame');
    return length;
  }

  #text(): string {
    const length = this.#length();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  #copy(length: number): Uint8Array {
    const copy = new Uint8Array(length);
    copy.set(this.#bytes.subarray(this.#at - length, this.#at));
    return copy;
  }
}

/** The value of one frame, without its length. Byte strings are copies. @throws RangeError for what `frameOf` did not make */
export function valueIn(frame: Buffer): unknown {
  const reader = new Reader(frame);
  const value = reader.value();
  if (!reader.finished) throw new RangeError('bytes are left after a value on the pipe');
  return value;
}

/** Cuts what a pipe delivers into values, and wipes it. */
export class FrameReader {
  readonly #maxBytes: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws RangeError for a frame that is too long or is none: the pipe is of no use any more */
  push(chunk: Buffer): unknown[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const values: unknown[] = [];
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32LE(at);
      if (length > this.#maxBytes) throw new RangeError(`a frame of ${length} bytes`);
      if (bytes.length - at - 4 < length) break;
      values.push(valueIn(bytes.subarray(at + 4, at + 4 + length)));
      at += 4 + length;
    }
    const rest = Buffer.from(bytes.subarray(at));
    this.#rest.fill(0);
    bytes.fill(0);
    chunk.fill(0);
    this.#rest = rest;
    return values;
  }
}
