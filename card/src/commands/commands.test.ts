import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesToHex, hexToBytes } from '../bytes/index.ts';
import { nationalProfile } from '../profile/index.ts';
import * as commands from './index.ts';

const A = hexToBytes('844711EA265D389F');
const R = hexToBytes('B1B2B3B4B5B6B7B8');

const BUILT: readonly [string, Uint8Array][] = [
  ['00A4000002DDF1', commands.selectFile.build(0xddf1)],
  ['00A404000C57532E5359532E444446303100', commands.selectByName.build(ascii('WS.SYS.DDF01'))],
  ['0084000008', commands.getChallenge.build()],
  [
    '0082000411844711EA265D389FB1B2B3B4B5B6B7B801',
    commands.externalAuthenticate.build({ kid: 4, cryptogram: A, terminalRandom: R, version: 1 }),
  ],
  [
    '0088000011A1A2A3A4A5A6A7A8B1B2B3B4B5B6B7B80108',
    commands.internalAuthenticate.build({ kid: 0, r1: hexToBytes('A1A2A3A4A5A6A7A8'), r2: R, version: 1 }),
  ],
  ['00B2010400', commands.readRecord.build(1)],
  ['00B2390000', commands.readRecordByTag.build(0x39)],
  ['00B00B8080', commands.readBinary.build(0xb80, 128)],
  ['00B0000000', commands.readBinary.build(0, 256)],
  ['00DC0104032A01FF', commands.updateRecord.build(1, hexToBytes('2A01FF'))],
  ['00DC0003020102', commands.appendRecord.build(hexToBytes('0102'))],
  ['04DC030404DEADBEEF', commands.protectedUpdateRecord.build(3, hexToBytes('DEADBEEF'))],
  ['04DC000304DEADBEEF', commands.protectedAppendRecord.build(hexToBytes('DEADBEEF'))],
  ['00D60C0001FF', commands.updateBinary.build(0xc00, Uint8Array.of(0xff))],
  ['84D20104043502C624', commands.writeRecord.build(1, hexToBytes('3502C624'))],
  ['840C010404128E188E', commands.eraseRecord.build(1, hexToBytes('128E188E'))],
  ['80CA010100', commands.getChipState.build()],
  ['80CA010200', commands.getCardFactor.build()],
  ['80CA010300', commands.getKeyList.build()],
  ['80CA010400', commands.getProductId.build()],
  ['80CA010500', commands.getApplicationStates.build()],
  ['841E000004A1B2C3D4', commands.applicationBlock.build('until-unblocked', hexToBytes('A1B2C3D4'))],
  ['841E000104A1B2C3D4', commands.applicationBlock.build('for-ever', hexToBytes('A1B2C3D4'))],
  ['8418000004A1B2C3D4', commands.applicationUnblock.build(hexToBytes('A1B2C3D4'))],
  ['8416000004A1B2C3D4', commands.cardBlock.build(hexToBytes('A1B2C3D4'))],
  [`84D4028414${'EF'.repeat(20)}`, commands.retireKey.build(0x84, new Uint8Array(20).fill(0xef))],
  ['00A4000002DF02', commands.selectBlockable.build(0xdf02)],
  ['00C0000014', commands.getResponse.build(20)],
  [`84D4010434${'AB'.repeat(52)}`, commands.writeKey.build(4, new Uint8Array(52).fill(0xab))],
  [`8444000024${'CD'.repeat(36)}`, commands.endPersonalization.build(new Uint8Array(36).fill(0xcd))],
];

describe('build', () => {
  test.each(BUILT)('%s', (hex, built) => {
    expect(bytesToHex(built)).toBe(hex);
  });
  test('headers of the protected commands', () => {
    expect(bytesToHex(commands.protectedUpdateRecordHeader(3))).toBe('04DC0304');
    expect(bytesToHex(Uint8Array.from(commands.PROTECTED_APPEND_HEADER))).toBe('04DC0003');
    expect(bytesToHex(commands.writeRecordHeader(2))).toBe('84D20204');
    expect(bytesToHex(commands.eraseRecordHeader(2))).toBe('840C0204');
    expect(bytesToHex(commands.writeKeyHeader(0x87))).toBe('84D40187');
    expect(bytesToHex(Uint8Array.from(commands.END_PERSONALIZATION_HEADER))).toBe('84440000');
    expect(bytesToHex(commands.applicationBlockHeader('until-unblocked'))).toBe('841E0000');
    expect(bytesToHex(commands.applicationBlockHeader('for-ever'))).toBe('841E0001');
    expect(bytesToHex(Uint8Array.from(commands.APPLICATION_UNBLOCK_HEADER))).toBe('84180000');
    expect(bytesToHex(Uint8Array.from(commands.CARD_BLOCK_HEADER))).toBe('84160000');
    expect(bytesToHex(commands.retireKeyHeader(0x84))).toBe('84D40284');
    expect(bytesToHex(commands.retireKeyBlock(3))).toBe(`010380${'00'.repeat(13)}`);
  });
  test('blocks of a transparent file', () => {
    const blocks = commands.binaryBlocks(new Uint8Array(300), 128, 2);
    expect(blocks.map(({ offset, data }) => [offset, data.length])).toEqual([
      [2, 128],
      [130, 128],
      [258, 44],
    ]);
    expect(commands.binaryBlocks(new Uint8Array(0), 128)).toEqual([]);
    expect(() => commands.binaryBlocks(new Uint8Array(1), 0)).toThrow(RangeError);
  });
  test('what is out of range is refused', () => {
    expect(() => commands.selectFile.build(0x10000)).toThrow(RangeError);
    expect(() => commands.readRecord.build(0)).toThrow(RangeError);
    expect(() => commands.readRecord.build(255)).toThrow(RangeError);
    expect(() => commands.readBinary.build(0x8000, 1)).toThrow(RangeError);
    expect(() => commands.readBinary.build(0, 257)).toThrow(RangeError);
    expect(() => commands.updateBinary.build(0, new Uint8Array(0))).toThrow(RangeError);
    expect(() => commands.writeKey.build(0, new Uint8Array(51))).toThrow(RangeError);
    expect(() => commands.retireKey.build(1, new Uint8Array(16))).toThrow(RangeError);
    expect(() => commands.writeRecord.build(1, new Uint8Array(3))).toThrow(RangeError);
  });
});

