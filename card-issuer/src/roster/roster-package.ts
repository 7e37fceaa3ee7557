/**
 * A roster with its photos as one ZIP: one table (CSV or XLSX) and JPEG files beside it or in folders below. A photo is
 * found by the file name that its row gives, or, where the row gives none, by a file named as the document number.
 */
import { type FieldFault, isRhcError, type Text } from '@rhc/card/errors';
import { unzipSync } from 'fflate';
import { textOf } from '../domain/charset.ts';
import { type EnrolmentRule, ROSTER_ROW_RULES } from '../domain/enrolment-rules.ts';
import { tooLargePhoto } from '../domain/photo.ts';
import { issuerErrors } from '../errors.ts';

/** Held in memory with what is unzipped of it: some 20,000 photos of the chip's size. */
export const MAX_PACKAGE_BYTES = 64 * 1024 * 1024;
const MAX_UNZIPPED_BYTES = 2 * MAX_PACKAGE_BYTES;
/** A larger photo is not unzipped: its size says all that its report needs. */
const MAX_UNZIPPED_PHOTO_BYTES = 64 * 1024;

export interface RosterPhotos {
  /** Neither when there is none and none was named. */
  find(
    file: string,
    documentNumber: string,
  ): { readonly photo: Uint8Array | null; readonly fault: EnrolmentRule | null };
}
export interface RosterPackage {
  readonly table: { readonly name: string; readonly bytes: Uint8Array };
  readonly photos: RosterPhotos;
}

const NONE = { photo: null, fault: null };
/** A table that came alone. */
export const NO_PHOTOS: RosterPhotos = {
  find: (file) => (file === '' ? NONE : { photo: null, fault: ROSTER_ROW_RULES.photoNotSent }),
};

/** @throws ROSTER_UNREADABLE */
export function openPackage(zip: Uint8Array): RosterPackage {
  const sizes = new Map<string, number>();
  let unzipped = 0;
  const files = unpacked(zip, (name, bytes) => {
    if (/(^|\/)(__MACOSX\/|\.)/.test(name) || !/\.(csv|xlsx|jpe?g)$/i.test(name)) return false;
    sizes.set(name, bytes);
    if (isPhoto(name) && bytes > MAX_UNZIPPED_PHOTO_BYTES) return false;
    unzipped += bytes;
    if (unzipped > MAX_UNZIPPED_BYTES) throw tooMuch();
    return true;
  });
  const tables = [...files.keys()].filter((name) => !isPhoto(name));
  const [name] = tables;
  if (name === undefined || tables.length > 1) throw unclear(tables);
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  const photos = [...sizes.keys()].filter(isPhoto);
  const byPath = new Map(
    photos.map((path) => [pathKey(path.startsWith(folder) ? path.slice(folder.length) : path), path]),
  );
  const byName = new Map(photos.map((path) => [pathKey(path.slice(path.lastIndexOf('/') + 1)), path]));
  const byNumber = new Map([...byName].map(([file, path]) => [file.replace(/\.[^.]*$/, ''), path]));
  return {
    table: { name, bytes: files.get(name) ?? new Uint8Array() },
    photos: {
      find: (file, documentNumber) => {
        const path =
          file === ''
            ? byNumber.get(pathKey(documentNumber))
            : (byPath.get(pathKey(file)) ?? byName.get(pathKey(file)));
        if (path === undefined) return NO_PHOTOS.find(file, documentNumber);
        const photo = files.get(path);
        return photo === undefined
          ? { photo: null, fault: tooLargePhoto(sizes.get(path) ?? 0) }
          : { photo, fault: null };
      },
    },
  };
}

const isPhoto = (name: string): boolean => /\.jpe?g$/i.test(name);
const pathKey = (path: string): string =>
  path
    .replaceAll('\\', '/')
    .replace(/^\.?\//, '')
    .toUpperCase();

function unpacked(zip: Uint8Array, wants: (name: string, bytes: number) => boolean): Map<string, Uint8Array> {
  try {
    const files = unzipSync(zip, { filter: ({ name, originalSize }) => wants(readName(name), originalSize) });
    return new Map(Object.entries(files).map(([name, bytes]) => [readName(name), bytes]));
  } catch (cause) {
    if (isRhcError(cause)) throw cause;
    throw unreadable({ zh: '不是可读的 ZIP 文件', en: 'is no ZIP file that can be read' }, cause);
  }
}

/**
 * Windows writes names in the system's charset and does not say so; what the archive does not declare to be UTF-8 arrives
 * as one character an octet (APPNOTE.TXT 4.4.4, bit 11).
 */
function readName(name: string): string {
  const octets = Buffer.from(name, 'latin1');
  const declared = octets.toString('latin1') !== name;
  return (declared ? name : textOf(octets)).replaceAll('\\', '/');
}

const unreadable = (rule: Text, cause?: unknown) => {
  const fields: FieldFault[] = [{ field: '(file)', rule }];
  return issuerErrors.make('ROSTER_UNREADABLE', { fields, cause });
};
const unclear = (tables: readonly string[]) =>
  unreadable(
    tables.length === 0
      ? { zh: 'ZIP 中没有名册(CSV 或 XLSX)', en: 'there is no roster (CSV or XLSX) in the ZIP' }
      : {
          zh: `ZIP 中有 ${tables.length} 个表格，只能有一个`,
          en: `there are ${tables.length} tables in the ZIP; one is allowed`,
        },
  );
const tooMuch = () =>
  unreadable({
    zh: `解压后超过 ${MAX_UNZIPPED_BYTES / 1024 / 1024} MB：请分成几个 ZIP`,
    en: `more than ${MAX_UNZIPPED_BYTES / 1024 / 1024} MB when unzipped: split it into several`,
  });
