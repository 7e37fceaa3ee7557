/**
 * X.509 structures (RFC 5280) as DER, over node-forge's ASN.1. node-forge signs with RSA only, so structures are built
 * here and signed by whoever holds the key: the HSM.
 */
import forge from 'node-forge';

const { asn1 } = forge;
const { Class, Type } = asn1;
export type Asn1 = forge.asn1.Asn1;

const OIDS = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organizationName: '2.5.4.10',
  organizationalUnitName: '2.5.4.11',
  countryName: '2.5.4.6',
} as const;

export const sequence = (...parts: Asn1[]): Asn1 => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);
export const set = (...parts: Asn1[]): Asn1 => asn1.create(Class.UNIVERSAL, Type.SET, true, parts);
const primitive = (type: forge.asn1.Type, value: string): Asn1 => asn1.create(Class.UNIVERSAL, type, false, value);
export const oid = (name: string): Asn1 => primitive(Type.OID, asn1.oidToDer(name).getBytes());
export const octets = (bytes: Uint8Array): Asn1 => primitive(Type.OCTETSTRING, binary(bytes));
export const bits = (bytes: Uint8Array): Asn1 => primitive(Type.BITSTRING, `\0${binary(bytes)}`);
export const boolean = (value: boolean): Asn1 => primitive(Type.BOOLEAN, value ? '\xff' : '\0');
export const utf8 = (text: string): Asn1 => primitive(Type.UTF8, forge.util.encodeUtf8(text));
/** Context-specific tag. */
export const tagged = (tag: number, constructed: boolean, content: Asn1[] | string): Asn1 =>
  asn1.create(Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, constructed, content as Asn1[]);

/** Unsigned; a leading zero keeps it positive. */
export function integer(bytes: Uint8Array): Asn1 {
  let at = 0;
  while (at < bytes.length - 1 && bytes[at] === 0) at++;
  const least = bytes.subarray(at);
  return primitive(Type.INTEGER, ((least[0] ?? 0) >= 0x80 ? '\0' : '') + binary(least));
}

/** UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5). */
export const time = (date: Date): Asn1 =>
  date.getUTCFullYear() < 2050
    ? primitive(Type.UTCTIME, asn1.dateToUtcTime(date) as unknown as string)
    : primitive(Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date) as unknown as string);

export interface DistinguishedName {
  readonly organization: string;
  readonly unit: string;
  readonly common: string;
}

export function name({ organization, unit, common }: DistinguishedName): Asn1 {
  const part = (type: string, value: Asn1) => set(sequence(oid(type), value));
  return sequence(
    part(OIDS.countryName, primitive(Type.PRINTABLESTRING, 'CN')),
    part(OIDS.organizationName, utf8(organization)),
    part(OIDS.organizationalUnitName, utf8(unit)),
    part(OIDS.commonName, utf8(common)),
  );
}

export interface Extension {
  readonly oid: string;
  readonly critical?: true;
  readonly value: Asn1;
}

export const extensions = (list: readonly Extension[]): Asn1 =>
  sequence(
    ...list.map((each) => sequence(oid(each.oid), ...(each.critical ? [boolean(true)] : []), octets(der(each.value)))),
  );

export const ecdsaSha256 = (): Asn1 => sequence(oid(OIDS.ecdsaWithSha256));

/** SEQUENCE { what is signed, algorithm, signature }, from a token's r ‖ s. */
export function signed(body: Uint8Array, rs: Uint8Array): Uint8Array {
  const signature = sequence(integer(rs.subarray(0, 32)), integer(rs.subarray(32)));
  return der(sequence(parsed(body), ecdsaSha256(), bits(der(signature))));
}

/** SubjectPublicKeyInfo of a P-256 point x ‖ y. */
export function pointInfo(point: Uint8Array): Uint8Array {
  const uncompressed = new Uint8Array(65);
  uncompressed[0] = 4;
  uncompressed.set(point, 1);
  return der(sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')), bits(uncompressed)));
}

/** The BIT STRING's content of a SubjectPublicKeyInfo: what key identifiers hash. */
export function publicKeyBits(info: Uint8Array): Uint8Array {
  const [, key] = parsed(info).value as Asn1[];
  return bytesOf(key as Asn1).subarray(1);
}

export const binary = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const der = (value: Asn1): Uint8Array => Uint8Array.from(Buffer.from(asn1.toDer(value).getBytes(), 'latin1'));
/** Bit strings stay as they came: their content is not for us to take apart. */
export const parsed = (bytes: Uint8Array): Asn1 =>
  asn1.fromDer(forge.util.createBuffer(binary(bytes)), {
    strict: true,
    parseAllBytes: true,
    decodeBitStrings: false,
  } as never);
/** Content of a primitive value. */
export const bytesOf = (value: Asn1): Uint8Array => Uint8Array.from(Buffer.from(value.value as string, 'latin1'));

export function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
export function fromPem(text: string): Uint8Array {
  const body = /-----BEGIN [A-Z0-9 ]+-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1] ?? '';
  return Uint8Array.from(Buffer.from(body, 'base64'));
}