describe('CREATE FILE descriptors', () => {
  const descriptor = (id: string) => bytesToHex(commands.fileDescriptor(nationalProfile.file(id), nationalProfile));
  test.each([
    ['DDF1/EF07', '8201018302EF0780020C028701448801458A020000'],
    ['DF02/EF06', '8201058302EF0685020100860238018701448801468A020281'],
    ['DF02/EF08', '8201068302EF0885020A188701448801478A020281'],
    ['DF03/EF05', '8201028302EF05850203018701448801458901468A020181'],
  ])('%s', (id, hex) => {
    expect(descriptor(id)).toBe(hex);
  });
  test('directories', () => {
    expect(bytesToHex(commands.directoryDescriptor(nationalProfile.directory('DF03')))).toBe(
      '8201388302DF038406915600013202',
    );
    for (const file of nationalProfile.files) {
      expect(commands.createFile.build(commands.fileDescriptor(file, nationalProfile)).length).toBeLessThan(261);
    }
  });
  test('a way to every directory', () => {
    const path = (from: 'MF' | 'DDF1' | 'DF01' | null, to: 'MF' | 'DDF1' | 'DF02') =>
      commands.directoryPath(nationalProfile, from, to).join();
    expect(path('MF', 'DF02')).toBe('DDF1,DF02');
    expect(path(null, 'DF02')).toBe('DDF1,DF02');
    expect(path('DDF1', 'DF02')).toBe('DF02');
    expect(path('DF01', 'DF02')).toBe('DF02');
    expect(path('DF01', 'DDF1')).toBe('DDF1');
    expect(path('DF01', 'MF')).toBe('MF');
  });
});

describe('parse', () => {
  test('data of a 9000', () => {
    expect(bytesToHex(commands.getChallenge.parse(hexToBytes('A1A2A3A4A5A6A7A89000')))).toBe('A1A2A3A4A5A6A7A8');
    expect(commands.getChipState.parse(hexToBytes('01000A02000000199000'))).toEqual({
      state: 'personalization',
      masterKeyVersion: 0,
      filesCreated: 10,
      keysLoaded: 2,
      commits: 25,
    });
    expect(commands.getKeyList.parse(hexToBytes('3F0000010FDDF10402FF9000'))).toEqual([
      { directoryFid: 0x3f00, kid: 0, version: 1, triesLeft: 15 },
      { directoryFid: 0xddf1, kid: 4, version: 2, triesLeft: 255 },
    ]);
    expect(commands.getProductId.parse(hexToBytes('7268632D626C616E6B2D319000'))).toBe('rhc-blank-1');
  });
  test('application states, and a blocked application', () => {
    expect(commands.getApplicationStates.parse(hexToBytes('0001029000'))).toEqual({
      DF01: 'open',
      DF02: 'blocked',
      DF03: 'blocked-for-ever',
    });
    expect(() => commands.getApplicationStates.parse(hexToBytes('0001039000'))).toThrow(
      expect.objectContaining({ code: 'CARD_ANSWER_MALFORMED' }),
    );
    expect(() => commands.selectFile.parse(hexToBytes('6283'))).toThrow(
      expect.objectContaining({ code: 'CARD_APPLICATION_BLOCKED' }),
    );
    expect(commands.selectBlockable.parse(hexToBytes('6283'))).toBeUndefined();
    expect(() => commands.selectBlockable.parse(hexToBytes('9303'))).toThrow(
      expect.objectContaining({ code: 'CARD_BLOCKED' }),
    );
  });
  test.each([
    ['6A82', 'CARD_FILE_NOT_FOUND', () => commands.selectFile.parse(hexToBytes('6A82'))],
    ['6982', 'CARD_SECURITY_NOT_SATISFIED', () => commands.readRecord.parse(hexToBytes('6982'))],
    ['6983', 'CARD_KEY_BLOCKED', () => commands.externalAuthenticate.parse(hexToBytes('6983'))],
    ['6988', 'CARD_MAC_WRONG', () => commands.writeKey.parse(hexToBytes('6988'))],
    ['6F42', 'CARD_UNEXPECTED_STATUS', () => commands.readBinary.parse(hexToBytes('6F42'))],
    ['nothing', 'CARD_ANSWER_MALFORMED', () => commands.readBinary.parse(new Uint8Array(0))],
    ['short', 'CARD_ANSWER_MALFORMED', () => commands.getChallenge.parse(hexToBytes('A1A29000'))],
  ])('%s becomes %s', (_, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
  test('tries left stand in both sentences', () => {
    expect(() => commands.externalAuthenticate.parse(hexToBytes('63C3'))).toThrow(
      expect.objectContaining({
        code: 'CARD_AUTHENTICATION_FAILED',
        text: {
          zh: expect.stringContaining('还可再试 3 次'),
          en: expect.stringContaining('3 tries are left'),
        },
      }),
    );
  });
  test('no answer whatever crashes with anything but an error of the family', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (answer) => {
        for (const command of [commands.getKeyList, commands.getChipState, commands.getChallenge]) {
          try {
            command.parse(answer);
          } catch (error) {
            expect((error as { code: string }).code).toMatch(/^CARD_/);
          }
        }
      }),
    );
  });
});

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
