/** READ RECORD `00 B2`: by number (P2 04) and by tag (P2 00) (CARD-FACTS 1.3, 4.2; ADR 001 "SELECT and Le"). */
import { defineCommand } from './define-command.ts';

const shared = {
  name: 'READ RECORD',
  text: { zh: '读记录', en: 'Read a record' },
  clause: 'CARD-FACTS 1.3, 4.2; ADR 001',
  statusWords: {
    '6981': 'CARD_FILE_TYPE_WRONG',
    '6982': 'CARD_SECURITY_NOT_SATISFIED',
    '6986': 'CARD_FILE_NOT_FOUND',
    '6A82': 'CARD_FILE_NOT_FOUND',
    '6A83': 'CARD_RECORD_NOT_FOUND',
  },
  read: (data: Uint8Array) => data,
} as const;

/** The first record is number 1; 00 and FF are not records. */
export function requireRecordNumber(number: number): number {
  if (!Number.isInteger(number) || number < 1 || number > 254) throw new RangeError(`${number} is no record number`);
  return number;
}

/** Le 00: all there is. */
export const readRecord = defineCommand({
  ...shared,
  build: (number: number) => ({ cla: 0x00, ins: 0xb2, p1: requireRecordNumber(number), p2: 0x04, le: 256 }),
});

export const readRecordByTag = defineCommand({
  ...shared,
  build: (tag: number) => ({ cla: 0x00, ins: 0xb2, p1: requireRecordNumber(tag), p2: 0x00, le: 256 }),
});
