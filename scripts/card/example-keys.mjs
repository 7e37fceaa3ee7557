/**
 * The example's signing keys (root, issuer, SAM) and their signatures. An ECDSA signature is random, a page that is
 * regenerated must not be: so each signature is made once, kept beside the transcripts by the digest of what it signs, and
 * verified whenever it is used. The scalars are public (SHA-256 of a text), as everything of the pilot.
 */
import { createECDH, createHash, createPrivateKey, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import {
  buildIssuerCertificate,
  buildSamCertificate,
  issuerCertificateTbs,
  samCertificateTbs,
} from '@rhc/card/certificates';
import { nodeCrypto } from '@rhc/card/crypto-node';

/** @typedef {'root' | 'issuer' | 'sam'} SigningKey */

/** @param {SigningKey} name */
function keyPair(name) {
  const scalar = createHash('sha256').update(`rhc-test/${name}-key`).digest();
  // One byte less than the order, as the vectors do: `>> 8`.
  const shifted = Buffer.concat([Buffer.alloc(1), scalar.subarray(0, 31)]);
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(shifted);
  const point = ecdh.getPublicKey().subarray(1);
  const base64url = (/** @type {Buffer} */ part) => part.toString('base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: base64url(shifted),
    x: base64url(point.subarray(0, 32)),
    y: base64url(point.subarray(32)),
  };
  return { publicKey: new Uint8Array(point), privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
}

/** @param {SigningKey} name */
export const publicKeyOf = (name) => keyPair(name).publicKey;

/** Signatures by key and digest; `save()` writes the file when one was added. */
export class KeptSignatures {
  #path;
  /** @type {Record<string, string>} */
  #known = {};
  #added = false;

  /** @param {string} repository root folder */
  constructor(repository) {
    this.#path = join(repository, 'test-vectors/transcripts/signatures.json');
    if (existsSync(this.#path)) this.#known = JSON.parse(readFileSync(this.#path, 'utf8')).signatures;
  }

  /** @param {SigningKey} name @param {Uint8Array} message @returns {Uint8Array} r ‖ s, 64 bytes */
  sign(name, message) {
    const { publicKey, privateKey } = keyPair(name);
    const id = `${name}/${bytesToHex(nodeCrypto.hash('intl-128', message))}`;
    const kept = this.#known[id];
    const signature =
      kept === undefined
        ? new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }))
        : hexToBytes(kept);
    if (!nodeCrypto.verifySignature('intl-128', publicKey, message, signature)) {
      throw new Error(`the kept signature ${id} does not verify`);
    }
    this.#added ||= kept === undefined;
    this.#known[id] = bytesToHex(signature);
    return signature;
  }

  save() {
    if (!this.#added) return;
    const note = 'Signatures of the example keys, by key and SHA-256 of the message; made by npm run manual.';
    writeFileSync(this.#path, `${JSON.stringify({ note, signatures: this.#known }, null, 2)}\n`);
  }
}

const VALIDITY = {
  suite: /** @type {const} */ ('intl-128'),
  issuerCode: '1301000000000000000001',
  notBefore: '2026-11-22',
};

/** Signed by the root. @param {KeptSignatures} signatures */
export function issuerCertificate(signatures) {
  const certificate = {
    ...VALIDITY,
    issuerName: '石家庄市卫生健康委员会',
    serial: '00000001',
    notAfter: '2036-11-21',
    keyUsage: 1,
    publicKey: publicKeyOf('issuer'),
  };
  return buildIssuerCertificate(certificate, signatures.sign('root', issuerCertificateTbs(certificate)));
}

/** Signed by the issuer. @param {KeptSignatures} signatures */
export function samCertificate(signatures) {
  const certificate = {
    ...VALIDITY,
    samSerial: '10111213141516171819',
    terminalNumber: '130101000001',
    serial: '00000002',
    notAfter: '2029-11-21',
    keyUsage: 2,
    publicKey: publicKeyOf('sam'),
  };
  return buildSamCertificate(certificate, signatures.sign('issuer', samCertificateTbs(certificate)));
}

/** The `VisitSigner` port of the card room over the SAM's example key. @param {KeptSignatures} signatures */
export function exampleVisitSigner(signatures) {
  return {
    suite: /** @type {const} */ ('intl-128'),
    sign: async (/** @type {Uint8Array} */ businessData) => signatures.sign('sam', businessData),
    certificate: async () => samCertificate(signatures),
  };
}
