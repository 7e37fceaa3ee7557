/**
 * Hex text to bytes and back. Hex lives only at the edges (JSON, logs, files); inside the house bytes are Uint8Array.
 * Decoding is strict: a dropped or doubled character in a key or an APDU must stop the work, not shift it.
 */

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
);

/** Accepts both letter cases, nothing else: no spaces, no prefix, no odd length. The text never stands in the error. */
export function hexToBytes(hex: string): Uint8Array {
  if (hex.length % 2 !== 0) throw new RangeError(`hex text has an odd length of ${hex.length}`);
  if (!/^[0-9A-Fa-f]*$/.test(hex)) throw new RangeError('hex text holds a character outside 0-9, A-F');
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function bytesToHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += PAIRS[byte];
  return hex;
}
