/** SELECT `00 A4`: by file identifier (what terminals in the field send) and by DF name (CARD-FACTS 1.1, 4.2; ADR 001 "SELECT and Le"). */
import { uint16 } from '../bytes/index.ts';
import { defineCommand, readNothing } from './define-command.ts';

const shared = {
  name: 'SELECT',
  text: { zh: '选择文件', en: 'Select a file' },
  clause: 'CARD-FACTS 4.2; ISO/IEC 7816-4, 7.1.1',
  statusWords: { '6283': 'CARD_APPLICATION_BLOCKED', '6A82': 'CARD_FILE_NOT_FOUND' },
} as const;

/** Without Le: the card answers 9000 and no data. */
export const selectFile = defineCommand({
  ...shared,
  build: (fid: number) => ({ cla: 0x00, ins: 0xa4, p1: 0x00, p2: 0x00, data: uint16(fid) }),
  read: readNothing,
});

/** For those who block and unblock: an application that is blocked is selected all the same, 6283 (ADR 005). */
export const selectBlockable = defineCommand({
  ...shared,
  accepted: [0x6283],
  build: (fid: number) => ({ cla: 0x00, ins: 0xa4, p1: 0x00, p2: 0x00, data: uint16(fid) }),
  read: readNothing,
});

/** With Le: gives the FCI. */
export const selectByName = defineCommand({
  ...shared,
  build: (dfName: Uint8Array) => {
    if (dfName.length < 1 || dfName.length > 16) throw new RangeError('a DF name has 1 to 16 bytes');
    return { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x00, data: dfName, le: 256 };
  },
  read: (fci) => fci,
});
