/**
 * APPLICATION BLOCK `84 1E 00 P2 04 MAC4`, APPLICATION UNBLOCK `84 18 00 00 04 MAC4`, CARD BLOCK `84 16 00 00 04 MAC4`: MAC
 * only, over the 5-byte header (CARD-FACTS 4.3; ADR 005 "MAC-only commands"). Repeated after a torn answer they give 9000.
 */
import { requireLength } from '../bytes/index.ts';
import { defineCommand, readNothing } from './define-command.ts';

const statusWords = {
  '6982': 'CARD_SECURITY_NOT_SATISFIED',
  '6984': 'CARD_CHALLENGE_MISSING',
  '6985': 'CARD_CONDITIONS_NOT_SATISFIED',
  '6987': 'CARD_MAC_MISSING',
  '6988': 'CARD_MAC_WRONG',
  '6A88': 'CARD_KEY_NOT_FOUND',
  '9302': 'CARD_MAC_WRONG',
} as const;

const HEADERS = {
  /** P2 00: until unblocked. */
  block: [0x84, 0x1e, 0x00, 0x00],
  /** P2 01: for ever. */
  blockForEver: [0x84, 0x1e, 0x00, 0x01],
  unblock: [0x84, 0x18, 0x00, 0x00],
  blockCard: [0x84, 0x16, 0x00, 0x00],
} as const;

const apdu = ([cla, ins, p1, p2]: readonly [number, number, number, number], mac: Uint8Array) => ({
  cla,
  ins,
  p1,
  p2,
  data: requireLength(mac, 4, 'MAC'),
});

export type BlockDuration = 'until-unblocked' | 'for-ever';

/** What the MAC begins with. */
export function applicationBlockHeader(duration: BlockDuration): Uint8Array {
  return Uint8Array.from(duration === 'for-ever' ? HEADERS.blockForEver : HEADERS.block);
}

export const APPLICATION_UNBLOCK_HEADER: readonly number[] = HEADERS.unblock;
export const CARD_BLOCK_HEADER: readonly number[] = HEADERS.blockCard;

export const applicationBlock = defineCommand({
  name: 'APPLICATION BLOCK',
  text: { zh: '应用锁定', en: 'Block an application' },
  clause: 'CARD-FACTS 4.3; ADR 005',
  statusWords,
  build: (duration: BlockDuration, mac: Uint8Array) =>
    apdu(duration === 'for-ever' ? HEADERS.blockForEver : HEADERS.block, mac),
  read: readNothing,
});

export const applicationUnblock = defineCommand({
  name: 'APPLICATION UNBLOCK',
  text: { zh: '应用解锁', en: 'Unblock an application' },
  clause: 'CARD-FACTS 4.3; ADR 005',
  statusWords,
  build: (mac: Uint8Array) => apdu(HEADERS.unblock, mac),
  read: readNothing,
});

export const cardBlock = defineCommand({
  name: 'CARD BLOCK',
  text: { zh: '卡片锁定', en: 'Block the card' },
  clause: 'CARD-FACTS 4.3; ADR 005',
  statusWords,
  build: (mac: Uint8Array) => apdu(HEADERS.blockCard, mac),
  read: readNothing,
});
