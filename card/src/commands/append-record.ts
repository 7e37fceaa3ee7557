/**
 * APPEND to a cyclic file: `00 DC 00 03` in personalization, `04 DC 00 03` with cipher and MAC in the field; the new
 * record becomes number 1 (CARD-FACTS 1.3, 4.2; ADR 001 "Data").
 */
import { defineCommand, readNothing } from './define-command.ts';

const shared = {
  name: 'APPEND RECORD',
  text: { zh: '追加记录', en: 'Append a record' },
  clause: 'CARD-FACTS 1.3, 4.2; ADR 001',
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
    '6A84': 'CARD_MEMORY_FULL',
    '9302': 'CARD_MAC_WRONG',
  },
  read: readNothing,
} as const;

export const appendRecord = defineCommand({
  ...shared,
  build: (value: Uint8Array) => ({ cla: 0x00, ins: 0xdc, p1: 0x00, p2: 0x03, data: value }),
});

export const PROTECTED_APPEND_HEADER: readonly number[] = [0x04, 0xdc, 0x00, 0x03];

/** `data` = cipher ‖ MAC4. */
export const protectedAppendRecord = defineCommand({
  ...shared,
  build: (data: Uint8Array) => ({ cla: 0x04, ins: 0xdc, p1: 0x00, p2: 0x03, data }),
});
