/** The three SAM files with fields, as values by name (CARD-FACTS 5.1). Certificates have their own parsers. */
import { ByteReader, bytesToHex, concatBytes, hexToBytes, requireByte, requireLength } from '../bytes/index.ts';
import { dateToDigits, digitsToDate } from '../codec/index.ts';
import type { SamField, SamFile } from '../profile/index.ts';
import { samErrors } from './errors.ts';

/** `byte` a number, `date` as `YYYY-MM-DD` (empty when none), `bytes` as upper-case hex. */
export type SamFieldValue = string | number;
export type SamFileValues = Readonly<Record<string, SamFieldValue>>;

export function decodeSamFile(file: SamFile, content: Uint8Array): SamFileValues {
  const reader = new ByteReader(requireLength(content, file.sizeBytes, file.id));
  return Object.fromEntries(file.fields.map((field) => [field.name, decodeField(field, reader)]));
}

export function encodeSamFile(file: SamFile, values: SamFileValues): Uint8Array {
  return concatBytes(...file.fields.map((field) => encodeField(field, values[field.name])));
}

function decodeField(field: SamField, reader: ByteReader): SamFieldValue {
  const bytes = reader.take(field.sizeBytes, field.name);
  if (field.meaning === 'byte') return bytes[0] ?? 0;
  if (field.meaning === 'bytes') return bytesToHex(bytes);
  if (bytes.every((byte) => byte === 0)) return '';
  const date = digitsToDate(bytesToHex(bytes));
  if (date === undefined) throw samErrors.make('SAM_ANSWER_MALFORMED', { detail: field.name });
  return date;
}

function encodeField(field: SamField, value: SamFieldValue | undefined): Uint8Array {
  if (field.meaning === 'byte' && typeof value === 'number') return Uint8Array.of(requireByte(value, field.name));
  if (typeof value !== 'string') throw new RangeError(`${field.name} is missing or of the wrong kind`);
  if (field.meaning === 'bytes') return requireLength(hexToBytes(value), field.sizeBytes, field.name);
  const digits = dateToDigits(value);
  if (digits === undefined) throw new RangeError(`${field.name} is no date`);
  return hexToBytes(digits);
}
