/**
 * The simulator's hotlist: signed with a key of this run, and the lost card stands on it. Serials of the simulated province are
 * those by which hotlists know a card: province, counter, check character.
 */
import { nodeCrypto, softSigningKey } from '@rhc/card/crypto-node';
import { COUNTER_DIGITS, encodeBody, mod3736CheckCharacter, withSignature } from '@rhc/card/hotlist';

const PROVINCE = '13';
export const LOST_COUNTER = 31;

/** @param {number} counter below 32: one digit of Crockford's base 32 */
export function issueSerialOf(counter) {
  const digit = COUNTER_DIGITS[counter];
  if (digit === undefined) throw new RangeError(`${counter} is not a counter of one digit`);
  const body = `${PROVINCE}${digit.padStart(7, '0')}`;
  return body + mod3736CheckCharacter(body);
}

/** What a desk's hotlist is made of. @param {(length: number) => Uint8Array} random @param {() => Date} now */
export function simulatedHotlist(random, now) {
  const key = softSigningKey('intl-128', random(32));
  const body = encodeBody(
    {
      kind: 'full',
      provinceCode: PROVINCE,
      version: 1,
      baseVersion: 0,
      madeAt: Math.floor(now().getTime() / 1000),
    },
    [LOST_COUNTER],
  );
  let kept = withSignature(body, { keyId: 'simulator', signature: key.sign(body) });
  return {
    place: {
      read: () => kept,
      write: (/** @type {Uint8Array} */ bytes) => {
        kept = bytes;
      },
    },
    verify: (/** @type {string} */ _keyId, /** @type {Uint8Array} */ signed, /** @type {Uint8Array} */ signature) =>
      nodeCrypto.verifySignature('intl-128', key.publicKey, signed, signature),
    source: null,
    now,
    stopHours: 0,
  };
}
