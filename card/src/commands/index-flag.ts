/**
 * Flags of the visit index: WRITE RECORD `84 D2 rec 04 04` sets 00 (valid), ERASE RECORD `84 0C rec 04 04` sets FF
 * (empty). MAC only, over the 5-byte header (CARD-FACTS 2.1, 4.2; conflict 6).
 */
import { requireLength } from '../bytes/index.ts';
import { defineCommand, readNothing } from './define-command.ts';
import { requireRecordNumber } from './read-record.ts';

const statusWords = {
  '6981': 'CARD_FILE_TYPE_WRONG',
  '6982': 'CARD_SECURITY_NOT_SATISFIED',
  '6984': 'CARD_CHALLENGE_MISSING',
  '6986': 'CARD_FILE_NOT_FOUND',
  '6987': 'CARD_MAC_MISSING',
  '6988': 'CARD_MAC_WRONG',
  '6A82': 'CARD_FILE_NOT_FOUND',
  '6A83': 'CARD_RECORD_NOT_FOUND',
  '9302': 'CARD_MAC_WRONG',
} as const;

export function writeRecordHeader(number: number): Uint8Array {
  return Uint8Array.of(0x84, 0xd2, requireRecordNumber(number), 0x04);
}

export function eraseRecordHeader(number: number): Uint8Array {
  return Uint8Array.of(0x84, 0x0c, requireRecordNumber(number), 0x04);
}

const apdu = (ins: number, number: number, mac: Uint8Array) => ({
  cla: 0x84,
  ins,
  p1: requireRecordNumber(number),
  p2: 0x04,
  data: requireLength(mac, 4, 'MAC'),
});

export const writeRecord = defineCommand({
  name: 'WRITE RECORD',
  text: { zh: '置索引标志', en: 'Set an index flag' },
  clause: 'CARD-FACTS 2.1, 4.2',
  statusWords,
  build: (number: number, mac: Uint8Array) => apdu(0xd2, number, mac),
  read: readNothing,
});

export const eraseRecord = defineCommand({
  name: 'ERASE RECORD',
  text: { zh: '擦除索引标志', en: 'Erase an index flag' },
  clause: 'CARD-FACTS 2.1, 4.2',
  statusWords,
  build: (number: number, mac: Uint8Array) => apdu(0x0c, number, mac),
  read: readNothing,
});
