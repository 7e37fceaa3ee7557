/** Byte arrangements that the operations share: padding (ADR 001) and the cryptogram's folding. Pure. */
import { concatBytes, xorBytes } from '@rhc/card/bytes';

/** One key, and one block of WRITE KEY, whatever the cipher's block is (ADR 007). */
export const KEY_BYTES = 16;
export const ZERO_BLOCK = new Uint8Array(KEY_BYTES);

/** x ‖ 80 ‖ 00… to a whole number of blocks, always at least the one 80. */
export function pad80(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const padded = new Uint8Array((Math.floor(bytes.length / blockBytes) + 1) * blockBytes);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  return padded;
}

/** E's input of an authentication: random ‖ 0⁸. */
export const authenticationBlock = (random: Uint8Array): Uint8Array => concatBytes(random, new Uint8Array(8));

/** A = C[0..7] ⊕ C[8..15]. */
export const foldHalves = (cipher: Uint8Array): Uint8Array => xorBytes(cipher.slice(0, 8), cipher.slice(8, 16));

export const lastBlock = (cipher: Uint8Array, blockBytes: number): Uint8Array =>
  Uint8Array.from(cipher.subarray(cipher.length - blockBytes));
