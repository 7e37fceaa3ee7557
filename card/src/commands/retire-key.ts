/**
 * RETIRE KEY `84 D4 02 KID 14 ‖ ECB(SKe, 01 ‖ version ‖ 80 00…) ‖ MAC4`: erases one version of a key in the field; the last
 * version of a slot stays (6985) (ADR 005 "Re-key"; 16 bytes in every suite: ADR 007). Made by key-service.
 */
import { requireByte, requireLength } from '../bytes/index.ts';
import { defineCommand, readNothing } from './define-command.ts';

/** 16 bytes of cipher and the MAC. */
export const RETIRE_KEY_DATA_BYTES = 0x14;

/** `84 D4 02 KID`: what the MAC begins with. */
export function retireKeyHeader(kid: number): Uint8Array {
  return Uint8Array.of(0x84, 0xd4, 0x02, requireByte(kid, 'KID'));
}

/** The block before encipherment. */
export function retireKeyBlock(version: number): Uint8Array {
  const block = new Uint8Array(16);
  block.set([0x01, requireByte(version, 'key version'), 0x80]);
  return block;
}

export const retireKey = defineCommand({
  name: 'RETIRE KEY',
  text: { zh: '停用密钥版本', en: 'Retire a key version' },
  clause: 'ADR 005 "Re-key in operational"',
  statusWords: {
    '6982': 'CARD_SECURITY_NOT_SATISFIED',
    '6985': 'CARD_CONDITIONS_NOT_SATISFIED',
    '6987': 'CARD_MAC_MISSING',
    '6988': 'CARD_MAC_WRONG',
    '6A80': 'CARD_DATA_REFUSED',
    '6A88': 'CARD_KEY_NOT_FOUND',
    '9302': 'CARD_MAC_WRONG',
  },
  build: (kid: number, data: Uint8Array) => ({
    cla: 0x84,
    ins: 0xd4,
    p1: 0x02,
    p2: kid,
    data: requireLength(data, RETIRE_KEY_DATA_BYTES, 'enciphered block and MAC'),
  }),
  read: readNothing,
});
