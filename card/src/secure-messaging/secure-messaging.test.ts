import { describe, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '../bytes/index.ts';
import { nodeCrypto } from '../crypto-node/index.ts';
import type { AlgorithmSuite } from '../profile/types.ts';
import {
  channelCommand,
  channelKeys,
  commandMacBlock,
  disperse,
  encipherKeyBlocks,
  encipherPayload,
  externalAuthenticationCryptogram,
  internalAuthenticationAnswer,
  kcvEnc0,
  keyAttributes,
  pad80,
  protectedData,
  provinceFactor,
} from './index.ts';

const MASTER = hexToBytes('0123456789ABCDEFFEDCBA9876543210');
const FACTOR = hexToBytes('1122334455667788');

/** KEYS.md, computed with OpenSSL; the 3DES one is the published PBOC example. */
const CROSS_CHECK: readonly [AlgorithmSuite, string, string][] = [
  ['pboc-3des', '3EB3B72576BBBE831355AB0EE3123AE8', '08D7B4'],
  ['sm-128', '7904DC533E8BCA0C93D3C36DC8328866', '2677F4'],
  ['intl-128', '5828EC2412F385CBB966FE3CF9FED4C5', 'D5C825'],
];

describe.each(CROSS_CHECK)('%s', (suite, dispersed, kcv) => {
  test('dispersal and check value', () => {
    expect(bytesToHex(disperse(nodeCrypto, suite, MASTER, FACTOR))).toBe(dispersed);
    expect(bytesToHex(kcvEnc0(nodeCrypto, suite, MASTER))).toBe(kcv);
  });
  test('both authentications fold the same way and depend on every input', () => {
    const external = externalAuthenticationCryptogram(nodeCrypto, suite, MASTER, FACTOR, FACTOR);
    expect(external).toHaveLength(8);
    expect(internalAuthenticationAnswer(nodeCrypto, suite, MASTER, FACTOR, FACTOR)).toEqual(external);
    const other = hexToBytes('1122334455667789');
    expect(externalAuthenticationCryptogram(nodeCrypto, suite, MASTER, other, FACTOR)).not.toEqual(external);
    expect(externalAuthenticationCryptogram(nodeCrypto, suite, MASTER, FACTOR, other)).not.toEqual(external);
  });
  test('the channel separates encipherment and MAC, and chains the MAC', () => {
    const keys = channelKeys(nodeCrypto, suite, MASTER, FACTOR);
    expect(keys.encipherment).not.toEqual(keys.mac);
    const header = hexToBytes('84D40100');
    const zero = new Uint8Array(suite === 'pboc-3des' ? 8 : 16);
    const first = channelCommand(nodeCrypto, suite, keys.mac, zero, header, MASTER);
    const second = channelCommand(nodeCrypto, suite, keys.mac, first.macChaining, header, MASTER);
    expect(bytesToHex(first.command).slice(0, 42)).toBe(`84D4010014${bytesToHex(MASTER)}`);
    expect(bytesToHex(first.command).slice(-8)).toBe(bytesToHex(first.macChaining).slice(0, 8));
    expect(second.command).not.toEqual(first.command);
  });
});

describe('padding and lengths', () => {
  test('always one 80', () => {
    expect(bytesToHex(pad80(new Uint8Array(0), 8))).toBe('8000000000000000');
    expect(bytesToHex(pad80(hexToBytes('0102030405060708'), 8))).toBe('01020304050607088000000000000000');
    expect(bytesToHex(pad80(hexToBytes('01020304050607'), 8))).toBe('0102030405060780');
  });
  test.each([
    [1, 0x14],
    [12, 0x14],
    [17, 0x24],
    [20, 0x24],
    [30, 0x34],
    [40, 0x34],
    [100, 0x74],
    [180, 0xc4],
  ])('Lc of an element of %d bytes (CARD-FACTS 4.5)', (bytes, lc) => {
    const data = protectedData(nodeCrypto, 'intl-128', MASTER, hexToBytes('04DC0104'), new Uint8Array(bytes + 2));
    expect(data).toHaveLength(lc);
  });
  test('MAC only', () => {
    const header = hexToBytes('84D20104');
    const mac = protectedData(nodeCrypto, 'intl-128', MASTER, header, null);
    expect(mac).toEqual(commandMacBlock(nodeCrypto, 'intl-128', MASTER, header, new Uint8Array(0)).slice(0, 4));
  });
});

describe('blocks of WRITE KEY', () => {
  test('attributes are literal', () => {
    expect(bytesToHex(keyAttributes({ typeCode: 0x04, maxTries: 15 }, 1, 'intl-128'))).toBe(
      '1F04004001010F000000000000000000',
    );
    expect(bytesToHex(keyAttributes({ typeCode: 0x01, maxTries: null }, 2, 'sm-128'))).toBe(
      '1F01004002 02FF000000000000000000'.replace(' ', ''),
    );
  });
  test('each block stands alone, so that an HSM may make the key block by wrapping', () => {
    const attributes = keyAttributes({ typeCode: 0x04, maxTries: 15 }, 1, 'intl-128');
    const blocks = encipherKeyBlocks(nodeCrypto, 'intl-128', MASTER, attributes, FACTOR_TWICE);
    expect(blocks).toHaveLength(48);
    expect(blocks.slice(16, 32)).toEqual(nodeCrypto.encipherCbc('intl-128', MASTER, new Uint8Array(16), FACTOR_TWICE));
  });
});

describe('refusals', () => {
  test('wrong sizes are refused, not padded', () => {
    expect(() => disperse(nodeCrypto, 'intl-128', MASTER.slice(1), FACTOR)).toThrow(/key has 15 bytes/);
    expect(() => disperse(nodeCrypto, 'intl-128', MASTER, FACTOR.slice(1))).toThrow(/factor has 7 bytes/);
    expect(() => encipherPayload(nodeCrypto, 'intl-128', MASTER, new Uint8Array(256))).toThrow(RangeError);
    expect(() => provinceFactor('1')).toThrow(RangeError);
  });
  test('the province factor is ASCII', () => {
    expect(bytesToHex(provinceFactor('13'))).toBe('3133303030303030');
  });
});

const FACTOR_TWICE = hexToBytes('11223344556677881122334455667788');
