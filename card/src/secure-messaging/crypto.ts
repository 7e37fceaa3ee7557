/**
 * The Crypto port: the few primitives that the card's dialogues are made of, for the three suites of KEYS.md. Pure
 * functions over bytes; `crypto-node` implements it, an HSM has its own ways and never comes through here.
 */
import type { AlgorithmSuite } from '../profile/types.ts';

export interface Crypto {
  /** Whole blocks only. Keys have 16 bytes in every suite (two-key 3DES). */
  encipherEcb(suite: AlgorithmSuite, key: Uint8Array, data: Uint8Array): Uint8Array;
  /** Whole blocks only, no padding. */
  encipherCbc(suite: AlgorithmSuite, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
  /** 32 bytes: SM3 for `sm-128`, SHA-256 otherwise. */
  hash(suite: AlgorithmSuite, data: Uint8Array): Uint8Array;
}

/** What certificates need besides: the suite's signature over a public key x ‖ y (64 bytes) and r ‖ s (64 bytes). */
export interface SignatureVerifier {
  verifySignature(suite: AlgorithmSuite, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

export const KEY_BYTES = 16;

export function blockBytes(suite: AlgorithmSuite): 8 | 16 {
  return suite === 'pboc-3des' ? 8 : 16;
}
