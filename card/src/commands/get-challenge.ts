/** GET CHALLENGE `00 84 00 00 08`: 8 random bytes; a newer challenge replaces an older one (CARD-FACTS 4.2; ADR 001 "A challenge"). */
import { requireLength } from '../bytes/index.ts';
import { defineCommand } from './define-command.ts';

export const getChallenge = defineCommand({
  name: 'GET CHALLENGE',
  text: { zh: '取随机数', en: 'Get a challenge' },
  clause: 'CARD-FACTS 4.2; ADR 001',
  statusWords: {},
  build: () => ({ cla: 0x00, ins: 0x84, p1: 0x00, p2: 0x00, le: 8 }),
  read: (data) => requireLength(data, 8, 'challenge'),
});
