/** What is signed of a certificate and of a revocation list (RFC 5280, 4.1 and 5.1). */
import { createHash } from 'node:crypto';
import type { CertificateKind } from '@rhc/service-shell';
import {
  type Asn1,
  boolean,
  type DistinguishedName,
  der,
  type Extension,
  ecdsaSha256,
  extensions,
  integer,
  name,
  octets,
  oid,
  parsed,
  publicKeyBits,
  sequence,
  tagged,
  time,
} from './structures.ts';

const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const VERSION_3 = Uint8Array.of(2);
const VERSION_2 = Uint8Array.of(1);

export interface Subject {
  readonly kind: CertificateKind;
  readonly name: string;
  readonly roles: readonly string[];
  /** DNS names and IPv4 addresses of a server. */
  readonly serverNames: readonly string[];
}

interface Frame {
  readonly serial: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

/** RFC 5280, 4.2.1.2, method 1: an identifier, no protection. */
const keyIdentifier = (info: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash('sha1').update(publicKeyBits(info)).digest());

function body(frame: Frame, subject: DistinguishedName, own: readonly Extension[]): Uint8Array {
  const { serial, issuer, notBefore, notAfter, publicKey } = frame;
  return der(
    sequence(
      tagged(0, true, [integer(VERSION_3)]),
      integer(serial),
      ecdsaSha256(),
      name(issuer),
      sequence(time(notBefore), time(notAfter)),
      name(subject),
      parsed(publicKey),
      tagged(3, true, [extensions(own)]),
    ),
  );
}

/** First octet: number of unused bits. */
const keyUsage = (octet: number, unused: number): Extension => ({
  oid: EXTENSION.keyUsage,
  critical: true,
  value: bitsOf(octet, unused),
});
const bitsOf = (octet: number, unused: number): Asn1 => parsed(Uint8Array.of(3, 2, unused, octet));

/** The CA's own certificate: signs certificates and revocation lists, no further CA below it. */
export function authorityBody(frame: Frame): Uint8Array {
  return body(frame, frame.issuer, [
    {
      oid: EXTENSION.basicConstraints,
      critical: true,
      value: sequence(boolean(true), integer(Uint8Array.of(0))),
    },
    keyUsage(0x06, 1),
    { oid: EXTENSION.subjectKeyIdentifier, value: octets(keyIdentifier(frame.publicKey)) },
  ]);
}

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const generalName = (each: string): Asn1 =>
  IPV4.test(each) ? tagged(7, false, String.fromCharCode(...each.split('.').map(Number))) : tagged(2, false, each);

export function certificateBody(
  frame: Frame,
  subject: Subject,
  authority: { readonly publicKey: Uint8Array; readonly listAddress: string | null },
): Uint8Array {
  const uris = [`urn:rhc:${subject.kind}:${subject.name}`, ...subject.roles.map((role) => `urn:rhc:role:${role}`)];
  const { organization } = frame.issuer;
  const usages = subject.kind === 'service' ? [CLIENT_AUTH, SERVER_AUTH] : [CLIENT_AUTH];
  const point =
    authority.listAddress === null
      ? []
      : [
          {
            oid: EXTENSION.crlDistributionPoints,
            value: sequence(sequence(tagged(0, true, [tagged(0, true, [tagged(6, false, authority.listAddress)])]))),
          },
        ];
  return body(frame, { organization, unit: subject.kind, common: subject.name }, [
    { oid: EXTENSION.basicConstraints, critical: true, value: sequence() },
    keyUsage(0x80, 7),
    { oid: EXTENSION.extendedKeyUsage, value: sequence(...usages.map(oid)) },
    { oid: EXTENSION.subjectKeyIdentifier, value: octets(keyIdentifier(frame.publicKey)) },
    {
      oid: EXTENSION.authorityKeyIdentifier,
      value: sequence(tagged(0, false, Buffer.from(keyIdentifier(authority.publicKey)).toString('latin1'))),
    },
    {
      oid: EXTENSION.subjectAltName,
      value: sequence(...uris.map((uri) => tagged(6, false, uri)), ...subject.serverNames.map(generalName)),
    },
    ...point,
  ]);
}

/** CRLReason of RFC 5280, 5.3.1. */
export const REVOCATION_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
} as const;
export type RevocationReason = keyof typeof REVOCATION_REASONS;

export interface RevokedEntry {
  readonly serial: Uint8Array;
  readonly at: Date;
  readonly reason: RevocationReason;
}

export interface ListFrame {
  readonly issuer: DistinguishedName;
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly authorityKey: Uint8Array;
}

export function revocationListBody(frame: ListFrame, entries: readonly RevokedEntry[]): Uint8Array {
  const revoked = entries.map(({ serial, at, reason }) => {
    const code = parsed(Uint8Array.of(10, 1, REVOCATION_REASONS[reason]));
    const why = reason === 'unspecified' ? [] : [extensions([{ oid: EXTENSION.reasonCode, value: code }])];
    return sequence(integer(serial), time(at), ...why);
  });
  const number = Buffer.alloc(4);
  number.writeUInt32BE(frame.number);
  return der(
    sequence(
      integer(VERSION_2),
      ecdsaSha256(),
      name(frame.issuer),
      time(frame.thisUpdate),
      time(frame.nextUpdate),
      // An empty list is left out altogether (5.1.2.6).
      ...(revoked.length === 0 ? [] : [sequence(...revoked)]),
      tagged(0, true, [
        extensions([
          {
            oid: EXTENSION.authorityKeyIdentifier,
            value: sequence(tagged(0, false, Buffer.from(keyIdentifier(frame.authorityKey)).toString('latin1'))),
          },
          { oid: EXTENSION.crlNumber, value: integer(number) },
        ]),
      ]),
    ),
  );
}
