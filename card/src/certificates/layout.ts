/**
 * The fields that issuer and SAM certificates share (ADR 001 "Certificates"; CARD.md). Big-endian, fixed length; the
 * signature covers everything before it.
 */
import { type ByteReader, bytesToHex, hexToBytes } from '../bytes/index.ts';
import { dateToDigits, decodeCompressed, digitsToDate, encodeCompressed } from '../codec/index.ts';
import type { AlgorithmSuite } from '../profile/types.ts';
import { certificateErrors } from './errors.ts';

export const FORMAT = 0x01;
export const PUBLIC_KEY_BYTES = 64;
export const SIGNATURE_BYTES = 64;

export interface CertificateCommon {
  /** Only suites with signatures of 64 bytes over keys of 64 bytes. */
  readonly suite: 'intl-128' | 'sm-128';
  /** Up to 22 digits. */
  readonly issuerCode: string;
  /** 4 bytes as upper-case hex. */
  readonly serial: string;
  /** `YYYY-MM-DD`. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly keyUsage: number;
  /** x ‖ y. */
  readonly publicKey: Uint8Array;
}

const SUITE_CODES: Readonly<Record<CertificateCommon['suite'], number>> = { 'intl-128': 0x01, 'sm-128': 0x02 };

export function suiteCode(suite: AlgorithmSuite): number {
  if (suite === 'pboc-3des') invalid('suite', '该套件没有签名算法', 'has no signature algorithm');
  return SUITE_CODES[suite];
}

export function suiteOfCode(code: number): CertificateCommon['suite'] {
  if (code === SUITE_CODES['intl-128']) return 'intl-128';
  if (code === SUITE_CODES['sm-128']) return 'sm-128';
  throw certificateErrors.make('CERTIFICATE_MALFORMED', { detail: `suite code ${code}` });
}

export function encodeDigits(field: string, digits: string, sizeBytes: number): Uint8Array {
  if (!/^\d+$/.test(digits) || digits.length > sizeBytes * 2) {
    invalid(field, `须为 1–${sizeBytes * 2} 位数字`, `must be 1 to ${sizeBytes * 2} digits`);
  }
  return encodeCompressed(digits, sizeBytes);
}

export function readDigits(reader: ByteReader, sizeBytes: number, name: string): string {
  const digits = decodeCompressed(reader.take(sizeBytes, name));
  if (digits === null || !/^\d+$/.test(digits)) throw certificateErrors.make('CERTIFICATE_MALFORMED', { detail: name });
  return digits;
}

export function encodeDate(field: string, date: string): Uint8Array {
  const digits = dateToDigits(date);
  if (digits === undefined) return invalid(field, '须为真实日期 YYYY-MM-DD', 'must be a date YYYY-MM-DD');
  return hexToBytes(digits);
}

export function readDate(reader: ByteReader, name: string): string {
  const date = digitsToDate(bytesToHex(reader.take(4, name)));
  if (date === undefined) throw certificateErrors.make('CERTIFICATE_MALFORMED', { detail: name });
  return date;
}

export function encodeHex(field: string, hex: string, sizeBytes: number): Uint8Array {
  if (!/^[0-9A-F]*$/.test(hex) || hex.length !== sizeBytes * 2) {
    invalid(field, `须为 ${sizeBytes} 字节的大写十六进制`, `must be ${sizeBytes} bytes as upper-case hex`);
  }
  return hexToBytes(hex);
}

export function invalid(field: string, zh: string, en: string): never {
  throw certificateErrors.make('CERTIFICATE_FIELD_INVALID', { fields: [{ field, rule: { zh, en } }] });
}
