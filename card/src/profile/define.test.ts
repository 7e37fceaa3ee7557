/** One planted violation of every rule that `define*()` enforces; a rule without one fails the last test. */
import { describe, expect, test } from '@jest/globals';
import { isRhcError } from '../errors/index.ts';
import type { DeclarationRule } from './errors.ts';
import { DECLARATION_RULES } from './errors.ts';
import type {
  CardProduct,
  CodeTable,
  CyclicFile,
  Directory,
  FixedRecordFile,
  KeySlot,
  ProfileDeclaration,
  TlvRecordFile,
  TransparentFile,
} from './index.ts';
import {
  defineCodeTable,
  defineDirectory,
  defineFile,
  defineKeySlot,
  defineProduct,
  defineProfile,
  nationalProfile,
  rhcBlank1,
} from './index.ts';

const directory = nationalProfile.directory('DF01');
const readKey = nationalProfile.keySlot('RK1.DF01');
const maintenanceKey = nationalProfile.keySlot('STK.DF01');
const table = nationalProfile.codeTable('sex');
const address = nationalProfile.file('DF01/EF05') as TlvRecordFile;
const holder = nationalProfile.file('DDF1/EF06') as TlvRecordFile;
const allergy = nationalProfile.file('DF02/EF07') as CyclicFile;
const visitIndex = nationalProfile.file('DF03/EF05') as FixedRecordFile;
const inpatient = nationalProfile.file('DF03/EE01') as TransparentFile;

const withDirectory = (change: Partial<Directory>) => () => defineDirectory({ ...directory, ...change });
const withSlot =
  (change: Partial<KeySlot>, slot = readKey) =>
  () =>
    defineKeySlot({ ...slot, ...change });
const withTable = (change: Partial<CodeTable>) => () => defineCodeTable({ ...table, ...change });
const withAddress = (change: Partial<TlvRecordFile>) => () => defineFile({ ...address, ...change });
const withAllergy = (change: Partial<CyclicFile>) => () => defineFile({ ...allergy, ...change });
const withIndex = (change: Partial<FixedRecordFile>) => () => defineFile({ ...visitIndex, ...change });
const withVisit = (change: Partial<TransparentFile>) => () => defineFile({ ...inpatient, ...change });
const withProduct = (change: Partial<CardProduct>) => () => defineProduct({ ...rhcBlank1, ...change });
const withProfile = (change: Partial<ProfileDeclaration>) => () => {
  const { version, directories, keySlots, files, codeTables } = nationalProfile;
  return defineProfile({ version, directories, keySlots, files, codeTables, ...change });
};
const withFile = (change: object, id = 'DF01/EF05') =>
  withProfile({
    files: nationalProfile.files.map((file) => (file.id === id ? ({ ...file, ...change } as typeof file) : file)),
  });
const firstElement = (change: object) => ({
  elements: address.elements.map((element, k) => (k === 0 ? { ...element, ...change } : element)),
});
const [substance, reaction] = allergy.elements;
if (substance === undefined || reaction === undefined) throw new Error('the allergy record has two elements');

