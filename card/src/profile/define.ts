/**
 * `define*()` for what stands alone: a directory, a key slot, a code table, a file, a product. Each refuses what
 * contradicts itself and freezes the rest; what can only be seen together is checked by `defineProfile`
 * (define-profile.ts). Clauses: CARD-FACTS 1.2–1.4, 2.1, 3.1–3.4; ADR 001.
 */
import { deepFreeze } from './deep-freeze.ts';
import { requireElements } from './element-rules.ts';
import { requireRule } from './errors.ts';
import type { CardProduct, CodeTable, Directory, ElementaryFile, KeySlot, Text } from './types.ts';

export function requireText(text: Text, field: string): void {
  requireRule(text.zh.trim() !== '' && text.en.trim() !== '', 'textMissing', field);
}

export function defineDirectory(directory: Directory): Directory {
  const field = `directory ${directory.name}`;
  requireRule(Number.isInteger(directory.fid) && directory.fid > 0 && directory.fid <= 0xffff, 'fidOutOfRange', field);
  requireRule(directory.dfName === null || /^([0-9A-F]{2}){1,16}$/.test(directory.dfName), 'dfNameInvalid', field);
  requireText(directory.text, field);
  requireRule(directory.clause !== '', 'clauseMissing', field);
  return deepFreeze(directory);
}

/** b8 of the KID says "local to the current ADF" (CARD-FACTS 3.2): set in DF01–DF03, clear in MF and DDF1. */
export function defineKeySlot(slot: KeySlot): KeySlot {
  const field = `key slot ${slot.name}`;
  const local = slot.directory.startsWith('DF');
  requireRule(slot.name.endsWith(`.${slot.directory}`), 'identifierInvalid', field);
  requireRule(slot.name.startsWith(slot.class), 'identifierInvalid', field);
  requireRule(Number.isInteger(slot.kid) && slot.kid >= 0 && slot.kid <= 0xff, 'kidInvalid', field);
  requireRule(slot.kid >= 0x80 === local, 'kidInvalid', field);
  requireRule(Number.isInteger(slot.typeCode) && slot.typeCode >= 0 && slot.typeCode <= 0xff, 'typeCodeInvalid', field);
  const triesFit =
    slot.class === 'STK'
      ? slot.maxTries === null
      : slot.maxTries !== null && Number.isInteger(slot.maxTries) && slot.maxTries >= 1 && slot.maxTries <= 15;
  requireRule(triesFit, 'triesInvalid', field);
  if (slot.samReference !== null) {
    requireRule(slot.samReference.p1 >> 5 === slot.levels, 'samReferenceInvalid', field);
  }
  requireText(slot.text, field);
  requireRule(slot.clause !== '', 'clauseMissing', field);
  return deepFreeze(slot);
}

export function defineCodeTable(table: CodeTable): CodeTable {
  const field = `code table ${table.id}`;
  requireRule(/^[a-z][a-z0-9-]*$/.test(table.id), 'identifierInvalid', field);
  requireText(table.text, field);
  requireRule(table.standard !== '', 'clauseMissing', field);
  requireRule((table.entries.length === 0) === (table.source === 'not found'), 'codeTableEmpty', field);
  const seen = new Set<string>();
  for (const entry of table.entries) {
    requireRule(/^[0-9A-Z]+$/.test(entry.code), 'identifierInvalid', `${field}, code ${entry.code}`);
    requireRule(!seen.has(entry.code), 'codeRepeated', `${field}, code ${entry.code}`);
    requireText(entry.text, `${field}, code ${entry.code}`);
    seen.add(entry.code);
  }
  return deepFreeze(table);
}

export function defineFile<const T extends ElementaryFile>(file: T): T {
  const field = `file ${file.id}`;
  requireRule(file.id === `${file.directory}/${fidName(file.fid)}`, 'identifierInvalid', field);
  requireRule(Number.isInteger(file.fid) && file.fid > 0 && file.fid <= 0xffff, 'fidOutOfRange', field);
  requireText(file.text, field);
  requireRule(file.clause !== '', 'clauseMissing', field);
  requireTransport(file, field);
  requireRule(file.erase === undefined || file.structure === 'fixed-records', 'eraseUnfit', field);
  if (file.structure === 'fixed-records') {
    requireRule(file.recordCount * file.recordSizeBytes === file.sizeBytes, 'fileSizeWrong', field);
  } else {
    requireElements(file);
  }
  return deepFreeze(file);
}

/** `EF05` for 0xEF05: the last step of a file's id. */
export function fidName(fid: number): string {
  return fid.toString(16).toUpperCase().padStart(4, '0');
}

/** CARD-FACTS 2.1: a protected update is computed under an STK; a plain one has none. */
function requireTransport(file: ElementaryFile, field: string): void {
  if (file.updateTransport === 'plain') {
    requireRule(file.updateMacSlot === null, 'macSlotUnused', field);
  } else {
    requireRule(file.updateMacSlot !== null, 'macSlotMissing', field);
  }
}

export function defineProduct(product: CardProduct): CardProduct {
  const field = `product ${product.id}`;
  const within = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;
  requireRule(/^[a-z][a-z0-9-]*$/.test(product.id), 'identifierInvalid', field);
  requireText(product.text, field);
  // The card factor is 8 of them, and ISO/IEC 7816-3 counts them in one nibble of T0.
  requireRule(within(product.historicalBytesLength, 8, 15), 'productInvalid', `${field}, historicalBytesLength`);
  requireRule(within(product.maxKeyVersionsPerSlot, 1, 255), 'productInvalid', `${field}, maxKeyVersionsPerSlot`);
  requireRule(within(product.maxBinaryBlockBytes, 1, 255), 'productInvalid', `${field}, maxBinaryBlockBytes`);
  return deepFreeze(product);
}
