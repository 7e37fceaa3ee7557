/**
 * `defineProfile` puts directories, key slots, files and code tables together, refuses what contradicts itself only when
 * seen together, and answers look-ups. CARD-FACTS 1–3.
 */
import { deepFreeze } from './deep-freeze.ts';
import { profileErrors, requireRule } from './errors.ts';
import type { Access, CardProfile, CodeTable, DataElement, Directory, ElementaryFile, KeySlot } from './types.ts';
import { CARD_KEY_SLOTS } from './types.ts';

export interface ProfileDeclaration {
  readonly version: string;
  readonly directories: readonly Directory[];
  readonly keySlots: readonly KeySlot[];
  readonly files: readonly ElementaryFile[];
  readonly codeTables: readonly CodeTable[];
}

export function defineProfile(declaration: ProfileDeclaration): CardProfile {
  requireDirectories(declaration);
  requireKeySlots(declaration);
  requireCodeTables(declaration);
  requireFiles(declaration);
  return withLookUps(declaration);
}

export function elementsOf(file: ElementaryFile): readonly DataElement[] {
  return file.structure === 'fixed-records' ? [] : file.elements;
}

function requireDirectories({ directories }: ProfileDeclaration): void {
  const names = new Set(directories.map((directory) => directory.name));
  requireRule(names.size === directories.length, 'directoryRepeated', 'directories');
  const fids = new Set(directories.map((directory) => directory.fid));
  requireRule(fids.size === directories.length, 'fidRepeated', 'directories');
  for (const { name, parent } of directories) {
    requireRule(parent === null ? name === 'MF' : names.has(parent), 'directoryUnknown', `directory ${name}`);
  }
}

function requireKeySlots({ directories, keySlots }: ProfileDeclaration): void {
  const names = new Set<string>();
  const places = new Set<string>();
  for (const slot of keySlots) {
    const field = `key slot ${slot.name}`;
    const place = `${slot.directory}/${slot.kid}`;
    requireRule(
      directories.some((directory) => directory.name === slot.directory),
      'directoryUnknown',
      field,
    );
    requireRule(!names.has(slot.name) && !places.has(place), 'keySlotRepeated', field);
    names.add(slot.name);
    places.add(place);
  }
  for (const name of CARD_KEY_SLOTS) requireRule(names.has(name), 'keySlotMissing', `key slot ${name}`);
}

function requireCodeTables({ codeTables }: ProfileDeclaration): void {
  const ids = new Set(codeTables.map((table) => table.id));
  requireRule(ids.size === codeTables.length, 'codeTableRepeated', 'code tables');
}

function requireFiles(declaration: ProfileDeclaration): void {
  const fids = new Set<string>(declaration.directories.map((child) => `${child.parent}/${child.fid}`));
  const elements = new Map<string, { file: ElementaryFile; layout: readonly DataElement[] }>();
  const tags = new Map<string, readonly DataElement[]>();
  for (const file of declaration.files) {
    const field = `file ${file.id}`;
    requireRule(
      declaration.directories.some((d) => d.name === file.directory),
      'directoryUnknown',
      field,
    );
    requireRule(!fids.has(`${file.directory}/${file.fid}`), 'fidRepeated', field);
    fids.add(`${file.directory}/${file.fid}`);
    requireAccess(declaration, file, field);
    requireIndex(declaration, file, field);
    const layout = elementsOf(file);
    for (const element of layout) {
      const at = `${field}, element ${element.id}`;
      // Slots of one kind (EE01–EE03, ED01–ED05) share one layout, the same list of elements; nothing else may repeat.
      const earlier = elements.get(element.id);
      requireRule(earlier === undefined || earlier.layout === layout, 'elementRepeated', at);
      elements.set(element.id, { file, layout });
      const tag = `${file.directory}/${element.item}`;
      requireRule(tags.get(tag) === undefined || tags.get(tag) === layout, 'tagRepeated', at);
      tags.set(tag, layout);
      requireCodes(declaration, element, at);
    }
  }
}

function requireAccess({ keySlots }: ProfileDeclaration, file: ElementaryFile, field: string): void {
  const known = (name: string): KeySlot => {
    const slot = keySlots.find((candidate) => candidate.name === name);
    requireRule(slot !== undefined, 'keySlotUnknown', field);
    requireRule(slot.directory === file.directory, 'keySlotOfOtherDirectory', field);
    return slot;
  };
  const accesses: readonly (Access | undefined)[] = [file.read, file.update, file.erase];
  for (const access of accesses) {
    if (access?.kind === 'key') requireRule(known(access.slot).class !== 'STK', 'accessSlotIsMaintenance', field);
  }
  if (file.updateMacSlot !== null) {
    requireRule(known(file.updateMacSlot).class === 'STK', 'macSlotNotMaintenance', field);
  }
}

function requireIndex({ files }: ProfileDeclaration, file: ElementaryFile, field: string): void {
  if (file.structure !== 'transparent' || file.index === undefined) return;
  const { file: indexId, recordNumber } = file.index;
  const index = files.find((candidate) => candidate.id === indexId);
  requireRule(index !== undefined && index.structure === 'fixed-records', 'indexUnknown', field);
  requireRule(recordNumber >= 1 && recordNumber <= index.recordCount, 'indexUnknown', field);
}

function requireCodes({ codeTables }: ProfileDeclaration, element: DataElement, at: string): void {
  if (element.meaning.kind !== 'code') return;
  const tableId = element.meaning.table;
  const table = codeTables.find((candidate) => candidate.id === tableId);
  requireRule(table !== undefined, 'codeTableUnknown', at);
  for (const { code } of table.entries) requireRule(codeFits(element, code), 'codeTooWide', `${at}, code ${code}`);
}

function codeFits({ storage, sizeBytes }: DataElement, code: string): boolean {
  if (storage === 'cn') return /^[0-9]+$/.test(code) && code.length <= sizeBytes * 2;
  // FF is kept free: it says "empty".
  if (storage === 'b') return /^[0-9]+$/.test(code) && Number(code) < 0xff;
  return code.length <= sizeBytes;
}

function withLookUps(declaration: ProfileDeclaration): CardProfile {
  const index = <T>(entries: readonly T[], keyOf: (entry: T) => string, kind: string): ((key: string) => T) => {
    const map = new Map(entries.map((entry) => [keyOf(entry), entry]));
    return (key) => {
      const found = map.get(key);
      if (found === undefined) throw profileErrors.make('PROFILE_ENTRY_UNKNOWN', { detail: `${kind} ${key}` });
      return found;
    };
  };
  // An element of EE01–EE03 or ED01–ED05 is answered with the first slot's file.
  const placed = declaration.files.flatMap((file) => elementsOf(file).map((element) => ({ file, element })));
  return deepFreeze({
    ...declaration,
    file: index(declaration.files, (file) => file.id, 'file'),
    directory: index(declaration.directories, (directory) => directory.name, 'directory'),
    keySlot: index(declaration.keySlots, (slot) => slot.name, 'key slot'),
    codeTable: index(declaration.codeTables, (table) => table.id, 'code table'),
    element: index(placed.toReversed(), ({ element }) => element.id, 'element'),
  });
}
