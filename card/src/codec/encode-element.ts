/**
 * A value to the exact bytes of its element, always the full defined length (CARD-FACTS 1.2, 1.3): ans left-justified and
 * padded with 00, cn left-justified and padded with nibble F, flags 00/01, b codes one byte. Empty: ans and bytes all 00,
 * cn and b all FF. Nothing is cut or replaced.
 */
import { hexToBytes } from '../bytes/index.ts';
import type { DataElement } from '../profile/index.ts';
import { nationalProfile } from '../profile/index.ts';
import { findCode } from './codes.ts';
import { encodeCompressed } from './compressed-numeric.ts';
import { dateTimeToDigits, dateToDigits } from './dates.ts';
import { decimalToDigits, parseDecimal } from './decimals.ts';
import type { CodecOptions, ElementValue } from './element-value.ts';
import { refuse } from './errors.ts';
import { encodeText } from './text.ts';

export function encodeElement(element: DataElement, value: ElementValue, options: CodecOptions): Uint8Array {
  if (value === null || value === '') return emptyElement(element);
  if (element.meaning.kind === 'flag') return encodeFlag(element, value);
  if (typeof value !== 'string') {
    refuse('VALUE_TYPE_INVALID', element.id, named(element, '须为文字', 'must be a string'));
  }
  return encodeString(element, value, options);
}

export function emptyElement({ storage, meaning, sizeBytes }: DataElement): Uint8Array {
  const filler = storage === 'cn' || (storage === 'b' && meaning.kind !== 'bytes') ? 0xff : 0x00;
  return new Uint8Array(sizeBytes).fill(filler);
}

function encodeString(element: DataElement, value: string, options: CodecOptions): Uint8Array {
  const { meaning, sizeBytes } = element;
  switch (meaning.kind) {
    case 'text':
      return padText(element, encodeText(value, options.textEncoding, element.id));
    case 'digit-text':
      requireDigits(element, value, sizeBytes);
      return padText(element, encodeText(value, options.textEncoding, element.id));
    case 'digits':
      requireDigits(element, value, sizeBytes * 2);
      return encodeCompressed(value, sizeBytes);
    case 'integer':
      return encodeInteger(element, value);
    case 'date':
      return encodeDate(element, dateToDigits(value));
    case 'date-time':
      return encodeDate(element, dateTimeToDigits(value));
    case 'decimal':
      return encodeDecimal(element, value, meaning.fractionDigits, options);
    case 'code':
      return encodeCode(element, value, meaning.table, options);
    case 'bytes':
      return encodeBytes(element, value);
    case 'flag':
      return encodeFlag(element, value);
  }
}

/** The element's Chinese and English name in front of the rule. */
function named({ text }: DataElement, zh: string, en: string): { zh: string; en: string } {
  return { zh: `${text.zh}${zh}`, en: `${text.en} ${en}` };
}

function padText(element: DataElement, bytes: Uint8Array): Uint8Array {
  const { sizeBytes } = element;
  if (bytes.length > sizeBytes) {
    const zh = `占 ${bytes.length} 字节，卡上最多 ${sizeBytes} 字节`;
    refuse('TEXT_TOO_LONG', element.id, named(element, zh, `takes ${bytes.length} bytes, the card holds ${sizeBytes}`));
  }
  const padded = new Uint8Array(sizeBytes);
  padded.set(bytes);
  return padded;
}

function requireDigits(element: DataElement, value: string, most: number): void {
  if (/^[0-9]+$/.test(value) && value.length <= most) return;
  refuse('DIGITS_INVALID', element.id, named(element, `须为 1–${most} 位数字`, `must be 1 to ${most} digits`));
}

function encodeInteger(element: DataElement, value: string): Uint8Array {
  const canonical = value.replace(/^0+(?=[0-9])/, '');
  requireDigits(element, canonical, element.sizeBytes * 2);
  return encodeCompressed(canonical, element.sizeBytes);
}

function encodeDate(element: DataElement, digits: string | undefined): Uint8Array {
  if (digits === undefined) {
    const [zh, en] =
      element.meaning.kind === 'date'
        ? ['须为真实日期 YYYY-MM-DD', 'must be a date of the calendar, YYYY-MM-DD']
        : ['须为真实时间 YYYY-MM-DDThh:mm:ss', 'must be a real time, YYYY-MM-DDThh:mm:ss'];
    refuse('DATE_INVALID', element.id, named(element, zh, en));
  }
  return encodeCompressed(digits, element.sizeBytes);
}

function encodeDecimal(element: DataElement, value: string, fractionDigits: number, options: CodecOptions): Uint8Array {
  const decimal = parseDecimal(value, fractionDigits);
  if (decimal === undefined) {
    const zh = `须为数，最多 ${fractionDigits} 位小数`;
    refuse(
      'DECIMAL_INVALID',
      element.id,
      named(element, zh, `must be a number with at most ${fractionDigits} decimals`),
    );
  }
  const digits = decimalToDigits(decimal, options.decimalPoint, fractionDigits, element.sizeBytes * 2);
  if (digits === undefined) {
    const zh = `放不进 ${element.sizeBytes} 字节`;
    refuse('DECIMAL_INVALID', element.id, named(element, zh, `does not fit ${element.sizeBytes} bytes`));
  }
  return encodeCompressed(digits, element.sizeBytes);
}

function encodeCode(element: DataElement, value: string, table: string, options: CodecOptions): Uint8Array {
  const { source } = (options.profile ?? nationalProfile).codeTable(table);
  if (source === 'not found') return encodeRawCode(element, value, options);
  const entry = findCode(table, value, options.profile);
  if (entry === undefined) {
    refuse('CODE_UNKNOWN', element.id, named(element, `不在代码表 ${table} 中`, `is not in the code table ${table}`));
  }
  const { storage, sizeBytes } = element;
  if (storage === 'b') return Uint8Array.of(Number(entry.code));
  if (storage === 'cn') return encodeCompressed(entry.code.padStart(sizeBytes * 2, '0'), sizeBytes);
  return padText(element, encodeText(entry.code, options.textEncoding, element.id));
}

/** A code whose table is not known: as it stands, as long as it fits. */
function encodeRawCode(element: DataElement, value: string, options: CodecOptions): Uint8Array {
  const { storage, sizeBytes } = element;
  if (storage === 'ans' || storage === 'an') {
    return padText(element, encodeText(value, options.textEncoding, element.id));
  }
  requireDigits(element, value, storage === 'cn' ? sizeBytes * 2 : 3);
  if (storage === 'cn') return encodeCompressed(value, sizeBytes);
  const number = Number(value);
  // FF is how an empty field looks.
  if (number < 0xff) return Uint8Array.of(number);
  refuse('CODE_UNKNOWN', element.id, named(element, '须小于 255', 'must be below 255'));
}

function encodeBytes(element: DataElement, value: string): Uint8Array {
  const { sizeBytes } = element;
  if (!/^[0-9A-Fa-f]*$/.test(value) || value.length !== sizeBytes * 2) {
    const zh = `须为 ${sizeBytes} 字节的十六进制`;
    refuse('BYTES_INVALID', element.id, named(element, zh, `must be ${sizeBytes} bytes of hex`));
  }
  return hexToBytes(value);
}

function encodeFlag(element: DataElement, value: string | boolean): Uint8Array {
  if (typeof value !== 'boolean') {
    refuse('VALUE_TYPE_INVALID', element.id, named(element, '须为真或假', 'must be true or false'));
  }
  return Uint8Array.of(value ? 1 : 0);
}
