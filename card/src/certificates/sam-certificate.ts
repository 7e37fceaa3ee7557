/** SAM certificate of 190 bytes (ADR 001 "Certificates"). Signed by the issuer's key. */
import { ByteReader, bytesToHex, concatBytes, requireByte, requireLength } from '../bytes/index.ts';
import type { SignatureVerifier } from '../secure-messaging/crypto.ts';
import { certificateErrors } from './errors.ts';
import {
  type CertificateCommon,
  encodeDate,
  encodeDigits,
  encodeHex,
  FORMAT,
  PUBLIC_KEY_BYTES,
  readDate,
  readDigits,
  SIGNATURE_BYTES,
  suiteCode,
  suiteOfCode,
} from './layout.ts';

export const SAM_CERTIFICATE_BYTES = 190;
const RESERVED_BYTES = 20;

export interface SamCertificate extends CertificateCommon {
  /** 10 bytes as upper-case hex. */
  readonly samSerial: string;
  /** 6 bytes as upper-case hex. */
  readonly terminalNumber: string;
}

/** The 126 bytes under the signature. */
export function samCertificateTbs(certificate: SamCertificate): Uint8Array {
  return concatBytes(
    Uint8Array.of(FORMAT, suiteCode(certificate.suite)),
    encodeDigits('issuerCode', certificate.issuerCode, 11),
    encodeHex('samSerial', certificate.samSerial, 10),
    encodeHex('terminalNumber', certificate.terminalNumber, 6),
    encodeHex('serial', certificate.serial, 4),
    encodeDate('notBefore', certificate.notBefore),
    encodeDate('notAfter', certificate.notAfter),
    Uint8Array.of(requireByte(certificate.keyUsage, 'key usage')),
    new Uint8Array(RESERVED_BYTES),
    requireLength(certificate.publicKey, PUBLIC_KEY_BYTES, 'public key'),
  );
}

export function buildSamCertificate(certificate: SamCertificate, signature: Uint8Array): Uint8Array {
  return concatBytes(samCertificateTbs(certificate), requireLength(signature, SIGNATURE_BYTES, 'signature'));
}

export interface ParsedSamCertificate extends SamCertificate {
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
}

export function parseSamCertificate(bytes: Uint8Array): ParsedSamCertificate {
  if (bytes.length !== SAM_CERTIFICATE_BYTES || bytes[0] !== FORMAT) {
    throw certificateErrors.make('CERTIFICATE_MALFORMED', { detail: `${bytes.length} bytes, format ${bytes[0]}` });
  }
  const reader = new ByteReader(bytes);
  reader.uint8('format');
  const suite = suiteOfCode(reader.uint8('suite'));
  const issuerCode = readDigits(reader, 11, 'issuer code');
  const samSerial = bytesToHex(reader.take(10, 'SAM serial'));
  const terminalNumber = bytesToHex(reader.take(6, 'terminal number'));
  const serial = bytesToHex(reader.take(4, 'serial'));
  const notBefore = readDate(reader, 'not before');
  const notAfter = readDate(reader, 'not after');
  const keyUsage = reader.uint8('key usage');
  reader.take(RESERVED_BYTES, 'reserved');
  const publicKey = reader.take(PUBLIC_KEY_BYTES, 'public key');
  const tbs = bytes.slice(0, reader.offset);
  const signature = reader.take(SIGNATURE_BYTES, 'signature');
  const fields = { suite, issuerCode, samSerial, terminalNumber, serial, notBefore, notAfter, keyUsage, publicKey };
  return { ...fields, tbs, signature };
}

export function verifySamCertificate(
  verifier: SignatureVerifier,
  certificate: ParsedSamCertificate,
  issuerPublicKey: Uint8Array,
): boolean {
  return verifier.verifySignature(certificate.suite, issuerPublicKey, certificate.tbs, certificate.signature);
}
