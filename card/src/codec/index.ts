/** Codecs between values and the bytes of the card's elements; pure. CARD-FACTS 1.2. */
export { findCode } from './codes.ts';
export { decodeCompressed, encodeCompressed } from './compressed-numeric.ts';
export {
  dateTimeToDigits,
  dateToDigits,
  digitsToDate,
  digitsToDateTime,
  isCalendarDay,
  isTimeOfDay,
} from './dates.ts';
export type { DecimalPoint } from './decimals.ts';
export { decodeElement } from './decode-element.ts';
export type { CodecOptions, DecodedElement, ElementValue } from './element-value.ts';
export { emptyElement, encodeElement } from './encode-element.ts';
export type { CodecErrorCode } from './errors.ts';
export { codecErrors } from './errors.ts';
export type { IdNumberParts } from './id-number.ts';
export { idNumberCheckCharacter, isIdNumber, parseIdNumber } from './id-number.ts';
export type { TextEncoding } from './text.ts';
export { decodeText, encodeText, nameOfCharacter, textSizeBytes } from './text.ts';
