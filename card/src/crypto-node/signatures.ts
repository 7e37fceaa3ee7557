/**
 * Signatures of the two suites that have them: ECDSA P-256 with SHA-256, and SM2 with SM3 under the standard user id
 * (GB/T 32918.2; ADR 007). Keys are x ‖ y, signatures r ‖ s, 64 bytes each.
 *
 * SM2 goes through `createSign`/`createVerify`, never `sign`/`verify`: the first two sign the digest of what they were
 * given, so that ZA ‖ M in gives `e = SM3(ZA ‖ M)`; the others let OpenSSL put a ZA of its own, of an *empty* user id,
 * before the message, and Node has no way to set the id.
 */
import { createHash, createPrivateKey, createPublicKey, createSign, createVerify, type KeyObject } from 'node:crypto';
import { bytesToHex, concatBytes, hexToBytes, requireLength } from '../bytes/index.ts';
import type { CertificateCommon } from '../certificates/index.ts';
import type { AlgorithmSuite } from '../profile/types.ts';
import { sm2UserDigest } from '../secure-messaging/sm2-user.ts';
import { signatureFromDer, signatureToDer } from './signature-der.ts';

export type SigningSuite = CertificateCommon['suite'];

interface SignatureParameters {
  readonly hash: string;
  /** SubjectPublicKeyInfo and PKCS#8 up to the point's or scalar's first byte. */
  readonly spki: Uint8Array;
  readonly pkcs8: Uint8Array;
  /** Order n of the base point. */
  readonly order: Uint8Array;
}

const PARAMETERS: Readonly<Record<SigningSuite, SignatureParameters>> = {
  'intl-128': {
    hash: 'sha256',
    spki: hexToBytes('3059301306072A8648CE3D020106082A8648CE3D03010703420004'),
    pkcs8: hexToBytes('3041020100301306072A8648CE3D020106082A8648CE3D030107042730250201010420'),
    order: hexToBytes('FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551'),
  },
  'sm-128': {
    hash: 'sm3',
    spki: hexToBytes('3059301306072A8648CE3D020106082A811CCF5501822D03420004'),
    pkcs8: hexToBytes('3041020100301306072A8648CE3D020106082A811CCF5501822D042730250201010420'),
    order: hexToBytes('FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123'),
  },
};

const sm3 = { hash: (_: AlgorithmSuite, data: Uint8Array) => createHash('sm3').update(data).digest() };

/** What is hashed: M, for SM2 ZA ‖ M. */
function signedBytes(suite: SigningSuite, publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  return suite === 'sm-128' ? concatBytes(sm2UserDigest(sm3, publicKey), message) : message;
}

export function verifySignature(
  suite: AlgorithmSuite,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  requireLength(publicKey, 64, 'public key');
  requireLength(signature, 64, 'signature');
  if (suite === 'pboc-3des') throw new RangeError('suite pboc-3des has no signatures');
  const { hash, spki } = PARAMETERS[suite];
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(concatBytes(spki, publicKey)), format: 'der', type: 'spki' });
  } catch {
    // A point that is not on the curve verifies nothing.
    return false;
  }
  return createVerify(hash)
    .update(signedBytes(suite, publicKey, message))
    .verify(key, signatureToDer(signature));
}

export interface SoftSigningKey {
  readonly suite: SigningSuite;
  /** x ‖ y. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/**
 * A signing key in clear memory: for tests, for the emulated SAM and for the labelled soft engine of development; in
 * production keys sign in the HSM or the SAM. `scalar`: 32 bytes, 1 … n − 2. Throws when it is outside.
 */
export function softSigningKey(suite: SigningSuite, scalar: Uint8Array): SoftSigningKey {
  const { hash, pkcs8, spki, order } = PARAMETERS[suite];
  requireScalar(scalar, order);
  const der = Buffer.from(concatBytes(pkcs8, scalar));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const publicKey = Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spki.length));
  const sign = (message: Uint8Array) =>
    signatureFromDer(
      createSign(hash)
        .update(signedBytes(suite, publicKey, message))
        .sign(key),
    );
  return { suite, publicKey, sign };
}

/** OpenSSL takes zero and n without a word and gives a key that signs nothing. */
function requireScalar(scalar: Uint8Array, order: Uint8Array): void {
  requireLength(scalar, 32, 'private scalar');
  const [value, limit] = [scalar, order].map((bytes) => BigInt(`0x${bytesToHex(bytes)}`)) as [bigint, bigint];
  if (value < 1n || value > limit - 2n) throw new RangeError('the private scalar is outside 1 … n − 2');
}
