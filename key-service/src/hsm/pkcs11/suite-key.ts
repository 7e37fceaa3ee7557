/**
 * A secret key lent to an operation, whatever its suite and wherever it lives. Operations are written against this, so
 * that AES, 3DES, a vendor's SM4 and the labelled soft engine run the same lines.
 */
import type { AlgorithmSuite } from '@rhc/card/profile';

/** What a derived key is made for; each purpose is a template of its own (`templates.ts`). */
export type KeyPurpose = 'link' | 'session' | 'wrapping' | 'cardKey' | 'candidate';

export interface SuiteKey {
  readonly suite: AlgorithmSuite;
  readonly blockBytes: 8 | 16;
  /** E(this, block) over 16 bytes as ECB becomes a key. */
  derive(block: Uint8Array, purpose: KeyPurpose, lasting?: boolean): SuiteKey;
  ecb(blocks: Uint8Array): Uint8Array;
  cbc(iv: Uint8Array, blocks: Uint8Array): Uint8Array;
  /** ECB of the other key's 16 bytes under this one: WRITE KEY's second block. The other key must be a `cardKey`. */
  wrap(key: SuiteKey): Uint8Array;
  /** ENC0: 3 bytes of enciphered zeros. */
  checkValue(): Uint8Array;
  /** The 16 bytes, for the one moment in which another cipher must encipher them; the caller wipes them. */
  reveal(): Uint8Array;
  destroy(): void;
}
