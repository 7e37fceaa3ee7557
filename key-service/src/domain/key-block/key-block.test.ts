/**
 * Published blocks (shared/vectors/tr31.json, a counted skip without them), blocks of our own read back, and what is
 * refused. CMAC against NIST SP 800-38B's examples, so that the engine here does not only agree with itself.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import { cmac, softKeyBlockEngine } from '../../hsm/soft-key-block-engine.ts';
import { FORMS, type KeyBlockHeader, splitKeyBlock } from './header.ts';
import { checkValueBlock, derivationInputs, openKeyBlock, sealKeyBlock } from './key-block.ts';

interface Vector {
  name: string;
  kbpk: string;
  block: string;
  key: string;
  optionalBlocks?: Record<string, string>;
}
const file = join(process.env.RHC_PUBLIC_VECTORS ?? join(__dirname, '../../../../../shared/vectors'), 'tr31.json');
const vectors: Vector[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).vectors : [];
const engineOf = (kbpk: string, block: string) => softKeyBlockEngine(FORMS[block[0] as 'A'].kbpk, hexToBytes(kbpk));

(vectors.length > 0 ? describe : describe.skip)('published key blocks (shared/vectors/tr31.json)', () => {
  test('all are read: key, header and optional blocks', () => {
    expect(vectors).toHaveLength(6);
    for (const { kbpk, block, key, optionalBlocks } of vectors) {
      const opened = openKeyBlock(block, engineOf(kbpk, block));
      expect(bytesToHex(opened.key)).toBe(key);
      expect(Object.fromEntries(opened.header.optionalBlocks.map(({ id, data }) => [id, data]))).toEqual(
        optionalBlocks ?? {},
      );
    }
  });

  test('every changed character and every flipped bit of the protection key is refused', () => {
    for (const { kbpk, block } of vectors) {
      for (let at = 0; at < block.length; at++) {
        const other = block[at] === '0' ? '1' : '0';
        const changed = `${block.slice(0, at)}${other}${block.slice(at + 1)}`;
        expect(() => openKeyBlock(changed, engineOf(kbpk, block))).toThrow('KEY_BLOCK_REFUSED');
      }
      const key = hexToBytes(kbpk);
      for (let bit = 0; bit < key.length * 8; bit++) {
        // The last bit of each byte of a DES key is its parity and enciphers nothing.
        if (block[0] !== 'D' && bit % 8 === 7) continue;
        const wrong = key.map((byte, index) => (index === bit >> 3 ? byte ^ (0x80 >> (bit & 7)) : byte));
        expect(() => openKeyBlock(block, softKeyBlockEngine(FORMS[block[0] as 'A'].kbpk, wrong))).toThrow(
          'KEY_BLOCK_REFUSED',
        );
      }
    }
  });
});

test('CMAC of SP 800-38B: AES-128, AES-256, TDES with two and three keys', () => {
  const text = hexToBytes('6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51');
  const aes128 = hexToBytes('2B7E151628AED2A6ABF7158809CF4F3C');
  const aes256 = hexToBytes('603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4');
  const tdes3 = hexToBytes('8AA83BF8CBDA10620BC1BF19FBB6CD58BC313D4A371CA8B5');
  const tdes2 = hexToBytes('4CF15134A2850DD58A3D10BA80570D38');
  expect(bytesToHex(cmac('AES', aes128, new Uint8Array(0)))).toBe('BB1D6929E95937287FA37D129B756746');
  expect(bytesToHex(cmac('AES', aes128, text.slice(0, 16)))).toBe('070A16B46B4D4144F79BDD9DD04A287C');
  expect(bytesToHex(cmac('AES', aes256, new Uint8Array(0)))).toBe('028962F61B7BF89EFC6B551F4667D983');
  expect(bytesToHex(cmac('TDES', tdes3, new Uint8Array(0)))).toBe('B7A688E122FFAF95');
  expect(bytesToHex(cmac('TDES', tdes3, text.slice(0, 8)))).toBe('8E8F293136283797');
  expect(bytesToHex(cmac('TDES', tdes2, new Uint8Array(0)))).toBe('BD2EBF9A3BA00361');
});

const kbpk = {
  D: '00112233445566778899AABBCCDDEEFF0102030405060708090A0B0C0D0E0F10',
  B: 'EFE0853B256B583D868F251CE99EA1D9',
};
const key = hexToBytes('3EB3B72576BBBE831355AB0EE3123AE8');
const header = (version: 'B' | 'D', more: Partial<KeyBlockHeader> = {}): KeyBlockHeader => ({
  version,
  usage: 'E6',
  algorithm: 'A',
  mode: 'X',
  keyVersion: '01',
  exportability: 'N',
  optionalBlocks: [],
  ...more,
});
const random = (length: number) => new Uint8Array(length).fill(0xa5);
const reasonOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isRhcError(error)) return error.fields?.[0]?.field ?? error.code;
    throw error;
  }
  return 'nothing';
};

describe.each(['B', 'D'] as const)('version %s', (version) => {
  const engine = softKeyBlockEngine(FORMS[version].kbpk, hexToBytes(kbpk[version]));

  test('what is written is read again, for every key length and many optional blocks', () => {
    for (const length of [8, 16, 24, 32]) {
      for (let characters = 0; characters < 40; characters++) {
        const optionalBlocks = [{ id: 'LB', data: 'x'.repeat(characters) }];
        const block = sealKeyBlock(header(version, { optionalBlocks }), new Uint8Array(length).fill(7), engine, random);
        expect(Number(block.slice(1, 5))).toBe(block.length);
        const opened = openKeyBlock(block, engine);
        expect(opened.key).toHaveLength(length);
        expect(opened.header.optionalBlocks[0]).toEqual(optionalBlocks[0]);
      }
    }
  });

  test('an optional block of more than 255 characters takes the extended length', () => {
    const optionalBlocks = [{ id: 'CT', data: 'y'.repeat(700) }];
    const block = sealKeyBlock(header(version, { optionalBlocks }), key, engine, random);
    expect(block.slice(16, 26)).toBe('CT000202C6');
    expect(openKeyBlock(block, engine).header.optionalBlocks[0]).toEqual(optionalBlocks[0]);
  });

  test('the reason is named: header, protection key, MAC, form', () => {
    const other = softKeyBlockEngine(FORMS[version].kbpk, hexToBytes(kbpk[version]).reverse());
    const plain = sealKeyBlock(header(version), key, engine, random);
    const named = sealKeyBlock(
      header(version, { optionalBlocks: [checkValueBlock('KP', 'CMAC0', engine.checkValue())] }),
      key,
      engine,
      random,
    );
    expect(reasonOf(() => openKeyBlock(plain, other))).toBe('MAC');
    expect(reasonOf(() => openKeyBlock(named, other))).toBe('KBPK');
    expect(bytesToHex(openKeyBlock(named, engine).key)).toBe(bytesToHex(key));
    expect(reasonOf(() => openKeyBlock(plain.replace('E6AX', 'E6AN'), engine))).toBe('MAC');
    expect(reasonOf(() => openKeyBlock(`${plain.slice(0, -1)}${plain.endsWith('0') ? '1' : '0'}`, engine))).toBe('MAC');
    expect(reasonOf(() => openKeyBlock(`${plain}00`, engine))).toBe('length');
    expect(reasonOf(() => openKeyBlock(`Z${plain.slice(1)}`, engine))).toBe('version');
    expect(reasonOf(() => openKeyBlock('D', engine))).toBe('block');
    expect(reasonOf(() => openKeyBlock(plain.toLowerCase().replace(/^./, version), engine))).toBe('payload');
    const wrongKind = softKeyBlockEngine(version === 'B' ? 'AES' : 'TDES', hexToBytes(kbpk.B));
    expect(reasonOf(() => openKeyBlock(plain, wrongKind))).toBe('KBPK');
  });

  test('headers that are none are not written', () => {
    const seal = (more: Partial<KeyBlockHeader>) => () => sealKeyBlock(header(version, more), key, engine, random);
    expect(reasonOf(seal({ usage: 'e6' }))).toBe('usage');
    expect(reasonOf(seal({ mode: '' }))).toBe('mode');
    expect(reasonOf(seal({ exportability: 'Q' }))).toBe('exportability');
    expect(reasonOf(seal({ version: 'A' }))).toBe('version');
    expect(reasonOf(seal({ optionalBlocks: [{ id: 'kc', data: '' }] }))).toBe('optional blocks');
    expect(reasonOf(seal({ optionalBlocks: [{ id: 'LB', data: 'x'.repeat(9_990) }] }))).toBe('length');
    expect(reasonOf(seal({ optionalBlocks: [{ id: 'KP', data: '01FFFFFF' }] }))).toBe('KBPK');
  });
});

test('optional blocks are read strictly', () => {
  const lengthOf = (block: string) =>
    block.replace(/^(.)..../, (_, version) => `${version}${String(block.length).padStart(4, '0')}`);
  const read = (optional: string, count: string) =>
    reasonOf(() => splitKeyBlock(lengthOf(`B0000P0TE00E${count}00${optional}${'0'.repeat(32)}`)));
  expect(read('', '00')).toBe('nothing');
  expect(read('KS08ABCD', '01')).toBe('nothing');
  expect(read('KS03ABCD', '01')).toBe('optional blocks');
  expect(read('KSFFABCD', '01')).toBe('optional blocks');
  expect(read('KS08ABCDKS08ABCD', '02')).toBe('optional blocks');
  expect(read('KS08ABCD', 'XX')).toBe('optional blocks');
  expect(read('KS07ABC', '01')).toBe('optional blocks');
});

test('derivation inputs of TR-31, tables 1 and 3', () => {
  const inputs = (...given: Parameters<typeof derivationInputs>) => derivationInputs(...given).map(bytesToHex);
  expect(inputs('encipher', 'TDES', 16)).toEqual(['0100000000000080', '0200000000000080']);
  expect(inputs('mac', 'TDES', 24)).toEqual(['01000100000100C0', '02000100000100C0', '03000100000100C0']);
  expect(inputs('encipher', 'AES', 16)).toEqual(['0100000000020080']);
  expect(inputs('mac', 'AES', 32)).toEqual(['0100010000040100', '0200010000040100']);
  expect(() => derivationInputs('mac', 'TDES', 32)).toThrow(RangeError);
});
