import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesToHex, hexToBytes } from '../bytes/index.ts';
import {
  buildAtr,
  buildAts,
  cardFactorFromAtr,
  describeApdu,
  describeResponse,
  encodeCommand,
  encodeResponse,
  matchesStatusWord,
  parseAtr,
  parseCommand,
  parseResponse,
  rightLength,
  STATUS_WORDS,
  statusWordText,
  triesLeft,
  waitingBytes,
} from './index.ts';

const header = { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x00 };

describe('command APDU', () => {
  test.each([
    ['case 1', { ...header }, '00A40400'],
    ['case 2', { ...header, le: 8 }, '00A4040008'],
    ['case 2, Le 256', { ...header, le: 256 }, '00A4040000'],
    ['case 3', { ...header, data: Uint8Array.of(0xdd, 0xf1) }, '00A4040002DDF1'],
    ['case 4', { ...header, data: Uint8Array.of(0xdd, 0xf1), le: 256 }, '00A4040002DDF100'],
  ])('%s', (_, command, hex) => {
    expect(bytesToHex(encodeCommand(command))).toBe(hex);
    expect(parseCommand(hexToBytes(hex))).toEqual(command);
  });
  test.each([
    { ...header, cla: 256 },
    { ...header, p1: -1 },
    { ...header, p2: 0.5 },
    { ...header, le: 0 },
    { ...header, le: 257 },
    { ...header, data: new Uint8Array(256) },
  ])('refuses what is out of range %#', (command) => {
    expect(() => encodeCommand(command)).toThrow(RangeError);
  });
  test.each(['00A404', '00A40400000102', '00A4040003DDF1', '00A4040001DDF100'])('refuses %s', (hex) => {
    expect(() => parseCommand(hexToBytes(hex))).toThrow(RangeError);
  });
  test('any command survives the way there and back', () => {
    const byte = fc.nat(255);
    const command = fc.record(
      {
        cla: byte,
        ins: byte,
        p1: byte,
        p2: byte,
        data: fc.uint8Array({ minLength: 1, maxLength: 255 }),
        le: fc.integer({ min: 1, max: 256 }),
      },
      { requiredKeys: ['cla', 'ins', 'p1', 'p2'] },
    );
    fc.assert(
      fc.property(command, (value) => {
        expect(bytesToHex(encodeCommand(parseCommand(encodeCommand(value))))).toBe(bytesToHex(encodeCommand(value)));
        expect(parseCommand(encodeCommand(value)).data).toEqual(value.data);
      }),
    );
  });
});

describe('response APDU and status words', () => {
  test('data and status word', () => {
    expect(parseResponse(hexToBytes('39031301009000'))).toEqual({ data: hexToBytes('3903130100'), sw: 0x9000 });
    expect(bytesToHex(encodeResponse({ data: Uint8Array.of(1), sw: 0x6a82 }))).toBe('016A82');
    expect(() => parseResponse(Uint8Array.of(0x90))).toThrow(RangeError);
  });
  test('variable words carry their number', () => {
    expect(triesLeft(0x63c5)).toBe(5);
    expect(triesLeft(0x9000)).toBeNull();
    expect(waitingBytes(0x6100)).toBe(256);
    expect(rightLength(0x6c14)).toBe(20);
    expect(statusWordText(0x63ce)).toEqual({
      zh: '认证失败,还可再试 14 次',
      en: 'authentication failed, 14 tries left',
    });
    expect(statusWordText(0x6a82).en).toBe('file not found');
    expect(statusWordText(0x6f01).en).toBe('unknown status word 6F01');
    expect(matchesStatusWord(0x6700, '6CXX')).toBe(false);
  });
  test('every pattern is four digits and stands once', () => {
    const patterns = STATUS_WORDS.map((entry) => entry.pattern);
    expect(new Set(patterns).size).toBe(patterns.length);
    for (const pattern of patterns) expect(pattern).toMatch(/^[0-9A-F]{2}[0-9A-FX]{2}$/);
  });
});

describe('answer to reset', () => {
  const historical = hexToBytes('0102030405060708112233');
  const product = { historicalBytesLength: 11, cardFactorPosition: 'first-8' } as const;
  const lastEight = { historicalBytesLength: 11, cardFactorPosition: 'last-8' } as const;

  test('our product', () => {
    expect(bytesToHex(buildAtr(historical))).toBe('3B8B8001010203040506070811223302');
    expect(parseAtr(buildAtr(historical)).historicalBytes).toEqual(historical);
  });
  test('card factor: first or last eight, from ATR and ATS', () => {
    for (const atr of [buildAtr(historical), buildAts(historical)]) {
      expect(bytesToHex(cardFactorFromAtr(atr, product) ?? new Uint8Array(0))).toBe('0102030405060708');
      expect(bytesToHex(cardFactorFromAtr(atr, lastEight) ?? new Uint8Array(0))).toBe('0405060708112233');
    }
  });
  test.each([
    ['wrong check byte', '3B8B8001010203040506070811223303'],
    ['truncated', '3B8B80010102030405'],
    ['other number of historical bytes', bytesToHex(buildAtr(historical.slice(0, 8)))],
    ['contact social-security card', '3B6D000000810102030405060708090A0B'],
    ['Mifare behind PC/SC, 15 historical bytes', '3B8F8001804F0CA000000306030001000000006A'],
    ['nothing', ''],
    ['noise', 'FFFFFFFF'],
  ])('foreign: %s', (_, hex) => {
    expect(cardFactorFromAtr(hexToBytes(hex), product)).toBeNull();
  });
  test('interface bytes of a contact card are walked', () => {
    const atr = parseAtr(hexToBytes('3B6D00000081010203040506070809AABB'));
    expect(atr.interfaceBytes).toEqual([
      { name: 'TB1', value: 0 },
      { name: 'TC1', value: 0 },
    ]);
    expect(bytesToHex(atr.historicalBytes)).toBe('0081010203040506070809AABB');
  });
});

describe('redacted traces', () => {
  test.each([
    ['00A4000002DDF1', { name: 'SELECT', header: '00A40000', data: 'DDF1', le: null }],
    ['84D4010004DEADBEEF', { name: 'WRITE KEY', header: '84D40100', data: '<4 bytes>', le: null }],
    ['0020000003123456', { name: 'VERIFY', header: '00200000', data: '<3 bytes>', le: null }],
    ['04DC010404DEADBEEF', { name: 'UPDATE RECORD', header: '04DC0104', data: '<4 bytes>', le: null }],
    ['00DC0104040F02CAFE', { name: 'UPDATE RECORD', header: '00DC0104', data: '<4 bytes>', le: null }],
    ['00B2390000', { name: 'READ RECORD', header: '00B23900', data: '', le: 256 }],
  ])('%s', (hex, expected) => {
    expect(describeApdu(hexToBytes(hex))).toEqual(expected);
  });
  test('answers show no data', () => {
    expect(describeResponse(hexToBytes('0F02CAFE9000'))).toEqual({ lengthBytes: 4, sw: '9000' });
  });
});
