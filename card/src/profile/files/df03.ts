/**
 * DF03, visit management: two index files (items 62 and 63: one flag byte a slot) and the visit slots they commit.
 * CARD-FACTS 1.4–1.7, 2.1 (表10-1). A slot's content is plain; only its flag travels with a MAC.
 */
import { defineFile } from '../define.ts';
import type { ElementaryFile, PlacedElement, Text } from '../types.ts';
import { INPATIENT_BUSINESS_BYTES, INPATIENT_SIZE_BYTES, inpatientElements } from './inpatient.ts';
import { key } from './layout.ts';
import { OUTPATIENT_BUSINESS_BYTES, OUTPATIENT_SIZE_BYTES, outpatientElements } from './outpatient.ts';

const INPATIENT_SLOTS = 3;
const OUTPATIENT_SLOTS = 5;

function indexFile(name: 'EF05' | 'EF06', fid: number, text: Text, recordCount: number): ElementaryFile {
  return defineFile({
    id: `DF03/${name}`,
    directory: 'DF03',
    fid,
    structure: 'fixed-records',
    text,
    read: key('RK1.DF03'),
    update: key('UK1.DF03'),
    updateTransport: 'mac',
    updateMacSlot: 'STK.DF03',
    erase: key('UK2.DF03'),
    recordCount,
    recordSizeBytes: 1,
    sizeBytes: recordCount,
    clause: 'CARD-FACTS 1.4 other files, 1.7, 2.1',
  });
}

interface VisitKind {
  readonly prefix: 'EE' | 'ED';
  readonly firstFid: number;
  readonly slots: number;
  readonly text: Text;
  readonly elements: readonly PlacedElement[];
  readonly sizeBytes: number;
  readonly businessSizeBytes: number;
  readonly indexFile: string;
  readonly clause: string;
}

function visitFiles(kind: VisitKind): readonly ElementaryFile[] {
  return Array.from({ length: kind.slots }, (_, k) =>
    defineFile({
      id: `DF03/${kind.prefix}0${k + 1}`,
      directory: 'DF03',
      fid: kind.firstFid + k,
      structure: 'transparent',
      text: { zh: `${kind.text.zh}${k + 1}`, en: `${kind.text.en} ${k + 1}` },
      read: key('RK1.DF03'),
      update: key('UK1.DF03'),
      updateTransport: 'plain',
      updateMacSlot: null,
      elements: kind.elements,
      sizeBytes: kind.sizeBytes,
      businessSizeBytes: kind.businessSizeBytes,
      index: { file: kind.indexFile, recordNumber: k + 1 },
      clause: kind.clause,
    }),
  );
}

export const df03Files: readonly ElementaryFile[] = [
  indexFile('EF05', 0xef05, { zh: '住院信息索引文件', en: 'Inpatient index' }, INPATIENT_SLOTS),
  indexFile('EF06', 0xef06, { zh: '门诊信息索引文件', en: 'Outpatient index' }, OUTPATIENT_SLOTS),
  ...visitFiles({
    prefix: 'EE',
    firstFid: 0xee01,
    slots: INPATIENT_SLOTS,
    text: { zh: '住院信息文件', en: 'Inpatient record' },
    elements: inpatientElements,
    sizeBytes: INPATIENT_SIZE_BYTES,
    businessSizeBytes: INPATIENT_BUSINESS_BYTES,
    indexFile: 'DF03/EF05',
    clause: 'CARD-FACTS 1.5, 2.1',
  }),
  ...visitFiles({
    prefix: 'ED',
    firstFid: 0xed01,
    slots: OUTPATIENT_SLOTS,
    text: { zh: '门诊信息文件', en: 'Outpatient record' },
    elements: outpatientElements,
    sizeBytes: OUTPATIENT_SIZE_BYTES,
    businessSizeBytes: OUTPATIENT_BUSINESS_BYTES,
    indexFile: 'DF03/EF06',
    clause: 'CARD-FACTS 1.6, 2.1',
  }),
];
