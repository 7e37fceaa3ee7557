/**
 * Vectors of an independent implementation (shared/vectors/pilot-intl-128.json): pilot keys, authentications,
 * protected updates, index flags, channel keys.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, concatBytes, hexToBytes } from '../bytes/index.ts';
import { nodeCrypto } from '../crypto-node/index.ts';
import type { KeySlotName } from '../profile/types.ts';
import {
  cardKey,
  channelKeys,
  externalAuthenticationCryptogram,
  internalAuthenticationAnswer,
  kcvEnc0,
  pilotRoot,
  protectedData,
  provinceFactor,
  sessionKey,
} from './index.ts';

interface Vectors {
  readonly provinceFactor: string;
  readonly cardFactor: string;
  readonly keys: readonly {
    slot: KeySlotName;
    version: number;
    levels: 1 | 2;
    rootKcvENC0: string;
    rootKcvCMAC0: string;
    cardKeyKcvENC0: string;
    cardKeyKcvCMAC0: string;
  }[];
  readonly externalAuthentication: readonly {
    slot: KeySlotName;
    challenge: string;
    terminalRandom: string;
    cryptogram: string;
    apdu: string;
  }[];
  readonly internalAuthentication: { r1: string; r2: string; answer: string; apdu: string };
  readonly protectedUpdates: readonly {
    stk: KeySlotName;
    challenge: string;
    record: number;
    tlv: string;
    apdu: string;
  }[];
  readonly indexFlag: readonly { stk: KeySlotName; challenge: string; apdu: string }[];
  readonly personalizationChannel: { challenge: string; SKe_kcvENC0: string; SKm_kcvENC0: string };
}

const root = resolve(__dirname, '../../..');
const file = resolve(root, process.env.RHC_PUBLIC_VECTORS ?? '../shared/vectors', 'pilot-intl-128.json');

if (!existsSync(file)) {
  describe('pilot vectors', () => {
    test.skip('SKIPPED: public vectors are not present (RHC_PUBLIC_VECTORS, pilot-intl-128.json)', () => {});
  });
} else {
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
  const factor = hexToBytes(vectors.cardFactor);
  const levels = new Map(vectors.keys.map((key) => [key.slot, key.levels]));
  const keyOf = (slot: KeySlotName, version = 1) =>
    cardKey(nodeCrypto, 'intl-128', pilotRoot(nodeCrypto, slot, version), levels.get(slot) ?? 1, '13', factor);

  describe('pilot vectors', () => {
    test('province factor', () => {
      expect(bytesToHex(provinceFactor('13'))).toBe(vectors.provinceFactor);
      expect(vectors.keys.length).toBeGreaterThanOrEqual(46);
    });
    test.each(vectors.keys)('check values of $slot version $version', (key) => {
      const root = pilotRoot(nodeCrypto, key.slot, key.version);
      const card = cardKey(nodeCrypto, 'intl-128', root, key.levels, '13', factor);
      expect(bytesToHex(kcvEnc0(nodeCrypto, 'intl-128', root))).toBe(key.rootKcvENC0);
      expect(bytesToHex(kcvEnc0(nodeCrypto, 'intl-128', card))).toBe(key.cardKeyKcvENC0);
      expect(kcvCmac0(root)).toBe(key.rootKcvCMAC0);
      expect(kcvCmac0(card)).toBe(key.cardKeyKcvCMAC0);
    });
    test.each(vectors.externalAuthentication)('external authentication $slot', (vector) => {
      const terminalRandom = hexToBytes(vector.terminalRandom);
      const cryptogram = externalAuthenticationCryptogram(
        nodeCrypto,
        'intl-128',
        keyOf(vector.slot),
        hexToBytes(vector.challenge),
        terminalRandom,
      );
      expect(bytesToHex(cryptogram)).toBe(vector.cryptogram);
      expect(vector.apdu.slice(10)).toBe(`${bytesToHex(cryptogram)}${vector.terminalRandom}01`);
    });
    test('internal authentication', () => {
      const { r1, r2, answer } = vectors.internalAuthentication;
      expect(
        bytesToHex(
          internalAuthenticationAnswer(nodeCrypto, 'intl-128', keyOf('IRK.DDF1'), hexToBytes(r1), hexToBytes(r2)),
        ),
      ).toBe(answer);
    });
    test.each(vectors.protectedUpdates)('protected update of record $record under $stk', (vector) => {
      expect(protectedApdu(vector.stk, vector.challenge, vector.apdu, hexToBytes(vector.tlv))).toBe(vector.apdu);
    });
    test.each(vectors.indexFlag)('index flag $apdu', (vector) => {
      expect(protectedApdu(vector.stk, vector.challenge, vector.apdu, null)).toBe(vector.apdu);
    });
    test('personalization channel', () => {
      const { challenge, SKe_kcvENC0, SKm_kcvENC0 } = vectors.personalizationChannel;
      const keys = channelKeys(nodeCrypto, 'intl-128', keyOf('MK.MF'), hexToBytes(challenge));
      expect(bytesToHex(kcvEnc0(nodeCrypto, 'intl-128', keys.encipherment))).toBe(SKe_kcvENC0);
      expect(bytesToHex(kcvEnc0(nodeCrypto, 'intl-128', keys.mac))).toBe(SKm_kcvENC0);
    });
  });

  function protectedApdu(slot: KeySlotName, challenge: string, apdu: string, plain: Uint8Array | null): string {
    const header = hexToBytes(apdu.slice(0, 8));
    const session = sessionKey(nodeCrypto, 'intl-128', keyOf(slot), hexToBytes(challenge));
    const data = protectedData(nodeCrypto, 'intl-128', session, header, plain);
    return bytesToHex(concatBytes(header, Uint8Array.of(data.length), data));
  }
}

/** X9.24-1: CMAC over one zero block, `E(K, K1)` with K1 the doubled `E(K, 0)`. Only the vectors need it. */
function kcvCmac0(key: Uint8Array): string {
  const l = nodeCrypto.encipherEcb('intl-128', key, new Uint8Array(16));
  const doubled = l.map((byte, i) => ((byte << 1) | ((l[i + 1] ?? 0) >>> 7)) & 0xff);
  if (((l[0] ?? 0) & 0x80) !== 0) doubled[15] = (doubled[15] ?? 0) ^ 0x87;
  return bytesToHex(nodeCrypto.encipherEcb('intl-128', key, doubled).slice(0, 3));
}
