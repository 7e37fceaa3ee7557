/**
 * UPDATE RECORD `DC rec 04`: plain (CLA 00) in personalization, enciphered with MAC (CLA 04) in the field
 * (CARD-FACTS 4.2; ADR 001 "Data").
 */
import { defineCommand, readNothing } from './define-command.ts';
import { requireRecordNumber } from './read-record.ts';

const shared = {
  name: 'UPDATE RECORD',
  text: { zh: '更新记录', en: 'Update a record' },
  clause: 'CARD-FACTS 4.2; ADR 001',
  statusWords: {
    '6882': 'CARD_SECURE_MESSAGING_UNSUPPORTED',
    '6981': 'CARD_FILE_TYPE_WRONG',
    '6982': 'CARD_SECURITY_NOT_SATISFIED',
    '6984': 'CARD_CHALLENGE_MISSING',
    '6986': 'CARD_FILE_NOT_FOUND',
    '6987': 'CARD_MAC_MISSING',
    '6988': 'CARD_MAC_WRONG',
    '6A80': 'CARD_DATA_REFUSED',
    '6A82': 'CARD_FILE_NOT_FOUND',
    '6A83': 'CARD_RECORD_NOT_FOUND',
    '6A84': 'CARD_MEMORY_FULL',
    '9302': 'CARD_MAC_WRONG',
  },
  read: readNothing,
} as const;

export const updateRecord = defineCommand({
  ...shared,
  build: (number: number, data: Uint8Array) => ({
    cla: 0x00,
    ins: 0xdc,
    p1: requireRecordNumber(number),
    p2: 0x04,
    data,
  }),
});

/** `04 DC rec 04`: header of the protected update, which is also what the MAC begins with. */
export function protectedUpdateRecordHeader(number: number): Uint8Array {
  return Uint8Array.of(0x04, 0xdc, requireRecordNumber(number), 0x04);
}

/** `data` = cipher ‖ MAC4 (`TerminalKeys.protect`). */
export const protectedUpdateRecord = defineCommand({
  ...shared,
  build: (number: number, data: Uint8Array) => ({
    cla: 0x04,
    ins: 0xdc,
    p1: requireRecordNumber(number),
    p2: 0x04,
    data,
  }),
});
