import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, concatBytes, hexToBytes } from '../bytes/index.ts';
import { sm2UserDigest } from '../secure-messaging/index.ts';
import { nodeCrypto, softSigningKey } from './index.ts';

const KEY = hexToBytes('0123456789ABCDEFFEDCBA9876543210');

describe('published vectors', () => {
  test('SM4, GB/T 32907 annex A', () => {
    expect(bytesToHex(nodeCrypto.encipherEcb('sm-128', KEY, KEY))).toBe('681EDF34D206965E86B3E94F536E4246');
  });
  test('AES-128, FIPS 197 appendix C.1', () => {
    const key = hexToBytes('000102030405060708090A0B0C0D0E0F');
    const plain = hexToBytes('00112233445566778899AABBCCDDEEFF');
    expect(bytesToHex(nodeCrypto.encipherEcb('intl-128', key, plain))).toBe('69C4E0D86A7B0430D8CDB78070B4C55A');
  });
  test('AES-128 CBC, NIST SP 800-38A F.2.1', () => {
    const key = hexToBytes('2B7E151628AED2A6ABF7158809CF4F3C');
    const iv = hexToBytes('000102030405060708090A0B0C0D0E0F');
    const plain = hexToBytes('6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51');
    expect(bytesToHex(nodeCrypto.encipherCbc('intl-128', key, iv, plain))).toBe(
      '7649ABAC8119B246CEE98E9B12E9197D5086CB9B507219EE95DB113A917678B2',
    );
  });
  test('SM3, GB/T 32905 annex A.1, and SHA-256, FIPS 180', () => {
    const abc = Uint8Array.of(0x61, 0x62, 0x63);
    expect(bytesToHex(nodeCrypto.hash('sm-128', abc))).toBe(
      '66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0',
    );
    expect(bytesToHex(nodeCrypto.hash('intl-128', abc))).toBe(
      'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD',
    );
  });
});

describe('limits', () => {
  test('only whole blocks, only 16-byte keys', () => {
    expect(() => nodeCrypto.encipherEcb('intl-128', KEY, new Uint8Array(15))).toThrow(/whole blocks/);
    expect(() => nodeCrypto.encipherEcb('intl-128', new Uint8Array(8), new Uint8Array(16))).toThrow(/key has 8/);
    expect(() => nodeCrypto.encipherCbc('pboc-3des', KEY, new Uint8Array(16), new Uint8Array(16))).toThrow(/initial/);
    expect(nodeCrypto.encipherCbc('pboc-3des', KEY, new Uint8Array(8), new Uint8Array(16))).toHaveLength(16);
  });
});

describe('signatures', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const point = concatBytes(Buffer.from(jwk.x ?? '', 'base64url'), Buffer.from(jwk.y ?? '', 'base64url'));
  const message = createHash('sha256').update('tbs').digest();
  const signature = Uint8Array.from(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }));

  test('a good one verifies, a changed one does not, a point off the curve never does', () => {
    expect(nodeCrypto.verifySignature('intl-128', point, message, signature)).toBe(true);
    const changed = Uint8Array.from(signature);
    changed[5] = (changed[5] ?? 0) ^ 1;
    expect(nodeCrypto.verifySignature('intl-128', point, message, changed)).toBe(false);
    expect(nodeCrypto.verifySignature('intl-128', new Uint8Array(64).fill(1), message, signature)).toBe(false);
    expect(() => nodeCrypto.verifySignature('pboc-3des', point, message, signature)).toThrow(/no signatures/);
  });
});

describe('SM2, GB/T 32918.5-2017 A.2, user id 1234567812345678', () => {
  const message = Uint8Array.from('message digest', (character) => character.charCodeAt(0));
  const key = softSigningKey('sm-128', hexToBytes('3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8'));
  const published = hexToBytes(
    'F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3' +
      'B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA',
  );
  const verifies = (signature: Uint8Array, text = message, publicKey = key.publicKey) =>
    nodeCrypto.verifySignature('sm-128', publicKey, text, signature);

  test('public key, user digest and signature are the standard’s', () => {
    expect(bytesToHex(key.publicKey.slice(0, 32))).toBe(
      '09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020',
    );
    expect(bytesToHex(sm2UserDigest(nodeCrypto, key.publicKey))).toBe(
      'B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3',
    );
    expect(verifies(published)).toBe(true);
  });
  test('what is signed here verifies; ECDSA on the same curve does not pass for SM2', () => {
    expect(verifies(key.sign(message))).toBe(true);
    expect(verifies(key.sign(message), message.slice(1))).toBe(false);
    const ecdsa = softSigningKey('intl-128', new Uint8Array(32).fill(1));
    expect(verifies(ecdsa.sign(message))).toBe(false);
  });
  test.each([
    ['zero r', '00'.repeat(32) + 'B1'.repeat(32)],
    ['zero s', `${'B1'.repeat(32)}${'00'.repeat(32)}`],
    ['all ones', 'FF'.repeat(64)],
  ])('%s verifies nothing, in either suite', (_, signature) => {
    expect(verifies(hexToBytes(signature))).toBe(false);
    const { publicKey } = softSigningKey('intl-128', new Uint8Array(32).fill(1));
    expect(nodeCrypto.verifySignature('intl-128', publicKey, message, hexToBytes(signature))).toBe(false);
  });
  test('short halves keep their 32 bytes: 300 signatures, among them some with a leading zero', () => {
    const signatures = Array.from({ length: 300 }, (_, i) => key.sign(Uint8Array.of(i & 0xff, i >> 8)));
    expect(new Set(signatures.map((signature) => signature.length))).toEqual(new Set([64]));
    expect(signatures.every((signature, i) => verifies(signature, Uint8Array.of(i & 0xff, i >> 8)))).toBe(true);
  });
  test('a scalar of zero or of n is refused', () => {
    expect(() => softSigningKey('sm-128', new Uint8Array(32))).toThrow();
    expect(() => softSigningKey('sm-128', new Uint8Array(32).fill(0xff))).toThrow();
  });
});
