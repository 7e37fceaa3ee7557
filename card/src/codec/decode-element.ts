/**
 * The bytes of an element to its value. Cards of other issuers are read too, so nothing here throws but a wrong length:
 * an unknown code keeps its digits without a text, bytes that break the element's rule give null and a `fault`.
 * Empty: all FF; and all 00 (as CREATE FILE leaves it) where 00 is not itself a value — a count, an amount, a flag, or a
 * table with a code 0.
 */
import { bytesToHex } from '../bytes/index.ts';
import type { Text } from '../errors/index.ts';
import type { DataElement } from '../profile/index.ts';
import { findCode } from './codes.ts';
import { decodeCompressed } from './compressed-numeric.ts';
import { digitsToDate, digitsToDateTime } from './dates.ts';
import { digitsToDecimal } from './decimals.ts';
import type { CodecOptions, DecodedElement, ElementValue } from './element-value.ts';
import { codecErrors } from './errors.ts';
import { decodeText } from './text.ts';

type Decoded = Omit<DecodedElement, 'raw'>;

export function decodeElement(element: DataElement, bytes: Uint8Array, options: CodecOptions): DecodedElement {
  if (bytes.length !== element.sizeBytes) {
    const rule = { zh: `须为 ${element.sizeBytes} 字节`, en: `must have ${element.sizeBytes} bytes` };
    throw codecErrors.make('ELEMENT_SIZE_WRONG', { fields: [{ field: element.id, rule }] });
  }
  return { ...decode(element, bytes, options), raw: bytesToHex(bytes) };
}

function decode(element: DataElement, bytes: Uint8Array, options: CodecOptions): Decoded {
  const { meaning } = element;
  if (bytes.every((byte) => byte === 0xff)) return { value: null };
  const zero = bytes.every((byte) => byte === 0x00);
  switch (meaning.kind) {
    case 'text':
    case 'digit-text':
      return decodeTextElement(meaning.kind, bytes);
    case 'bytes':
      return { value: zero ? null : bytesToHex(bytes) };
    case 'flag':
      return decodeFlag(bytes);
    case 'code':
      return decodeCode(element, meaning.table, bytes, zero, options);
    case 'date':
      return zero ? { value: null } : decodeNumeric(bytes, digitsToDate);
    case 'date-time':
      return zero ? { value: null } : decodeNumeric(bytes, digitsToDateTime);
    case 'digits':
      return zero ? { value: null } : decodeNumeric(bytes, onlyDigits);
    case 'integer':
      return decodeNumeric(bytes, (digits) => onlyDigits(digits)?.replace(/^0+(?=.)/, ''));
    case 'decimal':
      return decodeNumeric(bytes, (digits) => digitsToDecimal(digits, meaning.fractionDigits));
  }
}

const MALFORMED: Text = {
  zh: '卡上数据不符合该数据元的格式',
  en: 'the bytes on the card break the format of the element',
};

function known(value: ElementValue | undefined): Decoded {
  return value === undefined ? { value: null, fault: MALFORMED } : { value };
}

function decodeTextElement(kind: 'text' | 'digit-text', bytes: Uint8Array): Decoded {
  const value = decodeText(bytes);
  if (value === null) return { value };
  if (kind === 'digit-text' && !/^[0-9]+$/.test(value)) return known(undefined);
  // What could be read of a damaged text is still worth showing.
  return value.includes('\uFFFD') ? { value, fault: MALFORMED } : { value };
}

function decodeFlag(bytes: Uint8Array): Decoded {
  const [byte] = bytes;
  return known(byte === 0 ? false : byte === 1 ? true : undefined);
}

function onlyDigits(digits: string): string | undefined {
  return /^[0-9]+$/.test(digits) ? digits : undefined;
}

function decodeNumeric(bytes: Uint8Array, read: (digits: string) => string | undefined): Decoded {
  const digits = decodeCompressed(bytes);
  return digits === null ? known(undefined) : known(read(digits));
}

function decodeCode(
  element: DataElement,
  table: string,
  bytes: Uint8Array,
  zero: boolean,
  options: CodecOptions,
): Decoded {
  const code = codeOnCard(element, bytes);
  if (code === undefined) return known(undefined);
  if (code === null) return { value: null };
  const entry = findCode(table, code, options.profile);
  if (entry !== undefined) return { value: entry.code, text: entry.text };
  return { value: zero ? null : code };
}

/** The code as the interface shows it; null when empty, undefined when malformed. */
function codeOnCard({ storage }: DataElement, bytes: Uint8Array): string | null | undefined {
  if (storage === 'b') return String(bytes[0]);
  if (storage === 'cn') {
    const digits = decodeCompressed(bytes);
    return digits === null ? undefined : onlyDigits(digits);
  }
  return decodeText(bytes);
}
