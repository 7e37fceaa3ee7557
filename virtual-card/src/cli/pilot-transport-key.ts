/**
 * Transport key of a blank from the pilot's public components (CARD.md, "Slots and pilot keys"): TMK v1 (a SAM's: SAM-TMK,
 * ADR 006) is the XOR of three components, component i = first 16 bytes of SHA-256 of `rhc-pilot/TMK/v1/component-i`; MK₀ = D(TMK, card factor).
 * Anybody can compute it, so it is no secret and no protection: development and demonstration only.
 */
import { createHash } from 'node:crypto';
import { SecretBytes, xorBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { disperse } from '../cos/cipher-suite.ts';

export function pilotTransportKey(
  suite: AlgorithmSuite,
  cardFactor: Uint8Array,
  slot: 'TMK' | 'SAM-TMK' = 'TMK',
): SecretBytes {
  const master = [1, 2, 3]
    .map(
      (i) =>
        new Uint8Array(createHash('sha256').update(`rhc-pilot/${slot}/v1/component-${i}`).digest().subarray(0, 16)),
    )
    .reduce<Uint8Array>(xorBytes, new Uint8Array(16));
  try {
    return new SecretBytes(disperse(suite, master, cardFactor));
  } finally {
    master.fill(0);
  }
}
