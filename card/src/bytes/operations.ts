/** Concatenation, comparison, exclusive-or and big-endian numbers over Uint8Array. */

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Constant time in the content, so that a MAC or a cryptogram is never guessed byte by byte. Length may leak. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

export function xorBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length !== b.length) throw new RangeError(`cannot xor ${a.length} bytes with ${b.length}`);
  return a.map((byte, i) => byte ^ (b[i] as number));
}

/** Bitwise complement, the ¬X of every dispersal (KEYS.md). */
export function complementBytes(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte ^ 0xff);
}

export function uint16(value: number): Uint8Array {
  requireUnsigned(value, 0xffff);
  return Uint8Array.of(value >>> 8, value & 0xff);
}

export function uint32(value: number): Uint8Array {
  requireUnsigned(value, 0xffffffff);
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

export function readUint16(bytes: Uint8Array, offset = 0): number {
  return byteAt(bytes, offset) * 0x100 + byteAt(bytes, offset + 1);
}

export function readUint32(bytes: Uint8Array, offset = 0): number {
  return readUint16(bytes, offset) * 0x10000 + readUint16(bytes, offset + 2);
}

/** A byte that must exist: reading past the end throws instead of giving undefined. */
export function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new RangeError(`no byte at offset ${offset} of ${bytes.length}`);
  return byte;
}

export function requireByte(value: number, name: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError(`${name} ${value} is not a byte`);
  return value;
}

export function requireLength(bytes: Uint8Array, length: number, name: string): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`${name} has ${bytes.length} bytes, must have ${length}`);
  return bytes;
}

function requireUnsigned(value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) throw new RangeError(`${value} is not within 0..${max}`);
}
