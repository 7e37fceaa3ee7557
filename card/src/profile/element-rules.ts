/**
 * Rules for the elements of one file: they fit it, do not overlap, are named once, and their size fits their meaning
 * (CARD-FACTS 1.2: date = cn4, date-time = cn7, flag = b1, one tag and one length byte a TLV record).
 */
import { requireRule } from './errors.ts';
import type { CyclicFile, DataElement, PlacedElement, TlvRecordFile, TransparentFile } from './types.ts';

/** Tag and length of a TLV record (CARD-FACTS 1.3). */
export const TLV_OVERHEAD_BYTES = 2;

export function requireElements(file: TlvRecordFile | CyclicFile | TransparentFile): void {
  const field = `file ${file.id}`;
  const ids = new Set<string>();
  const items = new Set<number>();
  for (const element of file.elements) {
    const at = `${field}, element ${element.id}`;
    requireRule(!ids.has(element.id), 'elementRepeated', at);
    requireRule(!items.has(element.item), 'tagRepeated', at);
    ids.add(element.id);
    items.add(element.item);
    requireElement(element, at);
  }
  if (file.structure === 'tlv-records') requireTlvRecords(file, field);
  else if (file.structure === 'cyclic') requireCyclic(file, field);
  else requireTransparent(file, field);
}

function requireElement(element: DataElement, at: string): void {
  requireRule(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/.test(element.id), 'identifierInvalid', at);
  requireRule(element.text.zh !== '' && element.text.en !== '', 'textMissing', at);
  requireRule(element.clause !== '', 'clauseMissing', at);
  requireRule(Number.isInteger(element.item) && element.item > 0, 'tagOutOfRange', at);
  requireRule(Number.isInteger(element.sizeBytes) && element.sizeBytes > 0 && sizeFits(element), 'sizeUnfit', at);
}

function sizeFits({ meaning, storage, sizeBytes }: DataElement): boolean {
  switch (meaning.kind) {
    case 'text':
    case 'digit-text':
      return storage === 'ans' || storage === 'an';
    case 'date':
      return storage === 'cn' && sizeBytes === 4;
    case 'date-time':
      return storage === 'cn' && sizeBytes === 7;
    case 'digits':
    case 'integer':
      return storage === 'cn';
    case 'decimal':
      return storage === 'cn' && meaning.fractionDigits > 0 && meaning.fractionDigits < sizeBytes * 2;
    case 'flag':
      return storage === 'b' && sizeBytes === 1;
    case 'code':
      return storage === 'b' ? sizeBytes === 1 : true;
    case 'bytes':
      return storage === 'b';
  }
}

function requireTlvRecords(file: TlvRecordFile, field: string): void {
  let needed = 0;
  for (const element of file.elements) {
    // Tags 00 and FF would be read as erased memory; the length has one byte.
    requireRule(element.item < 0xff, 'tagOutOfRange', `${field}, element ${element.id}`);
    requireRule(element.sizeBytes < 0x100, 'sizeUnfit', `${field}, element ${element.id}`);
    needed += TLV_OVERHEAD_BYTES + element.sizeBytes;
  }
  requireRule(needed <= file.sizeBytes, 'fileOverfull', field);
  requireRule(needed === file.sizeBytes, 'fileSizeWrong', field);
}

function requireCyclic(file: CyclicFile, field: string): void {
  requirePlaced(file.elements, file.recordSizeBytes, field);
  requireRule(file.recordCount * file.recordSizeBytes === file.sizeBytes, 'fileSizeWrong', field);
}

function requireTransparent(file: TransparentFile, field: string): void {
  requirePlaced(file.elements, file.sizeBytes, field);
  requireRule(file.businessSizeBytes > 0 && file.businessSizeBytes <= file.sizeBytes, 'fileSizeWrong', field);
}

function requirePlaced(elements: readonly PlacedElement[], limitBytes: number, field: string): void {
  let end = 0;
  for (const element of [...elements].sort((a, b) => a.offset - b.offset)) {
    const at = `${field}, element ${element.id}`;
    requireRule(Number.isInteger(element.offset) && element.offset >= end, 'offsetsOverlap', at);
    end = element.offset + element.sizeBytes;
    requireRule(end <= limitBytes, 'fileOverfull', at);
  }
}
