/** READ BINARY `00 B0 offH offL Le` (CARD-FACTS 4.2; ADR 001). b8 of P1 would mean a short file identifier: refused. */
import { defineCommand } from './define-command.ts';

export const MAX_BINARY_OFFSET = 0x7fff;

export function offsetParameters(offset: number): { readonly p1: number; readonly p2: number } {
  if (!Number.isInteger(offset) || offset < 0 || offset > MAX_BINARY_OFFSET) {
    throw new RangeError(`offset ${offset} is not within 0..${MAX_BINARY_OFFSET}`);
  }
  return { p1: offset >>> 8, p2: offset & 0xff };
}

export const readBinary = defineCommand({
  name: 'READ BINARY',
  text: { zh: '读二进制文件', en: 'Read a transparent file' },
  clause: 'CARD-FACTS 4.2; ADR 001',
  statusWords: {
    '6981': 'CARD_FILE_TYPE_WRONG',
    '6982': 'CARD_SECURITY_NOT_SATISFIED',
    '6986': 'CARD_FILE_NOT_FOUND',
    '6A82': 'CARD_FILE_NOT_FOUND',
    '6B00': 'CARD_OFFSET_OUTSIDE',
  },
  build: (offset: number, length: number) => ({ cla: 0x00, ins: 0xb0, ...offsetParameters(offset), le: length }),
  read: (data) => data,
});
