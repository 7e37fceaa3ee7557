/** GET RESPONSE `00 C0 00 00 Le`: fetches what 61xx announced (ISO/IEC 7816-4, 7.6.1; CARD-FACTS 4.2). */
import { defineCommand } from './define-command.ts';

export const getResponse = defineCommand({
  name: 'GET RESPONSE',
  text: { zh: '取应答数据', en: 'Fetch the waiting answer' },
  clause: 'ISO/IEC 7816-4, 7.6.1; CARD-FACTS 4.2',
  statusWords: { '6985': 'CARD_CONDITIONS_NOT_SATISFIED' },
  build: (length: number) => ({ cla: 0x00, ins: 0xc0, p1: 0x00, p2: 0x00, le: length }),
  read: (data) => data,
});
