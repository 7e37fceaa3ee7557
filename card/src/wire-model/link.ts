/**
 * A link between reader and card as the four numbers that decide its speed. Contact: Fi and Di of TA1 (ISO/IEC 7816-3:2006,
 * tables 7 and 8; a reader that follows the card's offer), 12 etu a character in T=0, 11 in T=1. Contactless: ISO/IEC 14443-3,
 * 106 kbit/s: one etu = 128 periods of 13.56 MHz, 8 bits and a parity bit a byte.
 */
import type { Text } from '../errors/index.ts';

export interface WireLink {
  readonly id: string;
  readonly text: Text;
  /** Elementary time units that one byte takes. */
  readonly etuPerByte: number;
  /** F: clock periods that the etu is divided from. */
  readonly clockRateFactor: number;
  /** D. */
  readonly bitRateFactor: number;
  /** f, in Hz. */
  readonly clockHz: number;
}

/** Null: reserved for future use. Index = high nibble of TA1. */
const FI = [372, 372, 558, 744, 1116, 1488, 1860, null, null, 512, 768, 1024, 1536, 2048, null, null] as const;
/** Highest clock that the card allows with the Fi of the same index, in MHz. */
const CLOCK_MAX_MHZ = [4, 5, 6, 8, 12, 16, 20, null, null, 5, 7.5, 10, 15, 20, null, null] as const;
/** Index = low nibble of TA1. */
const DI = [null, 1, 2, 4, 8, 16, 32, 64, 12, 20, null, null, null, null, null, null] as const;

const ETU_PER_BYTE = { 'T=0': 12, 'T=1': 11 } as const;

/** 4 MHz: what CCID readers give a contact card unless they are told otherwise; every Fi of our three allows 5 MHz. */
export const CONTACT_CLOCK_HZ = 4_000_000;

export function contactLink(
  ta1: number,
  protocol: 'T=0' | 'T=1' = 'T=1',
  clockHz: number = CONTACT_CLOCK_HZ,
): WireLink {
  const clockRateFactor = FI[ta1 >>> 4];
  const bitRateFactor = DI[ta1 & 0x0f];
  const clockMaxMhz = CLOCK_MAX_MHZ[ta1 >>> 4];
  const hex = ta1.toString(16).toUpperCase().padStart(2, '0');
  if (clockRateFactor == null || bitRateFactor == null || clockMaxMhz == null) {
    throw new RangeError(`TA1 ${hex} names a reserved value`);
  }
  if (!(clockHz > 0) || clockHz > clockMaxMhz * 1e6) {
    throw new RangeError(`TA1 ${hex} allows a clock up to ${clockMaxMhz} MHz, not ${clockHz} Hz`);
  }
  return {
    id: `contact-ta1-${hex}`,
    text: { zh: `接触式 TA1=${hex}`, en: `contact, TA1=${hex}` },
    etuPerByte: ETU_PER_BYTE[protocol],
    clockRateFactor,
    bitRateFactor,
    clockHz,
  };
}

export const CONTACTLESS_106: WireLink = {
  id: 'contactless-106',
  text: { zh: '非接触 106 kbit/s', en: 'contactless, 106 kbit/s' },
  etuPerByte: 9,
  clockRateFactor: 128,
  bitRateFactor: 1,
  clockHz: 13_560_000,
};

/** The four speeds at which the dialogues are compared. */
export const COMPARED_LINKS: readonly WireLink[] = [
  CONTACTLESS_106,
  contactLink(0x13),
  contactLink(0x18),
  contactLink(0x96),
];

/** Milliseconds that one byte takes on the wire. */
export function byteMs({ etuPerByte, clockRateFactor, bitRateFactor, clockHz }: WireLink): number {
  return (etuPerByte * clockRateFactor * 1000) / (bitRateFactor * clockHz);
}
