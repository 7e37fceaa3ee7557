import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, concatBytes } from '../bytes/index.ts';
import { nodeCrypto } from '../crypto-node/index.ts';
import {
  buildIssuerCertificate,
  buildSamCertificate,
  issuerCertificateTbs,
  parseIssuerCertificate,
  parseSamCertificate,
  samCertificateTbs,
  verifyIssuerCertificate,
  verifySamCertificate,
} from './index.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = publicKey.export({ format: 'jwk' });
const rootKey = concatBytes(Buffer.from(jwk.x ?? '', 'base64url'), Buffer.from(jwk.y ?? '', 'base64url'));
const signed = (tbs: Uint8Array) =>
  Uint8Array.from(sign('sha256', tbs, { key: privateKey, dsaEncoding: 'ieee-p1363' }));

const common = {
  suite: 'intl-128',
  issuerCode: '1301',
  serial: '00000001',
  notBefore: '2026-11-22',
  notAfter: '2046-11-21',
  keyUsage: 1,
  publicKey: new Uint8Array(64).fill(0x5a),
} as const;

describe('issuer certificate, 180 bytes', () => {
  const certificate = { ...common, issuerName: '河北卫健' };
  const bytes = buildIssuerCertificate(certificate, signed(issuerCertificateTbs(certificate)));

  test('literal layout', () => {
    expect(bytes).toHaveLength(180);
    expect(bytesToHex(bytes.slice(0, 52))).toBe(
      `01011301FFFFFFFFFFFFFFFFFFBAD3B1B1CEC0BDA1${'00'.repeat(18)}00000001202611222046112101`,
    );
    expect(bytesToHex(bytes.slice(52, 116))).toBe('5A'.repeat(64));
  });
  test('parses, verifies, and a changed byte does not verify', () => {
    const parsed = parseIssuerCertificate(bytes);
    expect(parsed).toMatchObject(certificate);
    expect(verifyIssuerCertificate(nodeCrypto, parsed, rootKey)).toBe(true);
    const changed = Uint8Array.from(bytes);
    changed[60] = 0;
    expect(verifyIssuerCertificate(nodeCrypto, parseIssuerCertificate(changed), rootKey)).toBe(false);
  });
  test('refusals', () => {
    expect(() => parseIssuerCertificate(bytes.slice(1))).toThrow(/CERTIFICATE_MALFORMED/);
    expect(() => issuerCertificateTbs({ ...certificate, issuerName: '石家庄市卫生健康委员会居民健康卡' })).toThrow(
      /CERTIFICATE_FIELD_INVALID/,
    );
    expect(() => issuerCertificateTbs({ ...certificate, notAfter: '2026-02-30' })).toThrow(/CERTIFICATE_FIELD_INVALID/);
    expect(() => issuerCertificateTbs({ ...certificate, issuerCode: '13A' })).toThrow(/CERTIFICATE_FIELD_INVALID/);
  });
});

describe('SAM certificate, 190 bytes', () => {
  const certificate = { ...common, samSerial: '00112233445566778899', terminalNumber: '130100000001' };
  const bytes = buildSamCertificate(certificate, signed(samCertificateTbs(certificate)));

  test('literal layout, key at 62, signature at 126', () => {
    expect(bytes).toHaveLength(190);
    expect(bytesToHex(bytes.slice(0, 62))).toBe(
      `01011301FFFFFFFFFFFFFFFFFF0011223344556677889913010000000100000001202611222046112101${'00'.repeat(20)}`,
    );
    expect(bytesToHex(bytes.slice(62, 126))).toBe('5A'.repeat(64));
  });
  test('parses and verifies', () => {
    const parsed = parseSamCertificate(bytes);
    expect(parsed).toMatchObject(certificate);
    expect(verifySamCertificate(nodeCrypto, parsed, rootKey)).toBe(true);
    expect(verifySamCertificate(nodeCrypto, parsed, common.publicKey)).toBe(false);
    expect(() => parseSamCertificate(new Uint8Array(190))).toThrow(/CERTIFICATE_MALFORMED/);
  });
});
