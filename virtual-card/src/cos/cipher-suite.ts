/**
 * The chip's own cryptography, straight on node:crypto and written from ADR 001 ("Dispersal, session keys,
 * cryptograms"), never from `card/secure-messaging`: an emulator that shares the checker's code proves nothing.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { complementBytes, concatBytes, equalBytes, xorBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';

interface SuiteParameters {
  readonly ecb: string;
  readonly cbc: string;
  readonly blockBytes: number;
  readonly hash: string;
  /** Byte 6 of WRITE KEY's first block. */
  readonly algorithm: number;
}

const SUITES: Readonly<Record<AlgorithmSuite, SuiteParameters>> = {
  'intl-128': { ecb: 'aes-128-ecb', cbc: 'aes-128-cbc', blockBytes: 16, hash: 'sha256', algorithm: 1 },
  'sm-128': { ecb: 'sm4-ecb', cbc: 'sm4-cbc', blockBytes: 16, hash: 'sm3', algorithm: 2 },
  'pboc-3des': { ecb: 'des-ede', cbc: 'des-ede-cbc', blockBytes: 8, hash: 'sha256', algorithm: 3 },
};
export const SUITE_NAMES = Object.keys(SUITES) as readonly AlgorithmSuite[];

export function suiteOfAlgorithm(algorithm: number): AlgorithmSuite | null {
  return SUITE_NAMES.find((suite) => SUITES[suite].algorithm === algorithm) ?? null;
}

export function algorithmOfSuite(suite: AlgorithmSuite): number {
  return SUITES[suite].algorithm;
}

export function blockBytes(suite: AlgorithmSuite): number {
  return SUITES[suite].blockBytes;
}

export function encipherEcb(suite: AlgorithmSuite, key: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv(SUITES[suite].ecb, key, null).setAutoPadding(false);
  return concatBytes(cipher.update(plain), cipher.final());
}

export function decipherEcb(suite: AlgorithmSuite, key: Uint8Array, enciphered: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(SUITES[suite].ecb, key, null).setAutoPadding(false);
  return concatBytes(decipher.update(enciphered), decipher.final());
}

/** D(K, X): both block sizes encipher the same 16 bytes X ‖ ¬X. */
export function disperse(suite: AlgorithmSuite, key: Uint8Array, factor: Uint8Array): Uint8Array {
  if (factor.length !== 8) throw new RangeError('a dispersal factor has 8 bytes');
  return encipherEcb(suite, key, concatBytes(factor, complementBytes(factor)));
}

/** MAC key of the personalization channel: E(MK, ¬R ‖ R). */
export function disperseReversed(suite: AlgorithmSuite, key: Uint8Array, factor: Uint8Array): Uint8Array {
  return encipherEcb(suite, key, concatBytes(complementBytes(factor), factor));
}

/** Halves-XOR of E(SK, X ‖ 0⁸): the 8-byte cryptogram of both authentications. */
export function cryptogram(suite: AlgorithmSuite, sessionKey: Uint8Array, random: Uint8Array): Uint8Array {
  const enciphered = encipherEcb(suite, sessionKey, concatBytes(random, new Uint8Array(8)));
  return xorBytes(enciphered.slice(0, 8), enciphered.slice(8, 16));
}

export function pad80(suite: AlgorithmSuite, bytes: Uint8Array): Uint8Array {
  const size = SUITES[suite].blockBytes;
  const padded = new Uint8Array((Math.floor(bytes.length / size) + 1) * size);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  return padded;
}

/** Full last block of CBC over the padded message; its first 4 bytes are the MAC, the whole is the channel's next IV. */
export function macBlock(suite: AlgorithmSuite, key: Uint8Array, iv: Uint8Array, message: Uint8Array): Uint8Array {
  return lastCbcBlock(suite, key, iv, pad80(suite, message));
}

/** The same over whole blocks that were padded elsewhere, as a SAM gets them. */
export function lastCbcBlock(suite: AlgorithmSuite, key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv(SUITES[suite].cbc, key, iv).setAutoPadding(false);
  return concatBytes(cipher.update(blocks), cipher.final()).slice(-SUITES[suite].blockBytes);
}

export function hash(suite: AlgorithmSuite, ...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash(SUITES[suite].hash)
      .update(concatBytes(...parts))
      .digest(),
  );
}

/** Method ENC0: first 3 bytes of one block of enciphered zeros. */
export function keyCheckValue(suite: AlgorithmSuite, key: Uint8Array): Uint8Array {
  return encipherEcb(suite, key, new Uint8Array(SUITES[suite].blockBytes)).slice(0, 3);
}

/** DES takes no notice of bit 1 of each key byte: an HSM sets it to odd parity, others leave it (ADR 007, "parity"). */
export function sameKeyValue(suite: AlgorithmSuite, one: Uint8Array, other: Uint8Array): boolean {
  if (suite !== 'pboc-3des') return equalBytes(one, other);
  const masked = (key: Uint8Array) => key.map((byte) => byte & 0xfe);
  return equalBytes(masked(one), masked(other));
}
