/** Cryptograms of external and internal authentication (CARD-FACTS 3.7, 4.3; ADR 001). */
import { concatBytes, requireLength, xorBytes } from '../bytes/index.ts';
import type { AlgorithmSuite } from '../profile/types.ts';
import type { Crypto } from './crypto.ts';
import { sessionKey } from './key-derivation.ts';

/** `A = C[0..7] ⊕ C[8..15]`, `C = E(SK, R_T ‖ 0⁸)`, `SK = D(K_card, R)`. */
export function externalAuthenticationCryptogram(
  crypto: Crypto,
  suite: AlgorithmSuite,
  cardKey: Uint8Array,
  challenge: Uint8Array,
  terminalRandom: Uint8Array,
): Uint8Array {
  return foldedEncipherment(crypto, suite, sessionKey(crypto, suite, cardKey, challenge), terminalRandom);
}

/** What a genuine card answers to `R1 ‖ R2`: the same fold over R2 under `D(IRK, R1)`. */
export function internalAuthenticationAnswer(
  crypto: Crypto,
  suite: AlgorithmSuite,
  internalKey: Uint8Array,
  r1: Uint8Array,
  r2: Uint8Array,
): Uint8Array {
  return foldedEncipherment(crypto, suite, sessionKey(crypto, suite, internalKey, r1), r2);
}

function foldedEncipherment(crypto: Crypto, suite: AlgorithmSuite, key: Uint8Array, random: Uint8Array): Uint8Array {
  requireLength(random, 8, 'random number');
  const cipher = crypto.encipherEcb(suite, key, concatBytes(random, new Uint8Array(8)));
  return xorBytes(cipher.slice(0, 8), cipher.slice(8, 16));
}
