/**
 * Answer to reset: ISO/IEC 7816-3, 8.2 (contact, and the PC/SC part 3 form of a contactless card) and the ATS of
 * ISO/IEC 14443-4, 5.2. The card factor comes from the historical bytes (CARD-FACTS 3.5); which eight is a switch of the
 * card product (conflict 3).
 */
import { ByteReader, bytesToHex, concatBytes, requireLength } from '../bytes/index.ts';
import type { CardProduct } from '../profile/types.ts';

export interface InterfaceByte {
  /** `TA1`, `TD2` … */
  readonly name: string;
  readonly value: number;
}

export interface Atr {
  readonly form: 'atr' | 'ats';
  readonly interfaceBytes: readonly InterfaceByte[];
  readonly historicalBytes: Uint8Array;
}

const TS_DIRECT = 0x3b;
const TS_INVERSE = 0x3f;

export function parseAtr(bytes: Uint8Array): Atr {
  const ts = bytes[0];
  if (ts === TS_DIRECT || ts === TS_INVERSE) return parseContactForm(bytes);
  if (ts === bytes.length) return parseAts(bytes);
  throw new RangeError(`not an answer to reset: ${bytesToHex(bytes.slice(0, 40))}`);
}

function parseContactForm(bytes: Uint8Array): Atr {
  const reader = new ByteReader(bytes);
  reader.uint8('TS');
  const t0 = reader.uint8('T0');
  const interfaceBytes: InterfaceByte[] = [];
  let protocolsBeyondT0 = false;
  let present = t0 >>> 4;
  for (let i = 1; present !== 0; i++) {
    if (i > 8) throw new RangeError('answer to reset names more than 8 groups of interface bytes');
    const names = ['TA', 'TB', 'TC', 'TD'].filter((_, bit) => (present & (1 << bit)) !== 0);
    present = 0;
    for (const name of names) {
      const value = reader.uint8(`${name}${i}`);
      interfaceBytes.push({ name: `${name}${i}`, value });
      if (name !== 'TD') continue;
      present = value >>> 4;
      protocolsBeyondT0 ||= (value & 0x0f) !== 0;
    }
  }
  const historicalBytes = reader.take(t0 & 0x0f, 'historical bytes');
  // TCK is absent only when T=0 alone is offered (ISO/IEC 7816-3, 8.2.5).
  if (protocolsBeyondT0) {
    reader.uint8('TCK');
    if (checkByte(bytes.slice(1)) !== 0) throw new RangeError('check byte TCK of the answer to reset is wrong');
  }
  reader.end('answer to reset');
  return { form: 'atr', interfaceBytes, historicalBytes };
}

function parseAts(bytes: Uint8Array): Atr {
  const reader = new ByteReader(bytes);
  reader.uint8('TL');
  if (reader.remaining === 0) return { form: 'ats', interfaceBytes: [], historicalBytes: new Uint8Array(0) };
  const t0 = reader.uint8('T0');
  const interfaceBytes = ['TA1', 'TB1', 'TC1']
    .filter((_, bit) => (t0 & (0x10 << bit)) !== 0)
    .map((name) => ({ name, value: reader.uint8(name) }));
  return { form: 'ats', interfaceBytes, historicalBytes: reader.rest() };
}

/** `3B 8n 80 01 ‖ historical ‖ TCK`: how PC/SC shows a contactless card, and what our emulated card answers. */
export function buildAtr(historicalBytes: Uint8Array): Uint8Array {
  if (historicalBytes.length > 15) throw new RangeError('an answer to reset has at most 15 historical bytes');
  const body = concatBytes(Uint8Array.of(0x80 | historicalBytes.length, 0x80, 0x01), historicalBytes);
  return concatBytes(Uint8Array.of(TS_DIRECT), body, Uint8Array.of(checkByte(body)));
}

/** The same card seen by a reader that gives the ATS: `TL 78 TA TB TC ‖ historical` (CARD-FACTS 3.5: 16 bytes). */
export function buildAts(historicalBytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(5 + historicalBytes.length, 0x78, 0x80, 0x70, 0x02), historicalBytes);
}

/** Card factor from the historical bytes of `product`. */
export function cardFactorFromHistoricalBytes(
  historicalBytes: Uint8Array,
  product: Pick<CardProduct, 'historicalBytesLength' | 'cardFactorPosition'>,
): Uint8Array {
  requireLength(historicalBytes, product.historicalBytesLength, 'historical bytes');
  if (historicalBytes.length < 8) throw new RangeError('a card factor needs 8 historical bytes');
  return product.cardFactorPosition === 'first-8' ? historicalBytes.slice(0, 8) : historicalBytes.slice(-8);
}

/** 8-byte card factor, or null when the answer to reset cannot be one of this product (a foreign card, a SAM, noise). */
export function cardFactorFromAtr(
  atr: Uint8Array,
  product: Pick<CardProduct, 'historicalBytesLength' | 'cardFactorPosition'>,
): Uint8Array | null {
  try {
    const { form, interfaceBytes, historicalBytes } = parseAtr(atr);
    const contactless =
      form === 'ats' || (atr[0] === TS_DIRECT && interfaceBytes.map((byte) => byte.value).join() === '128,1');
    if (!contactless || historicalBytes.length !== product.historicalBytesLength) return null;
    return cardFactorFromHistoricalBytes(historicalBytes, product);
  } catch {
    return null;
  }
}

function checkByte(bytes: Uint8Array): number {
  return bytes.reduce((check, byte) => check ^ byte, 0);
}
