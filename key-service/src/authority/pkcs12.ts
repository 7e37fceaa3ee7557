/**
 * PKCS#12 (RFC 7292) for browsers: key and certificates in one file under a password. node-forge makes these for RSA
 * only, so the bags are put together here; encipherment (PBES2, AES-256) and the MAC's key are node-forge's.
 */
import { createHmac, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { type Asn1, binary, der, fromPem, integer, octets, oid, parsed, sequence, set, tagged } from './structures.ts';

const OIDS = {
  data: '1.2.840.113549.1.7.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;
const ITERATIONS = 100_000;
const LOCAL_KEY = Uint8Array.of(1);
/** Purpose byte "MAC" of RFC 7292, B.3. */
const MAC_PURPOSE = 3;

export interface Pkcs12Parts {
  readonly privateKey: KeyObject;
  readonly certificate: string;
  readonly authority: string;
  readonly label: string;
  readonly password: string;
  readonly macSalt: Uint8Array;
}

const explicit = (content: Asn1): Asn1 => tagged(0, true, [content]);
const data = (content: Asn1): Asn1 => sequence(oid(OIDS.data), explicit(octets(der(content))));

export function pkcs12({ privateKey, certificate, authority, label, password, macSalt }: Pkcs12Parts): Uint8Array {
  const bmp = Buffer.from(label, 'utf16le').swap16();
  const own = set(
    sequence(oid(OIDS.localKeyId), set(octets(LOCAL_KEY))),
    sequence(
      oid(OIDS.friendlyName),
      set(forge.asn1.create(forge.asn1.Class.UNIVERSAL, forge.asn1.Type.BMPSTRING, false, binary(bmp))),
    ),
  );
  const key = parsed(Uint8Array.from(privateKey.export({ type: 'pkcs8', format: 'der' })));
  const shrouded = forge.pki.encryptPrivateKeyInfo(key, password, {
    algorithm: 'aes256',
    count: ITERATIONS,
    prfAlgorithm: 'sha256',
  } as never) as unknown as Asn1;
  const certBag = (text: string, ...attributes: Asn1[]) =>
    sequence(
      oid(OIDS.certBag),
      explicit(sequence(oid(OIDS.x509Certificate), explicit(octets(fromPem(text))))),
      ...attributes,
    );
  const content = sequence(
    data(sequence(certBag(certificate, own), certBag(authority))),
    data(sequence(sequence(oid(OIDS.shroudedKeyBag), explicit(shrouded), own))),
  );
  const safe = der(content);
  const salt = forge.util.createBuffer(binary(macSalt));
  const macKey = forge.pkcs12.generateKey(
    password,
    salt as never,
    MAC_PURPOSE as never,
    ITERATIONS,
    32,
    forge.md.sha256.create(),
  );
  const mac = createHmac('sha256', Buffer.from(macKey.getBytes(), 'latin1')).update(safe).digest();
  const count = Buffer.alloc(4);
  count.writeUInt32BE(ITERATIONS);
  const digest = sequence(sequence(oid(OIDS.sha256)), octets(mac));
  return der(
    sequence(
      integer(Uint8Array.of(3)),
      sequence(oid(OIDS.data), explicit(octets(safe))),
      sequence(digest, octets(macSalt), integer(count)),
    ),
  );
}
