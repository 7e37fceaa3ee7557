/**
 * CMS EnvelopedData (RFC 5652, 6) for one receiver: AES-256-CBC, its key under the receiver's RSA key by OAEP with SHA-256
 * (RFC 4055; node-forge itself would write PKCS#1 v1.5). CBC alone hides and does not protect: the envelope always stands
 * inside a SignedData, whose signature is checked before anything is opened.
 */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  X509Certificate,
} from 'node:crypto';
import { equalBytes } from '@rhc/card/bytes';
import type { RandomBytes } from '@rhc/card/session';
import { issuerErrors } from '../../errors.ts';
import {
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
  partsOf,
  sequence,
  set,
  smallInteger,
  tagged,
  taggedOctets,
  writeDer,
} from './der.ts';

const KEY_BYTES = 32;
const IV_BYTES = 16;
const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;

const sha256Algorithm = () => sequence(oid(OID.sha256), nothing());
const oaepAlgorithm = () =>
  sequence(
    oid(OID.rsaOaep),
    sequence(tagged(0, true, [sha256Algorithm()]), tagged(1, true, [sequence(oid(OID.mgf1), sha256Algorithm())])),
  );

/** @param receiver certificate (DER) with an RSA key */
export function sealEnvelope(content: Uint8Array, receiver: Uint8Array, random: RandomBytes): Uint8Array {
  const key = random(KEY_BYTES);
  const iv = random(IV_BYTES);
  try {
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    const enciphered = Buffer.concat([cipher.update(content), cipher.final()]);
    const wrapped = publicEncrypt({ key: new X509Certificate(receiver).publicKey, ...OAEP }, key);
    const recipient = sequence(
      smallInteger(0),
      certificateName(receiver),
      oaepAlgorithm(),
      octets(new Uint8Array(wrapped)),
    );
    return contentInfo(
      OID.envelopedData,
      sequence(
        smallInteger(0),
        set(recipient),
        sequence(oid(OID.data), sequence(oid(OID.aes256Cbc), octets(iv)), taggedOctets(0, new Uint8Array(enciphered))),
      ),
    );
  } finally {
    key.fill(0);
  }
}

/** What a bureau does; here for its simulator and for tests. @throws BUREAU_FILE_MALFORMED, BUREAU_FILE_NOT_FOR_US */
export function openEnvelope(
  envelope: Uint8Array,
  receiver: { readonly certificate: Uint8Array; readonly privateKey: KeyObject },
): Uint8Array {
  const [, recipients, encrypted] = partsOf(contentOf(envelope, OID.envelopedData, 'EnvelopedData'), 'EnvelopedData');
  const own = writeDer(certificateName(receiver.certificate));
  const mine = partsOf(recipients, 'recipients')
    .map((each) => partsOf(each, 'recipient'))
    .find(([, name]) => name !== undefined && equalBytes(writeDer(name), own));
  if (mine === undefined) throw issuerErrors.make('BUREAU_FILE_NOT_FOR_US');
  if (algorithmOf(mine[2], 'key algorithm').id !== OID.rsaOaep) throw malformed('key algorithm');
  const [, algorithm, content] = partsOf(encrypted, 'content');
  const { id, parameters } = algorithmOf(algorithm, 'content algorithm');
  if (id !== OID.aes256Cbc || !isTagged(content, 0)) throw malformed('content algorithm');
  try {
    const key = privateDecrypt({ key: receiver.privateKey, ...OAEP }, bytesOf(mine[3], 'key'));
    const decipher = createDecipheriv('aes-256-cbc', key, bytesOf(parameters, 'IV'));
    return new Uint8Array(Buffer.concat([decipher.update(bytesOf(content, 'content')), decipher.final()]));
  } catch (cause) {
    throw issuerErrors.make('BUREAU_FILE_NOT_FOR_US', { cause });
  }
}
