/**
 * DER over node-forge's ASN.1, in the few forms that CMS needs (RFC 5652). node-forge's own pkcs7 writes PKCS#1 v1.5
 * only and verifies no signature (1.4.3: "not yet implemented"), so the structures stand here and forge reads and writes
 * the encoding. Strict: one value, nothing behind it.
 */
import forge from 'node-forge';
import { issuerErrors } from '../../errors.ts';

const { asn1 } = forge;
const { Class, Type } = asn1;
export type Asn1 = forge.asn1.Asn1;

export const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  envelopedData: '1.2.840.113549.1.7.3',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  sha256: '2.16.840.1.101.3.4.2.1',
  rsaSha256: '1.2.840.113549.1.1.11',
  rsa: '1.2.840.113549.1.1.1',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  rsaOaep: '1.2.840.113549.1.1.7',
  mgf1: '1.2.840.113549.1.1.8',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
} as const;

const binary = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** A file of somebody else: whatever is wrong with its form has one refusal. */
export function malformed(detail: string): Error {
  return issuerErrors.make('BUREAU_FILE_MALFORMED', { detail });
}

export function readDer(bytes: Uint8Array): Asn1 {
  try {
    return asn1.fromDer(binary(bytes), { strict: true, parseAllBytes: true } as never);
  } catch (cause) {
    throw issuerErrors.make('BUREAU_FILE_MALFORMED', { cause, detail: 'no DER, or cut off' });
  }
}

export const writeDer = (value: Asn1): Uint8Array =>
  new Uint8Array(Buffer.from(asn1.toDer(value).getBytes(), 'latin1'));

export const sequence = (...parts: Asn1[]): Asn1 => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);
export const octets = (bytes: Uint8Array): Asn1 => asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, binary(bytes));
export const oid = (id: string): Asn1 => asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(id).getBytes());
export const smallInteger = (value: number): Asn1 =>
  asn1.create(Class.UNIVERSAL, Type.INTEGER, false, asn1.integerToDer(value).getBytes());
export const nothing = (): Asn1 => asn1.create(Class.UNIVERSAL, Type.NULL, false, '');
export const utcTime = (at: Date): Asn1 => asn1.create(Class.UNIVERSAL, Type.UTCTIME, false, asn1.dateToUtcTime(at));
export const tagged = (tag: number, constructed: boolean, value: Asn1[] | string): Asn1 =>
  asn1.create(Class.CONTEXT_SPECIFIC, tag as never, constructed, value as never);
export const taggedOctets = (tag: number, bytes: Uint8Array): Asn1 => tagged(tag, false, binary(bytes));

/** SET OF in the order that DER asks for. */
export function set(...parts: Asn1[]): Asn1 {
  const sorted = parts
    .map((part) => ({ part, bytes: Buffer.from(writeDer(part)) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ part }) => part);
  return asn1.create(Class.UNIVERSAL, Type.SET, true, sorted);
}

/** The parts of a constructed value. */
export function partsOf(value: Asn1 | undefined, what: string): Asn1[] {
  if (value === undefined || !Array.isArray(value.value)) throw malformed(`${what} is missing`);
  return value.value as Asn1[];
}
export function isTagged(value: Asn1 | undefined, tag: number): value is Asn1 {
  return value !== undefined && value.tagClass === Class.CONTEXT_SPECIFIC && (value.type as number) === tag;
}
export function bytesOf(value: Asn1 | undefined, what: string): Uint8Array {
  if (value === undefined || typeof value.value !== 'string') throw malformed(`${what} is missing`);
  return new Uint8Array(Buffer.from(value.value, 'latin1'));
}
export function oidOf(value: Asn1 | undefined, what: string): string {
  if (value?.type !== Type.OID || typeof value.value !== 'string') throw malformed(`${what} is missing`);
  return asn1.derToOid(value.value);
}
/** Algorithm identifier: its name and its parameters. */
export function algorithmOf(value: Asn1 | undefined, what: string): { id: string; parameters: Asn1 | undefined } {
  const [id, parameters] = partsOf(value, what);
  return { id: oidOf(id, what), parameters };
}

/** ContentInfo of one type: what stands under its explicit [0]. */
export function contentOf(bytes: Uint8Array, type: string, what: string): Asn1 {
  const [id, explicit] = partsOf(readDer(bytes), what);
  if (oidOf(id, what) !== type || !isTagged(explicit, 0)) throw malformed(`this is no ${what}`);
  const [content] = partsOf(explicit, what);
  if (content === undefined) throw malformed(`${what} is empty`);
  return content;
}
export const contentInfo = (type: string, content: Asn1): Uint8Array =>
  writeDer(sequence(oid(type), tagged(0, true, [content])));

/** IssuerAndSerialNumber of a certificate, by which CMS names it. */
export function certificateName(certificate: Uint8Array): Asn1 {
  const [body] = partsOf(readDer(certificate), 'certificate');
  const parts = partsOf(body, 'certificate');
  const at = isTagged(parts[0], 0) ? 1 : 0;
  const [serial, issuer] = [parts[at], parts[at + 2]];
  if (serial === undefined || issuer === undefined) throw malformed('certificate');
  return sequence(issuer, serial);
}
