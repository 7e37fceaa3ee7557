/** END PERSONALIZATION `84 44 00 00 24 ‖ digest ‖ MAC4`: the chip compares, then becomes operational (ADR 001). */
import { requireLength } from '../bytes/index.ts';
import { defineCommand, readNothing } from './define-command.ts';

/** `84 44 00 00`: what the MAC begins with. */
export const END_PERSONALIZATION_HEADER: readonly number[] = [0x84, 0x44, 0x00, 0x00];

export const endPersonalization = defineCommand({
  name: 'END PERSONALIZATION',
  text: { zh: '结束个人化', en: 'End personalization' },
  clause: 'CARD.md "Our blank-card product"; ADR 001 "END PERSONALIZATION"',
  statusWords: {
    '6982': 'CARD_SECURITY_NOT_SATISFIED',
    '6985': 'CARD_CONDITIONS_NOT_SATISFIED',
    '6987': 'CARD_MAC_MISSING',
    '6988': 'CARD_MAC_WRONG',
    '6A80': 'CARD_DATA_REFUSED',
    '9302': 'CARD_MAC_WRONG',
  },
  build: (data: Uint8Array) => ({
    cla: 0x84,
    ins: 0x44,
    p1: 0x00,
    p2: 0x00,
    data: requireLength(data, 36, 'digest and MAC'),
  }),
  read: readNothing,
});
