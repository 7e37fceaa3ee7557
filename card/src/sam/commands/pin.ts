/** VERIFY `00 20 00 00 Lc PIN`, CHANGE PIN `80 5E 01 00 Lc old FF new` (CARD-FACTS 5.2; ADR 006). */
import { concatBytes, hexToBytes, type SecretBytes } from '../../bytes/index.ts';
import { samErrors } from '../errors.ts';
import { defineSamCommand, readNothing } from './define-sam-command.ts';

/** Two digits a byte; an odd number of digits ends in nibble F. */
export function packPin(digits: string): Uint8Array {
  if (!/^\d{4,16}$/.test(digits)) throw samErrors.make('SAM_PIN_FORMAT');
  return hexToBytes(digits.length % 2 === 0 ? digits : `${digits}F`);
}

export const verifyPin = defineSamCommand({
  name: 'VERIFY PIN',
  build: (pin: SecretBytes) => ({ p1: 0x00, p2: 0x00, data: pin.use((bytes) => Uint8Array.from(bytes)) }),
  read: readNothing,
});

export const changePin = defineSamCommand({
  name: 'CHANGE PIN',
  build: (old: SecretBytes, next: SecretBytes) => ({
    p1: 0x01,
    p2: 0x00,
    data: old.use((from) => next.use((to) => concatBytes(from, Uint8Array.of(0xff), to))),
  }),
  read: readNothing,
});
