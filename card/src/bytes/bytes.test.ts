import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ByteReader,
  bytesToHex,
  complementBytes,
  concatBytes,
  equalBytes,
  hexToBytes,
  readUint16,
  readUint32,
  SecretBytes,
  uint16,
  uint32,
  xorBytes,
} from './index.ts';

describe('hex', () => {
  test('prints upper case and reads both cases', () => {
    expect(bytesToHex(Uint8Array.of(0, 0x0a, 0xff))).toBe('000AFF');
    expect(hexToBytes('000aFf')).toEqual(Uint8Array.of(0, 0x0a, 0xff));
  });
  test.each(['0', 'GG', '0x01', '00 11', '０１'])('refuses %j', (text) => {
    expect(() => hexToBytes(text)).toThrow(RangeError);
  });
  test('any bytes survive the way there and back', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => equalBytes(hexToBytes(bytesToHex(bytes)), bytes)));
  });
});

describe('operations', () => {
  test('concatenation, xor and complement', () => {
    expect(concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(xorBytes(Uint8Array.of(0xf0, 1), Uint8Array.of(0xff, 1))).toEqual(Uint8Array.of(0x0f, 0));
    expect(complementBytes(Uint8Array.of(0x00, 0xa5))).toEqual(Uint8Array.of(0xff, 0x5a));
    expect(() => xorBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toThrow(RangeError);
  });
  test('equality looks at every byte and at the length', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
  });
  test('big-endian numbers and their limits', () => {
    expect(uint16(0x0c02)).toEqual(Uint8Array.of(0x0c, 0x02));
    expect(uint32(0xfffefdfc)).toEqual(Uint8Array.of(0xff, 0xfe, 0xfd, 0xfc));
    expect(() => uint16(65536)).toThrow(RangeError);
    expect(() => uint16(-1)).toThrow(RangeError);
    expect(() => uint32(1.5)).toThrow(RangeError);
    fc.assert(fc.property(fc.nat(0xffff), (n) => readUint16(uint16(n)) === n));
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => readUint32(uint32(n)) === n));
  });
});

describe('ByteReader', () => {
  test('reads in order and says what is missing or left over', () => {
    const reader = new ByteReader(hexToBytes('0102030405060708'));
    expect(reader.uint8()).toBe(1);
    expect(reader.uint16()).toBe(0x0203);
    expect(reader.uint32()).toBe(0x04050607);
    expect(() => reader.end('answer')).toThrow(/answer: 1 bytes left over/);
    expect(() => reader.take(2, 'card factor')).toThrow(/card factor: 2 bytes wanted at offset 7, 1 left/);
    expect(reader.rest()).toEqual(Uint8Array.of(8));
    reader.end();
    expect(() => new ByteReader(new Uint8Array(3)).take(-1)).toThrow(RangeError);
  });
});

describe('SecretBytes', () => {
  const key = hexToBytes('0123456789ABCDEFFEDCBA9876543210');
  test('prints nothing of its content', () => {
    const secret = new SecretBytes(key);
    expect(
      [`${secret}`, JSON.stringify({ secret }), inspect({ secret }, { depth: 5, showHidden: true })].join(),
    ).not.toMatch(/01|23|EF|239/);
    expect(`${secret}`).toBe('***');
    expect(JSON.stringify(new SecretBytes(key, 'D5C825'))).toBe('"KCV D5C825"');
    expect(() => new SecretBytes(key, 'D5C82500')).toThrow(RangeError);
  });
  test('keeps a copy, lends it, and refuses after it was wiped', () => {
    const own = Uint8Array.from(key);
    const secret = new SecretBytes(own);
    own.fill(0);
    const lent = secret.use((bytes) => bytes);
    expect(bytesToHex(lent)).toBe(bytesToHex(key));
    secret.zeroize();
    expect(lent).toEqual(new Uint8Array(16));
    expect(() => secret.use(() => 1)).toThrow(/wiped/);
  });
});
