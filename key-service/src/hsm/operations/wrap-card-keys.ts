/**
 * Keys of cards for a bureau, as key blocks under the transport key agreed with it. Refused here, in the worker, because
 * no quorum stands before it: a protection key that was not agreed with a bureau, a key that is not that card's own, and
 * a "card" whose factor is a province's or a city's, which would give away the keys of all of them.
 *
 * LABELLED, as all key blocks are (`key-block-engine.ts`): a block's payload passes through this worker's memory, because
 * PKCS#11 has no TR-31; it is wiped at once and reaches neither the service nor the wire.
 */
import { complementBytes, concatBytes, equalBytes } from '@rhc/card/bytes';
import { checkValueBlock, type KeyBlockEngine, sealKeyBlock } from '../../domain/key-block/key-block.ts';
import { decimalize } from '../../domain/security-code.ts';
import { keyServiceErrors } from '../../errors.ts';
import { PROTECTION_KEY_PREFIX, tokenKeyBlockEngine } from '../pkcs11/key-block-engine.ts';
import type { Token } from '../pkcs11/token.ts';
import type { WrapCardKeysInput, WrapCardKeysOutput } from '../port.ts';

const BUREAU_PREFIX = 'bureau-';
type CardToWrap = WrapCardKeysInput['cards'][number];

function refuse(detail: string): Error {
  return keyServiceErrors.make('BUREAU_KEYS_REFUSED', { detail });
}

/** A province's and a city's factor are digits as text; no chip's is. */
const isDigits = (factor: Uint8Array): boolean => factor.every((byte) => byte >= 0x30 && byte <= 0x39);

function requireOwnKeys({ cardFactor, keys }: CardToWrap): void {
  if (cardFactor.length !== 8 || isDigits(cardFactor)) throw refuse('the factor is no card factor');
  const own = concatBytes(cardFactor, complementBytes(cardFactor));
  for (const { key } of keys) {
    const last = key.blocks.at(-1);
    if (last === undefined || !equalBytes(last, own)) throw refuse(`${key.root}: the key is not this card's own`);
  }
}

export function wrapCardKeys(token: Token, input: WrapCardKeysInput): WrapCardKeysOutput {
  const { transportKey, cards } = input;
  if (!transportKey.startsWith(BUREAU_PREFIX)) throw refuse(`${transportKey} was not agreed with a bureau`);
  for (const card of cards) requireOwnKeys(card);
  if (token.findSecret(`${PROTECTION_KEY_PREFIX}${transportKey}`) === null) {
    throw keyServiceErrors.make('BUREAU_TRANSPORT_KEY_MISSING', { detail: transportKey });
  }
  const code = token.root(input.securityCodeRoot);
  return withHeldKeys(tokenKeyBlockEngine(token, transportKey), (engine) => ({
    transportKeyCheckValue: engine.checkValue(),
    cards: cards.map((card) => ({
      keys: card.keys.map((each) => wrapOne(token, engine, each)),
      securityCode: decimalize(code.ecb(card.securityCodeBlock)),
    })),
  }));
}

function wrapOne(token: Token, engine: KeyBlockEngine, { key, header }: CardToWrap['keys'][number]) {
  return token.withKey(key, 'cardKey', (lent) => {
    const kcv = lent.checkValue();
    const value = lent.reveal();
    try {
      const optionalBlocks = [...header.optionalBlocks, checkValueBlock('KC', 'ENC0', kcv)];
      const random = (length: number) => Uint8Array.from(length === 0 ? [] : token.random(length));
      return { block: sealKeyBlock({ ...header, optionalBlocks }, value, engine, random), kcv };
    } finally {
      value.fill(0);
    }
  });
}

/** The derived keys of the transport key are the same for every block: made once for all of them. */
function withHeldKeys<T>(engine: KeyBlockEngine, use: (held: KeyBlockEngine) => T): T {
  const checkValue = engine.checkValue();
  return engine.withKeys('derivation', (keys) =>
    use({ kind: engine.kind, checkValue: () => checkValue, withKeys: (_, act) => act(keys) }),
  );
}
