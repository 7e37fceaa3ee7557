/**
 * Hex text to bytes and back. Hex lives only at the edges (JSON, logs, files); inside the house bytes are Uint8Array.
 * Decoding is strict: a dropped or doubled character in a key or an APDU must stop the work, not shift it.
 */

const NO_DIGIT = 0xff;

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
);

/** Of each character code below 128 its value, 255 where it is no hex digit. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
  return digit < 0 ? NO_DIGIT : digit;
});

/** Accepts both letter cases, nothing else: no spaces, no prefix, no odd length. The text never stands in the error. */
export function hexToBytes(hex: string): Uint8Array {
  if (hex.length % 2 !== 0) throw new RangeError(`hex text has an odd length of ${hex.length}`);
  const bytes = new Uint8Array(hex.length / 2);
  let wrong = 0;
  for (let i = 0; i < bytes.length; i++) {
    const high = DIGITS[hex.charCodeAt(2 * i)] ?? NO_DIGIT;
    const low = DIGITS[hex.charCodeAt(2 * i + 1)] ?? NO_DIGIT;
    wrong |= high | low;
    bytes[i] = (high << 4) | low;
  }
  if (wrong > 0x0f) throw new RangeError('hex text holds a character outside 0-9, A-F');
  return bytes;
}

export function bytesToHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += PAIRS[byte];
  return hex;
}
