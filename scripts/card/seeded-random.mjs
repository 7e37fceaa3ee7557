/**
 * Random bytes that are the same in every run: SHA-256 over a seed and a counter. For transcripts and the manual only, so
 * that a regenerated page differs when the card differs and never by chance.
 */
import { createHash } from 'node:crypto';

/** @param {string} seed @returns {(length: number) => Uint8Array} */
export function seededRandom(seed) {
  let counter = 0;
  let left = Buffer.alloc(0);
  return (length) => {
    while (left.length < length) {
      left = Buffer.concat([left, createHash('sha256').update(`${seed}/${counter}`).digest()]);
      counter += 1;
    }
    const bytes = Uint8Array.from(left.subarray(0, length));
    left = left.subarray(length);
    return bytes;
  };
}
