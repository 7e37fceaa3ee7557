/**
 * PKCS#12 (RFC 7292) for browsers: key and certificates in one file under a password. node-forge makes these for RSA
 * only, and derives keys in JavaScript, which would hold up every other request for seconds; so the bags are put
 * together here and the ciphers are the platform's.
 */
import { createCipheriv, createHash, createHmac, type KeyObject, pbkdf2Sync } from 'node:crypto';
import forge from 'node-forge';
import { type Asn1, binary, der, fromPem, integer, octets, oid, sequence, set, tagged } from './structures.ts';

const OIDS = {
  data: '1.2.840.113549.1.7.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  sha256: '2.16.840.1.101.3.4.2.1',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacWithSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
} as const;
const CIPHER_ITERATIONS = 100_000;
const MAC_ITERATIONS = 10_000;
const SALT_BYTES = 16;
const HASH_BLOCK_BYTES = 64;
/** Purpose "MAC" of RFC 7292, B.3. */
const MAC_PURPOSE = 3;
const LOCAL_KEY = Uint8Array.of(1);

export interface Pkcs12Parts {
  readonly privateKey: KeyObject;
  readonly certificate: string;
  readonly authority: string;
  readonly label: string;
  readonly password: string;
  readonly random: (length: number) => Uint8Array;
}

const explicit = (content: Asn1): Asn1 => tagged(0, true, [content]);
const data = (content: Asn1): Asn1 => sequence(oid(OIDS.data), explicit(octets(der(content))));
const bmp = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const count = (value: number): Asn1 => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return integer(bytes);
};

export function pkcs12({ privateKey, certificate, authority, label, password, random }: Pkcs12Parts): Uint8Array {
  const { asn1 } = forge;
  const own = set(
    sequence(oid(OIDS.localKeyId), set(octets(LOCAL_KEY))),
    sequence(
      oid(OIDS.friendlyName),
      set(asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BMPSTRING, false, binary(bmp(label)))),
    ),
  );
  const certBag = (text: string, ...attributes: Asn1[]) =>
    sequence(
      oid(OIDS.certBag),
      explicit(sequence(oid(OIDS.x509Certificate), explicit(octets(fromPem(text))))),
      ...attributes,
    );
  const shrouded = enciphered(privateKey.export({ type: 'pkcs8', format: 'der' }), password, random);
  const safe = der(
    sequence(
      data(sequence(certBag(certificate, own), certBag(authority))),
      data(sequence(sequence(oid(OIDS.shroudedKeyBag), explicit(shrouded), own))),
    ),
  );
  const salt = random(SALT_BYTES);
  const mac = createHmac('sha256', macKey(password, salt)).update(safe).digest();
  return der(
    sequence(
      integer(Uint8Array.of(3)),
      sequence(oid(OIDS.data), explicit(octets(safe))),
      sequence(sequence(sequence(oid(OIDS.sha256)), octets(mac)), octets(salt), count(MAC_ITERATIONS)),
    ),
  );
}

/** EncryptedPrivateKeyInfo by PBES2 (RFC 8018, 6.2): PBKDF2 with HMAC-SHA-256, AES-256-CBC. */
function enciphered(key: Uint8Array, password: string, random: Pkcs12Parts['random']): Asn1 {
  const salt = random(SALT_BYTES);
  const iv = random(16);
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, CIPHER_ITERATIONS, 32, 'sha256'), iv);
  const derivation = sequence(
    oid(OIDS.pbkdf2),
    sequence(octets(salt), count(CIPHER_ITERATIONS), sequence(oid(OIDS.hmacWithSha256))),
  );
  const scheme = sequence(oid(OIDS.pbes2), sequence(derivation, sequence(oid(OIDS.aes256Cbc), octets(iv))));
  return sequence(scheme, octets(Buffer.concat([cipher.update(key), cipher.final()])));
}

/** RFC 7292, B.2, for a key as long as the hash: one block, no carry. */
function macKey(password: string, salt: Uint8Array): Buffer {
  const filled = (bytes: Uint8Array) =>
    Buffer.alloc(Math.ceil(bytes.length / HASH_BLOCK_BYTES) * HASH_BLOCK_BYTES, Buffer.from(bytes));
  const secret = Buffer.concat([bmp(password), Buffer.alloc(2)]);
  let key: Buffer = Buffer.concat([Buffer.alloc(HASH_BLOCK_BYTES, MAC_PURPOSE), filled(salt), filled(secret)]);
  for (let i = 0; i < MAC_ITERATIONS; i++) key = createHash('sha256').update(key).digest();
  return key;
}
