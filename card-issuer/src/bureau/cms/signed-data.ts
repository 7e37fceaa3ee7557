/**
 * CMS SignedData (RFC 5652, 5) of one signer: written with RSA or P-256 and SHA-256, and verified against certificates that
 * were entrusted to us beforehand; a certificate inside the file is never believed. Signed attributes (content type,
 * message digest, signing time) are always there, so that no content can pose as attributes.
 */
import { createHash, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { equalBytes } from '@rhc/card/bytes';
import forge from 'node-forge';
import { issuerErrors } from '../../errors.ts';
import {
  type Asn1,
  algorithmOf,
  bytesOf,
  certificateName,
  contentInfo,
  contentOf,
  isTagged,
  malformed,
  nothing,
  OID,
  octets,
  oid,
  oidOf,
  partsOf,
  sequence,
  set,
  smallInteger,
  tagged,
  utcTime,
  writeDer,
} from './der.ts';

export interface FileSigner {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
}

export interface VerifiedFile {
  readonly content: Uint8Array;
  /** SHA-256 of the certificate, upper-case hex. */
  readonly signer: string;
  readonly signedAt: Date | null;
}

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const digestAlgorithm = () => sequence(oid(OID.sha256), nothing());
const attribute = (type: string, value: Asn1) => sequence(oid(type), set(value));

export const fingerprint = (certificate: Uint8Array): string =>
  Buffer.from(sha256(certificate)).toString('hex').toUpperCase();

export function signFile(content: Uint8Array, signer: FileSigner, at: Date): Uint8Array {
  const attributes = set(
    attribute(OID.contentType, oid(OID.data)),
    attribute(OID.messageDigest, octets(sha256(content))),
    attribute(OID.signingTime, utcTime(at)),
  );
  const rsa = signer.privateKey.asymmetricKeyType === 'rsa';
  const signature = sign('sha256', writeDer(attributes), { key: signer.privateKey, dsaEncoding: 'der' });
  const signerInfo = sequence(
    smallInteger(1),
    certificateName(signer.certificate),
    digestAlgorithm(),
    tagged(0, true, attributes.value as Asn1[]),
    rsa ? sequence(oid(OID.rsaSha256), nothing()) : sequence(oid(OID.ecdsaSha256)),
    octets(new Uint8Array(signature)),
  );
  return contentInfo(
    OID.signedData,
    sequence(
      smallInteger(1),
      set(digestAlgorithm()),
      sequence(oid(OID.data), tagged(0, true, [octets(content)])),
      set(signerInfo),
    ),
  );
}

/**
 * @param trusted certificates (DER) of the one who should have signed
 * @throws BUREAU_FILE_MALFORMED, BUREAU_FILE_SIGNATURE
 */
export function verifyFile(file: Uint8Array, trusted: readonly Uint8Array[], now: Date): VerifiedFile {
  const parts = partsOf(contentOf(file, OID.signedData, 'SignedData'), 'SignedData');
  const [type, explicit] = partsOf(parts[2], 'content');
  if (oidOf(type, 'content type') !== OID.data || !isTagged(explicit, 0)) throw malformed('no signed content');
  const content = bytesOf(partsOf(explicit, 'content')[0], 'content');
  const signers = partsOf(parts.at(-1), 'signers');
  const [info] = signers;
  if (signers.length !== 1 || info === undefined) throw malformed('must have exactly one signer');
  const [, name, digest, attributes, algorithm, value] = partsOf(info, 'signer');
  if (name === undefined || !isTagged(attributes, 0)) throw malformed('signed attributes are missing');
  if (algorithmOf(digest, 'digest').id !== OID.sha256) throw refusedSignature('digest is not SHA-256');
  const certificate = trusted.find((each) => equalBytes(writeDer(certificateName(each)), writeDer(name)));
  if (certificate === undefined) throw refusedSignature('signed by somebody whose certificate is not registered');
  requireInTime(certificate, now);
  const told = attributesOf(attributes);
  if (oidOf(told.get(OID.contentType), 'content type') !== OID.data) throw refusedSignature('content type');
  if (!equalBytes(bytesOf(told.get(OID.messageDigest), 'digest'), sha256(content))) {
    throw refusedSignature('the content was altered');
  }
  const signed = writeDer(
    forge.asn1.create(forge.asn1.Class.UNIVERSAL, forge.asn1.Type.SET, true, attributes.value as Asn1[]),
  );
  if (!holds(certificate, algorithmOf(algorithm, 'signature').id, signed, bytesOf(value, 'signature'))) {
    throw refusedSignature('the signature does not fit');
  }
  const time = told.get(OID.signingTime)?.value;
  const signedAt = typeof time === 'string' ? forge.asn1.utcTimeToDate(time) : null;
  return { content, signer: fingerprint(certificate), signedAt };
}

function refusedSignature(detail: string): Error {
  return issuerErrors.make('BUREAU_FILE_SIGNATURE', { detail });
}

/** Each at most once. */
function attributesOf(attributes: Asn1): ReadonlyMap<string, Asn1> {
  const found = new Map<string, Asn1>();
  for (const each of partsOf(attributes, 'signed attributes')) {
    const [type, values] = partsOf(each, 'attribute');
    const [value, second] = partsOf(values, 'attribute');
    const id = oidOf(type, 'attribute');
    if (value === undefined || second !== undefined || found.has(id)) throw malformed('attribute stands twice');
    found.set(id, value);
  }
  return found;
}

function requireInTime(certificate: Uint8Array, now: Date): void {
  const { validFrom, validTo } = new X509Certificate(certificate);
  if (now < new Date(validFrom) || now > new Date(validTo)) {
    throw issuerErrors.make('BUREAU_CERTIFICATE_EXPIRED', { detail: `valid ${validFrom} to ${validTo}` });
  }
}

function holds(certificate: Uint8Array, algorithm: string, signed: Uint8Array, signature: Uint8Array): boolean {
  const { publicKey } = new X509Certificate(certificate);
  const rsa = publicKey.asymmetricKeyType === 'rsa';
  const names: readonly string[] = rsa ? [OID.rsaSha256, OID.rsa] : [OID.ecdsaSha256];
  if (!names.includes(algorithm)) return false;
  return verify('sha256', signed, { key: publicKey, dsaEncoding: 'der' }, signature);
}