const violations: readonly (readonly [DeclarationRule, string, () => unknown])[] = [
  ['identifierInvalid', 'slot named for another directory', withSlot({ directory: 'DF02' })],
  ['identifierInvalid', 'slot named for another class', withSlot({ class: 'UK' })],
  ['identifierInvalid', 'file id against its FID', withAddress({ fid: 0xef06 })],
  ['identifierInvalid', 'element id with a space', withAddress(firstElement({ id: 'address type' }))],
  ['identifierInvalid', 'code with a space', withTable({ entries: [{ code: '1 ', text: table.text }] })],
  ['identifierInvalid', 'product id', withProduct({ id: 'RHC 1' })],
  ['textMissing', 'directory without Chinese', withDirectory({ text: { zh: ' ', en: 'Identity' } })],
  ['textMissing', 'element without English', withAddress(firstElement({ text: { zh: '地址', en: '' } }))],
  ['clauseMissing', 'file without clause', withAddress({ clause: '' })],
  ['clauseMissing', 'code table without standard', withTable({ standard: '' })],
  ['fidOutOfRange', 'three bytes', withDirectory({ fid: 0x1df01 })],
  ['dfNameInvalid', 'lower case', withDirectory({ dfName: '9156000132ab' })],
  ['dfNameInvalid', '17 bytes', withDirectory({ dfName: '91'.repeat(17) })],
  ['kidInvalid', 'global KID in DF01', withSlot({ kid: 0x04 })],
  ['kidInvalid', 'local KID in the MF', withSlot({ kid: 0x80 }, nationalProfile.keySlot('MK.MF'))],
  ['kidInvalid', 'two bytes', withSlot({ kid: 0x184 })],
  ['triesInvalid', 'read key without tries', withSlot({ maxTries: null })],
  ['triesInvalid', '16 tries do not fit 63Cx', withSlot({ maxTries: 16 })],
  ['triesInvalid', 'STK with tries', withSlot({ maxTries: 15 }, maintenanceKey)],
  ['typeCodeInvalid', 'two bytes', withSlot({ typeCode: 0x100 })],
  ['samReferenceInvalid', 'one level in P1, two in the slot', withSlot({ samReference: { p1: 0x27, p2: 0x32 } })],
  ['fileOverfull', 'TLV records past the end', withAddress({ sizeBytes: 50 })],
  ['fileOverfull', 'cyclic element past the record', withAllergy({ recordSizeBytes: 100, sizeBytes: 300 })],
  ['fileOverfull', 'transparent element past the end', withVisit({ sizeBytes: 1892 })],
  ['fileSizeWrong', 'TLV file with room to spare', withAddress({ sizeBytes: address.sizeBytes + 1 })],
  ['fileSizeWrong', 'cyclic count × size', withAllergy({ recordCount: 4 })],
  ['fileSizeWrong', 'index count × size', withIndex({ sizeBytes: 5 })],
  ['fileSizeWrong', 'business data beyond the file', withVisit({ businessSizeBytes: 1894 })],
  ['offsetsOverlap', 'one byte', withAllergy({ elements: [substance, { ...reaction, offset: 19 }] })],
  ['tagRepeated', 'in a file', withAddress(firstElement({ item: 22 }))],
  [
    'tagRepeated',
    'in two files of a directory',
    withFile({ elements: holder.elements.map((e) => (e.item === 11 ? { ...e, item: 1 } : e)) }, 'DDF1/EF06'),
  ],
  ['tagOutOfRange', 'tag of two bytes', withAddress(firstElement({ item: 0x115 }))],
  ['tagOutOfRange', 'tag 0', withAddress(firstElement({ item: 0 }))],
  ['elementRepeated', 'in a file', withAddress(firstElement({ id: 'address1' }))],
  ['elementRepeated', 'in two files', withFile(firstElement({ id: 'name' }))],
  ['sizeUnfit', 'date of 3 bytes', withAddress(firstElement({ meaning: { kind: 'date' }, sizeBytes: 3 }))],
  ['sizeUnfit', 'date in ans', withAddress(firstElement({ meaning: { kind: 'date' }, storage: 'ans', sizeBytes: 4 }))],
  ['sizeUnfit', 'date-time of 4 bytes', withAddress(firstElement({ meaning: { kind: 'date-time' }, sizeBytes: 4 }))],
  ['sizeUnfit', 'text in cn', withAddress(firstElement({ meaning: { kind: 'text' } }))],
  [
    'sizeUnfit',
    'flag of 2 bytes',
    withAddress(firstElement({ meaning: { kind: 'flag' }, storage: 'b', sizeBytes: 2 })),
  ],
  ['sizeUnfit', 'no bytes', withAddress(firstElement({ sizeBytes: 0 }))],
  ['macSlotMissing', 'enciphered without STK', withAddress({ updateMacSlot: null })],
  ['macSlotMissing', 'MAC without STK', withIndex({ updateMacSlot: null })],
  ['macSlotUnused', 'plain with STK', withVisit({ updateMacSlot: 'STK.DF03' })],
  ['macSlotNotMaintenance', 'MAC under a read key', withFile({ updateMacSlot: 'RK1.DF01' })],
  ['accessSlotIsMaintenance', 'STK as read key', withFile({ read: { kind: 'key', slot: 'STK.DF01' } })],
  ['eraseUnfit', 'TLV file with erase', withAddress({ erase: { kind: 'never' } })],
  ['keySlotUnknown', 'UK2.DF01', withFile({ update: { kind: 'key', slot: 'UK2.DF01' } })],
  ['keySlotUnknown', 'as MAC key', withFile({ updateMacSlot: 'STK.DF04' })],
  ['keySlotOfOtherDirectory', 'read', withFile({ read: { kind: 'key', slot: 'RK1.DF02' } })],
  ['keySlotOfOtherDirectory', 'MAC', withFile({ updateMacSlot: 'STK.DF02' })],
  ['keySlotOfOtherDirectory', 'erase', withFile({ erase: { kind: 'key', slot: 'UK2.DF02' } }, 'DF03/EF05')],
  ['keySlotRepeated', 'twice', withProfile({ keySlots: [...nationalProfile.keySlots, readKey] })],
  [
    'keySlotRepeated',
    'two slots with one KID',
    withProfile({
      keySlots: nationalProfile.keySlots.map((slot) => (slot.name === 'UK1.DF01' ? { ...slot, kid: 0x84 } : slot)),
    }),
  ],
  [
    'keySlotMissing',
    'without BK',
    withProfile({ keySlots: nationalProfile.keySlots.filter((slot) => slot.name !== 'BK.MF') }),
  ],
  [
    'directoryUnknown',
    'files and keys of a directory that is not declared',
    withProfile({ directories: nationalProfile.directories.filter(({ name }) => name !== 'DF02') }),
  ],
  ['directoryRepeated', 'twice', withProfile({ directories: [...nationalProfile.directories, directory] })],
  ['fidRepeated', 'two files', withProfile({ files: [...nationalProfile.files, address] })],
  [
    'fidRepeated',
    'two directories',
    withProfile({
      directories: nationalProfile.directories.map((d) => (d.name === 'DF02' ? { ...d, fid: 0xdf01 } : d)),
    }),
  ],
  ['codeTableUnknown', 'in an element', withFile(firstElement({ meaning: { kind: 'code', table: 'planet' } }))],
  ['codeTableRepeated', 'twice', withProfile({ codeTables: [...nationalProfile.codeTables, table] })],
  ['codeTableEmpty', 'no entry', withTable({ entries: [] })],
  ['codeTableEmpty', 'entries of a table that was not found', withTable({ source: 'not found' })],
  ['codeRepeated', 'twice', withTable({ entries: [...table.entries, ...table.entries] })],
  ['codeTooWide', '6 digits in cn1', withFile(firstElement({ meaning: { kind: 'code', table: 'region-hebei' } }))],
  ['codeTooWide', 'letter in cn', withFile(firstElement({ meaning: { kind: 'code', table: 'occupation' } }))],
  ['indexUnknown', 'no such file', withFile({ index: { file: 'DF03/EF09', recordNumber: 1 } }, 'DF03/EE01')],
  ['indexUnknown', 'not an index file', withFile({ index: { file: 'DF01/EF05', recordNumber: 1 } }, 'DF03/EE01')],
  ['indexUnknown', 'record 4 of 3', withFile({ index: { file: 'DF03/EF05', recordNumber: 4 } }, 'DF03/EE01')],
  ['productInvalid', '7 historical bytes hold no card factor', withProduct({ historicalBytesLength: 7 })],
  ['productInvalid', 'no key version', withProduct({ maxKeyVersionsPerSlot: 0 })],
  ['productInvalid', 'block of 256 bytes', withProduct({ maxBinaryBlockBytes: 256 })],
];

describe('define*() refuses', () => {
  test.each(violations)('%s: %s', (rule, _what, plant) => {
    try {
      plant();
    } catch (error) {
      if (!isRhcError(error)) throw error;
      expect(error.code).toBe('PROFILE_INCONSISTENT');
      expect(error.fields?.map((fault) => fault.rule)).toEqual([DECLARATION_RULES[rule]]);
      return;
    }
    throw new Error('was not refused');
  });

  test('the unchanged declarations pass, so that each refusal is due to its planted violation alone', () => {
    expect(withProfile({})().files).toHaveLength(nationalProfile.files.length);
    for (const make of [withDirectory({}), withSlot({}), withTable({}), withAddress({}), withProduct({})]) make();
    for (const make of [withAllergy({}), withIndex({}), withVisit({})]) make();
  });

  test('every rule has a planted violation', () => {
    expect([...new Set(violations.map(([rule]) => rule))].sort()).toEqual(Object.keys(DECLARATION_RULES).sort());
  });
});
