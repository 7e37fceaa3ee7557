/** Issuer certificate of 180 bytes, element 5 of the card (ADR 001 "Certificates"). Signed by the root's role. */
import { ByteReader, bytesToHex, concatBytes, requireByte, requireLength } from '../bytes/index.ts';
import { decodeText, encodeText } from '../codec/index.ts';
import type { SignatureVerifier } from '../secure-messaging/crypto.ts';
import { certificateErrors } from './errors.ts';
import {
  type CertificateCommon,
  encodeDate,
  encodeDigits,
  encodeHex,
  FORMAT,
  invalid,
  PUBLIC_KEY_BYTES,
  readDate,
  readDigits,
  SIGNATURE_BYTES,
  suiteCode,
  suiteOfCode,
} from './layout.ts';

export const ISSUER_CERTIFICATE_BYTES = 180;
const NAME_BYTES = 26;

export interface IssuerCertificate extends CertificateCommon {
  readonly issuerName: string;
}

/** The 116 bytes under the signature. */
export function issuerCertificateTbs(certificate: IssuerCertificate): Uint8Array {
  const name = encodeText(certificate.issuerName, 'gbk', 'issuerName');
  if (name.length === 0 || name.length > NAME_BYTES) {
    invalid('issuerName', `占 ${name.length} 字节,须为 1–26`, `takes ${name.length} bytes, must take 1 to 26`);
  }
  const padded = new Uint8Array(NAME_BYTES);
  padded.set(name);
  return concatBytes(
    Uint8Array.of(FORMAT, suiteCode(certificate.suite)),
    encodeDigits('issuerCode', certificate.issuerCode, 11),
    padded,
    encodeHex('serial', certificate.serial, 4),
    encodeDate('notBefore', certificate.notBefore),
    encodeDate('notAfter', certificate.notAfter),
    Uint8Array.of(requireByte(certificate.keyUsage, 'key usage')),
    requireLength(certificate.publicKey, PUBLIC_KEY_BYTES, 'public key'),
  );
}

export function buildIssuerCertificate(certificate: IssuerCertificate, signature: Uint8Array): Uint8Array {
  return concatBytes(issuerCertificateTbs(certificate), requireLength(signature, SIGNATURE_BYTES, 'signature'));
}

export interface ParsedIssuerCertificate extends IssuerCertificate {
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
}

export function parseIssuerCertificate(bytes: Uint8Array): ParsedIssuerCertificate {
  if (bytes.length !== ISSUER_CERTIFICATE_BYTES || bytes[0] !== FORMAT) {
    throw certificateErrors.make('CERTIFICATE_MALFORMED', { detail: `${bytes.length} bytes, format ${bytes[0]}` });
  }
  const reader = new ByteReader(bytes);
  reader.uint8('format');
  const suite = suiteOfCode(reader.uint8('suite'));
  const issuerCode = readDigits(reader, 11, 'issuer code');
  const issuerName = decodeText(reader.take(NAME_BYTES, 'issuer name'));
  if (issuerName === null) throw certificateErrors.make('CERTIFICATE_MALFORMED', { detail: 'issuer name is empty' });
  const serial = bytesToHex(reader.take(4, 'serial'));
  const notBefore = readDate(reader, 'not before');
  const notAfter = readDate(reader, 'not after');
  const keyUsage = reader.uint8('key usage');
  const publicKey = reader.take(PUBLIC_KEY_BYTES, 'public key');
  const tbs = bytes.slice(0, reader.offset);
  const signature = reader.take(SIGNATURE_BYTES, 'signature');
  return { suite, issuerCode, issuerName, serial, notBefore, notAfter, keyUsage, publicKey, tbs, signature };
}

/** Signature only; validity on a day is the caller's question, who knows the day. */
export function verifyIssuerCertificate(
  verifier: SignatureVerifier,
  certificate: ParsedIssuerCertificate,
  rootPublicKey: Uint8Array,
): boolean {
  return verifier.verifySignature(certificate.suite, rootPublicKey, certificate.tbs, certificate.signature);
}
