/**
 * cn: compressed numerics, two digits a byte, left-justified, padded on the right with nibble F (CARD-FACTS 1.2). Nibble A
 * is the decimal point where a decimal is written with one; here it is just the character `A`.
 */

/** `125`, 2 bytes → 12 5F. */
export function encodeCompressed(digits: string, sizeBytes: number): Uint8Array {
  if (!/^[0-9A]*$/.test(digits)) throw new RangeError('compressed numeric holds a character outside 0-9, A');
  if (digits.length > sizeBytes * 2) throw new RangeError(`${digits.length} digits do not fit ${sizeBytes} bytes`);
  const padded = digits.padEnd(sizeBytes * 2, 'F');
  return Uint8Array.from({ length: sizeBytes }, (_, k) => Number.parseInt(padded.slice(2 * k, 2 * k + 2), 16));
}

/** Digits (and A) before the padding; `''` when all F; null when the nibbles are no compressed numeric. */
export function decodeCompressed(bytes: Uint8Array): string | null {
  let nibbles = '';
  for (const byte of bytes) nibbles += byte.toString(16).toUpperCase().padStart(2, '0');
  return /^([0-9A]*)F*$/.exec(nibbles)?.[1] ?? null;
}
