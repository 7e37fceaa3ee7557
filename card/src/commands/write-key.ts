/** WRITE KEY `84 D4 01 KID 34 ‖ ECB(SKe, B1 ‖ key ‖ 80 00…) ‖ MAC4` (ADR 001 "WRITE KEY"). Made by key-service. */
import { requireByte, requireLength } from '../bytes/index.ts';
import { defineCommand, readNothing } from './define-command.ts';

/** 48 bytes of cipher and the MAC. */
export const WRITE_KEY_DATA_BYTES = 0x34;

/** `84 D4 01 KID`: what the MAC begins with. */
export function writeKeyHeader(kid: number): Uint8Array {
  return Uint8Array.of(0x84, 0xd4, 0x01, requireByte(kid, 'KID'));
}

export const writeKey = defineCommand({
  name: 'WRITE KEY',
  text: { zh: '装载密钥', en: 'Load a key' },
  clause: 'CARD.md "Our blank-card product"; ADR 001 "WRITE KEY"',
  statusWords: {
    '6982': 'CARD_SECURITY_NOT_SATISFIED',
    '6985': 'CARD_CONDITIONS_NOT_SATISFIED',
    '6987': 'CARD_MAC_MISSING',
    '6988': 'CARD_MAC_WRONG',
    '6A80': 'CARD_DATA_REFUSED',
    '6A84': 'CARD_MEMORY_FULL',
    '6A88': 'CARD_KEY_NOT_FOUND',
    '9302': 'CARD_MAC_WRONG',
  },
  build: (kid: number, data: Uint8Array) => ({
    cla: 0x84,
    ins: 0xd4,
    p1: 0x01,
    p2: kid,
    data: requireLength(data, WRITE_KEY_DATA_BYTES, 'enciphered key and MAC'),
  }),
  read: readNothing,
});
