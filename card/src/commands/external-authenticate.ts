/** EXTERNAL AUTHENTICATE `00 82 00 KID 11 ‖ A ‖ R_T ‖ version` (CARD-FACTS 3.2, 4.2; ADR 001). */
import { concatBytes, requireByte, requireLength } from '../bytes/index.ts';
import { defineCommand, readNothing } from './define-command.ts';

export interface ExternalAuthentication {
  readonly kid: number;
  /** A, 8 bytes. */
  readonly cryptogram: Uint8Array;
  /** R_T, 8 bytes. */
  readonly terminalRandom: Uint8Array;
  /** Key version; 0 = the transport key of a blank. */
  readonly version: number;
}

export const externalAuthenticate = defineCommand({
  name: 'EXTERNAL AUTHENTICATE',
  text: { zh: '外部认证', en: 'External authentication' },
  clause: 'CARD-FACTS 3.2, 4.2; ADR 001',
  statusWords: {
    '63CX': 'CARD_AUTHENTICATION_FAILED',
    '6983': 'CARD_KEY_BLOCKED',
    '6984': 'CARD_CHALLENGE_MISSING',
    '6985': 'CARD_CONDITIONS_NOT_SATISFIED',
    '6A88': 'CARD_KEY_NOT_FOUND',
    '9403': 'CARD_KEY_NOT_FOUND',
  },
  build: ({ kid, cryptogram, terminalRandom, version }: ExternalAuthentication) => ({
    cla: 0x00,
    ins: 0x82,
    p1: 0x00,
    p2: kid,
    data: concatBytes(
      requireLength(cryptogram, 8, 'cryptogram'),
      requireLength(terminalRandom, 8, 'terminal random'),
      Uint8Array.of(requireByte(version, 'key version')),
    ),
  }),
  read: readNothing,
});
