/** Plain blocks of WRITE KEY and their encipherment (CARD.md "WRITE KEY"; ADR 001). */
import { concatBytes, requireByte, requireLength } from '../bytes/index.ts';
import type { AlgorithmSuite, KeySlot } from '../profile/types.ts';
import { type Crypto, KEY_BYTES } from './crypto.ts';

const ALGORITHM_CODES: Readonly<Record<AlgorithmSuite, number>> = {
  'intl-128': 0x01,
  'sm-128': 0x02,
  'pboc-3des': 0x03,
};
const FREE_USE = 0x00;
/** Change right: after authentication with MK, KID 00. */
const CHANGE_WITH_MK = 0x40;
const NOT_COUNTED = 0xff;

/** B1: attributes of a key. `1F` = 31 bytes that mean something: the rest of this block and the key. */
export function keyAttributes(
  slot: Pick<KeySlot, 'typeCode' | 'maxTries'>,
  version: number,
  suite: AlgorithmSuite,
): Uint8Array {
  return concatBytes(
    Uint8Array.of(
      0x1f,
      requireByte(slot.typeCode, 'type code'),
      FREE_USE,
      CHANGE_WITH_MK,
      requireByte(version, 'key version'),
      ALGORITHM_CODES[suite],
      slot.maxTries === null ? NOT_COUNTED : requireByte(slot.maxTries, 'tries'),
    ),
    new Uint8Array(9),
  );
}

/** `ECB(SKe, B1 ‖ key ‖ 80 00…)`, 48 bytes: the key fills exactly one 16-byte block. */
export function encipherKeyBlocks(
  crypto: Crypto,
  suite: AlgorithmSuite,
  encipherment: Uint8Array,
  attributes: Uint8Array,
  key: Uint8Array,
): Uint8Array {
  requireLength(attributes, 16, 'key attributes');
  requireLength(key, KEY_BYTES, 'key');
  const end = new Uint8Array(16);
  end[0] = 0x80;
  return crypto.encipherEcb(suite, encipherment, concatBytes(attributes, key, end));
}
