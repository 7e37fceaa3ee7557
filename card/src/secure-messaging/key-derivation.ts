/** Dispersal, session keys and check values (CARD.md; KEYS.md "Hierarchy"; ADR 001 "Dispersal, session keys"). */
import { complementBytes, concatBytes, requireLength } from '../bytes/index.ts';
import type { AlgorithmSuite } from '../profile/types.ts';
import { blockBytes, type Crypto, KEY_BYTES } from './crypto.ts';

/**
 * `D(K, X) = E(K, X ‖ ¬X)` with a 16-byte block, `E(K, X) ‖ E(K, ¬X)` with an 8-byte block: both are ECB over the
 * same 16 bytes.
 */
export function disperse(crypto: Crypto, suite: AlgorithmSuite, key: Uint8Array, factor: Uint8Array): Uint8Array {
  requireLength(key, KEY_BYTES, 'key');
  requireLength(factor, 8, 'dispersal factor');
  return crypto.encipherEcb(suite, key, concatBytes(factor, complementBytes(factor)));
}

/** `SK = D(K_card, R)`; one challenge serves one command. */
export function sessionKey(crypto: Crypto, suite: AlgorithmSuite, cardKey: Uint8Array, challenge: Uint8Array) {
  return disperse(crypto, suite, cardKey, requireLength(challenge, 8, 'challenge'));
}

/** ASCII of the two province digits and six ASCII zeros: Hebei `13` gives `3133303030303030` (CARD-FACTS 3.5). */
export function provinceFactor(provinceCode: string): Uint8Array {
  if (!/^\d{2}$/.test(provinceCode)) throw new RangeError('a province code has two digits');
  return Uint8Array.from(`${provinceCode}000000`, (digit) => digit.charCodeAt(0));
}

/** Card key of a root: by the card alone (one level) or by province, then card (two levels). */
export function cardKey(
  crypto: Crypto,
  suite: AlgorithmSuite,
  root: Uint8Array,
  levels: 1 | 2,
  provinceCode: string,
  cardFactor: Uint8Array,
): Uint8Array {
  const upper = levels === 2 ? disperse(crypto, suite, root, provinceFactor(provinceCode)) : root;
  return disperse(crypto, suite, upper, cardFactor);
}

/** Check value by enciphering a zero block, 3 bytes, method `ENC0`; never more. */
export function kcvEnc0(crypto: Crypto, suite: AlgorithmSuite, key: Uint8Array): Uint8Array {
  return crypto.encipherEcb(suite, key, new Uint8Array(blockBytes(suite))).slice(0, 3);
}

export interface ChannelKeys {
  /** Enciphers WRITE KEY. */
  readonly encipherment: Uint8Array;
  /** MACs every secured command of the channel. */
  readonly mac: Uint8Array;
}

/** `SKe = E(MK, R ‖ ¬R)`, `SKm = E(MK, ¬R ‖ R)`: the personalization channel (ADR 001). */
export function channelKeys(
  crypto: Crypto,
  suite: AlgorithmSuite,
  masterKey: Uint8Array,
  challenge: Uint8Array,
): ChannelKeys {
  return {
    encipherment: disperse(crypto, suite, masterKey, challenge),
    mac: disperse(crypto, suite, masterKey, complementBytes(challenge)),
  };
}
