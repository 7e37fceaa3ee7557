/** INTERNAL AUTHENTICATE `00 88 00 KID 11 ‖ R1 ‖ R2 ‖ version`, answer 8 bytes (CARD-FACTS 4.3; CARD.md; ADR 001). */
import { concatBytes, requireByte, requireLength } from '../bytes/index.ts';
import { defineCommand } from './define-command.ts';

export interface InternalAuthentication {
  readonly kid: number;
  readonly r1: Uint8Array;
  readonly r2: Uint8Array;
  readonly version: number;
}

export const internalAuthenticate = defineCommand({
  name: 'INTERNAL AUTHENTICATE',
  text: { zh: '内部认证', en: 'Internal authentication' },
  clause: 'CARD-FACTS 4.3; CARD.md switches; ADR 001',
  statusWords: {
    '6982': 'CARD_SECURITY_NOT_SATISFIED',
    '6985': 'CARD_CONDITIONS_NOT_SATISFIED',
    '6A80': 'CARD_DATA_REFUSED',
    '6A88': 'CARD_KEY_NOT_FOUND',
    '9403': 'CARD_KEY_NOT_FOUND',
  },
  build: ({ kid, r1, r2, version }: InternalAuthentication) => ({
    cla: 0x00,
    ins: 0x88,
    p1: 0x00,
    p2: kid,
    data: concatBytes(
      requireLength(r1, 8, 'R1'),
      requireLength(r2, 8, 'R2'),
      Uint8Array.of(requireByte(version, 'key version')),
    ),
    le: 8,
  }),
  read: (data) => requireLength(data, 8, 'answer to internal authentication'),
});
