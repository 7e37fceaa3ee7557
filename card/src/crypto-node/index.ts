/**
 * The Crypto port over node:crypto (OpenSSL): the only folder of the card room that imports it. Keys pass through here in
 * tests, in the emulator's fixtures and in demonstrations; in operation they stay in the HSM or the SAM.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { concatBytes, requireLength } from '../bytes/index.ts';
import type { AlgorithmSuite } from '../profile/types.ts';
import { blockBytes, type Crypto, KEY_BYTES, type SignatureVerifier } from '../secure-messaging/crypto.ts';
import { verifySignature } from './signatures.ts';

export { type SigningSuite, type SoftSigningKey, softSigningKey } from './signatures.ts';

const CIPHERS: Readonly<Record<AlgorithmSuite, { readonly ecb: string; readonly cbc: string }>> = {
  'intl-128': { ecb: 'aes-128-ecb', cbc: 'aes-128-cbc' },
  'sm-128': { ecb: 'sm4-ecb', cbc: 'sm4-cbc' },
  'pboc-3des': { ecb: 'des-ede', cbc: 'des-ede-cbc' },
};

const HASHES: Readonly<Record<AlgorithmSuite, string>> = {
  'intl-128': 'sha256',
  'sm-128': 'sm3',
  'pboc-3des': 'sha256',
};

export const nodeCrypto: Crypto & SignatureVerifier = {
  encipherEcb: (suite, key, data) => encipher(suite, CIPHERS[suite].ecb, key, null, data),

  encipherCbc: (suite, key, iv, data) =>
    encipher(suite, CIPHERS[suite].cbc, key, requireLength(iv, blockBytes(suite), 'initial value'), data),

  hash: (suite, data) => Uint8Array.from(createHash(HASHES[suite]).update(data).digest()),

  verifySignature,
};

function encipher(suite: AlgorithmSuite, name: string, key: Uint8Array, iv: Uint8Array | null, data: Uint8Array) {
  requireLength(key, KEY_BYTES, 'key');
  if (data.length % blockBytes(suite) !== 0) throw new RangeError(`${data.length} bytes are not whole blocks`);
  const cipher = createCipheriv(name, key, iv).setAutoPadding(false);
  return concatBytes(cipher.update(data), cipher.final());
}
