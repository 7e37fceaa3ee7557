import { describe, expect, test } from '@jest/globals';
import { bytesToHex, concatBytes, hexToBytes } from '../bytes/index.ts';
import { nodeCrypto } from '../crypto-node/index.ts';
import { nationalProfile, rhcBlank1 } from '../profile/index.ts';
import { BatchPlan } from './batch-plan.ts';
import {
  type CardData,
  compareReadBack,
  createFileCommands,
  encodeCardData,
  endDigest,
  filesDigest,
  securityCodeBlock,
} from './index.ts';

const DATA: CardData = {
  elements: { name: '张三', sex: '1', ethnicGroup: '01', cityCode: '130100', securityCode: '123' },
  allergies: [{ substance: '青霉素', reaction: '皮疹' }],
  immunizations: [
    { name: '乙肝', date: '2026-11-22' },
    { name: '卡介苗', date: '2026-11-21' },
  ],
  photo: Uint8Array.of(0xff, 0xd8, 0xff),
};
const encode = (data: CardData) => encodeCardData(nationalProfile, rhcBlank1, data);
const file = (id: string, data = DATA) => encode(data).find((image) => image.file === id)?.contents ?? [];

describe('content of a card', () => {
  test('every file in profile order, in full', () => {
    const images = encode(DATA);
    expect(images.map((image) => image.file)).toEqual(nationalProfile.files.map((entry) => entry.id));
    expect(images.flatMap((image) => image.contents).reduce((sum, part) => sum + part.length, 0)).toBe(26644);
  });
  test('records are tag, length, value of the full length', () => {
    expect(bytesToHex(file('DDF1/EF05')[9] ?? concatBytes())).toBe('3903130100');
    expect(bytesToHex(file('DDF1/EF06')[0] ?? concatBytes())).toBe(`0B1ED5C5C8FD${'00'.repeat(26)}`);
    expect(bytesToHex(file('DDF1/EF06')[1] ?? concatBytes())).toBe('0C0101');
  });
  test('cyclic files are full, newest first, unused records 00', () => {
    const records = file('DF02/EF08').map(bytesToHex);
    expect(records).toHaveLength(10);
    expect(records[0]).toBe(`D2D2B8CE${'00'.repeat(16)}20261122`);
    expect(records[1]?.slice(-8)).toBe('20261121');
    expect(records[2]).toBe('00'.repeat(24));
  });
  test('photo with its length, index empty, visits untouched', () => {
    expect(bytesToHex(file('DDF1/EF07')[0] ?? concatBytes())).toBe(`0003FFD8FF${'00'.repeat(3069)}`);
    expect(file('DF03/EF05').map(bytesToHex)).toEqual(['FF', 'FF', 'FF']);
    expect(file('DF03/ED05')[0]).toEqual(new Uint8Array(3267));
  });
  test.each([
    ['photo too big', { ...DATA, photo: new Uint8Array(3073) }, 'photo'],
    ['too many allergies', { ...DATA, allergies: Array(4).fill(DATA.allergies[0]) }, 'DF02/EF07'],
    ['misspelt element', { ...DATA, elements: { nmae: '张三' } }, 'nmae'],
  ])('%s is refused by name', (_, data, field) => {
    expect(() => encode(data as CardData)).toThrow(
      expect.objectContaining({
        code: 'PERSONALIZATION_DATA_INVALID',
        fields: [expect.objectContaining({ field }) as object],
      }),
    );
  });
});

describe('digests', () => {
  test('every byte, every key and the order matter, the listing order of the keys does not', () => {
    const images = encode(DATA);
    const files = filesDigest(nodeCrypto, 'intl-128', nationalProfile, images);
    const other = encode({ ...DATA, elements: { ...DATA.elements, name: '张四' } });
    expect(filesDigest(nodeCrypto, 'intl-128', nationalProfile, other)).not.toEqual(files);
    expect(() => filesDigest(nodeCrypto, 'intl-128', nationalProfile, images.slice(1))).toThrow(RangeError);

    const keys = [
      { slot: 'RK1.DDF1', version: 1, kcv: hexToBytes('010203') },
      { slot: 'MK.MF', version: 1, kcv: hexToBytes('040506') },
    ] as const;
    const digest = endDigest(nodeCrypto, 'intl-128', nationalProfile, files, keys);
    expect(endDigest(nodeCrypto, 'intl-128', nationalProfile, files, keys.toReversed())).toEqual(digest);
    const literal = concatBytes(files, hexToBytes('3F000001040506'), hexToBytes('DDF10401010203'));
    expect(digest).toEqual(nodeCrypto.hash('intl-128', literal));
  });
  test('block of the security code', () => {
    const block = securityCodeBlock(nodeCrypto, 'intl-128', '130101199001010018', '20361122', 'HB00000001');
    expect(block).toHaveLength(16);
    expect(() => securityCodeBlock(nodeCrypto, 'intl-128', '', '20361122', 'HB00000001')).toThrow(RangeError);
    expect(() => securityCodeBlock(nodeCrypto, 'intl-128', '1|2', '20361122', 'HB1')).toThrow(RangeError);
  });
});

describe('read-back', () => {
  const expected = [
    { file: 'A', contents: [Uint8Array.of(1, 2, 3)] },
    { file: 'B', contents: [Uint8Array.of(1), Uint8Array.of(2)] },
  ];
  const withB = (...contents: Uint8Array[]) =>
    compareReadBack(expected, [expected[0] as never, { file: 'B', contents }]);
  test('equal, and every kind of difference with its place', () => {
    expect(compareReadBack(expected, expected)).toEqual({ equal: true, bytes: 5, differences: [] });
    expect(withB(Uint8Array.of(1), Uint8Array.of(9)).differences).toEqual([{ file: 'B', record: 2, offset: 0 }]);
    expect(withB(Uint8Array.of(1)).equal).toBe(false);
    expect(withB(Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)).equal).toBe(false);
    const short = [{ file: 'A', contents: [Uint8Array.of(1, 2)] }, expected[1] as never];
    expect(compareReadBack(expected, short).differences).toEqual([{ file: 'A', offset: 2 }]);
    expect(compareReadBack(expected.slice(1), expected).differences).toEqual([{ file: 'A', offset: 0 }]);
  });
});

describe('batches', () => {
  test('a missing answer and an unexpected status word are errors', () => {
    const plan = new BatchPlan();
    const asked = plan.ask(Uint8Array.of(0, 0xb2, 1, 4, 0), (response) => response.length);
    expect(() => asked.value).toThrow(/settled/);
    expect(() => plan.settle([])).toThrow(/PERSONALIZATION_BATCH_INCOMPLETE/);
    expect(() => plan.settle([{ response: hexToBytes('6A82') }])).toThrow(/PERSONALIZATION_BATCH_INCOMPLETE/);
    plan.settle([{ response: hexToBytes('AA9000') }]);
    expect(asked.value).toBe(3);
  });
  test('files are created below their parent, in profile order', () => {
    const commands = createFileCommands(nationalProfile).map(bytesToHex);
    expect(commands.filter((hex) => hex.startsWith('80E0'))).toHaveLength(nationalProfile.files.length + 4);
    expect(commands[0]).toBe('00A40000023F00');
    expect(commands[1]).toContain('8201388302DDF1');
  });
});
