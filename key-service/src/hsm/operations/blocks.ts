/** Byte arrangements that the operations share: padding (ADR 001) and the cryptogram's folding. Pure. */
import { concatBytes, xorBytes } from '@rhc/card/bytes';

export const BLOCK_BYTES = 16;
export const ZERO_BLOCK = new Uint8Array(BLOCK_BYTES);

/** x ‖ 80 ‖ 00… to a whole number of blocks, always at least the one 80. */
export function pad80(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(bytes.length / BLOCK_BYTES) + 1) * BLOCK_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  return padded;
}

/** E's input of an authentication: random ‖ 0⁸. */
export const authenticationBlock = (random: Uint8Array): Uint8Array => concatBytes(random, new Uint8Array(8));

/** A = C[0..7] ⊕ C[8..15]. */
export const foldHalves = (cipher: Uint8Array): Uint8Array => xorBytes(cipher.slice(0, 8), cipher.slice(8, 16));

export const lastBlock = (cipher: Uint8Array): Uint8Array => cipher.slice(cipher.length - BLOCK_BYTES);
