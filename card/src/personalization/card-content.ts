/**
 * The whole content of a card, file by file in profile order, as the bytes that stand on the chip (CARD-FACTS 1.3, 1.4;
 * ADR 001 "Data"). Files that hold nothing yet are images too, so that the read-back and the digest cover every byte.
 */
import { concatBytes, uint16 } from '../bytes/index.ts';
import { encodeElement } from '../codec/index.ts';
import type { Text } from '../errors/index.ts';
import type {
  CardProduct,
  CardProfile,
  CyclicFile,
  DataElement,
  ElementaryFile,
  TransparentFile,
} from '../profile/types.ts';
import { personalizationErrors } from './errors.ts';
import type { CardData, ElementValue, FileImage } from './types.ts';

export const PHOTO_FILE = 'DDF1/EF07';
export const ALLERGY_FILE = 'DF02/EF07';
export const IMMUNIZATION_FILE = 'DF02/EF08';
export const MAX_PHOTO_BYTES = 3072;

/** Flag of an index record whose visit slot holds nothing. */
const SLOT_EMPTY = 0xff;

export function encodeCardData(profile: CardProfile, product: CardProduct, data: CardData): readonly FileImage[] {
  refuseUnknownElements(profile, data);
  return profile.files.map((file) => ({ file: file.id, contents: contentsOf(file, profile, product, data) }));
}

function contentsOf(
  file: ElementaryFile,
  profile: CardProfile,
  product: CardProduct,
  data: CardData,
): readonly Uint8Array[] {
  const encode = (element: DataElement, value: ElementValue) => encodeElement(element, value, { ...product, profile });
  switch (file.structure) {
    case 'tlv-records':
      return file.elements.map((element) => {
        const value = encode(element, data.elements[element.id] ?? null);
        return concatBytes(Uint8Array.of(element.item, value.length), value);
      });
    case 'cyclic':
      return cyclicRecords(file, cyclicEntries(file, data), encode);
    case 'fixed-records':
      return Array.from({ length: file.recordCount }, () => new Uint8Array(file.recordSizeBytes).fill(SLOT_EMPTY));
    case 'transparent':
      return [file.id === PHOTO_FILE ? photoContent(file, data.photo) : new Uint8Array(file.sizeBytes)];
  }
}

/** Values in the order of the record's elements. */
function cyclicEntries(file: CyclicFile, data: CardData): readonly (readonly ElementValue[])[] {
  if (file.id === ALLERGY_FILE) return data.allergies.map((entry) => [entry.substance, entry.reaction]);
  if (file.id === IMMUNIZATION_FILE) return data.immunizations.map((entry) => [entry.name, entry.date]);
  return [];
}

/** Always the full number of records, the unused ones 00: a repeated run then ends in the same content (ADR 001). */
function cyclicRecords(
  file: CyclicFile,
  entries: readonly (readonly ElementValue[])[],
  encode: (element: DataElement, value: ElementValue) => Uint8Array,
): readonly Uint8Array[] {
  if (entries.length > file.recordCount) {
    const most = file.recordCount;
    refuse(file.id, { zh: `最多 ${most} 条记录`, en: `holds at most ${most} records, ${entries.length} were given` });
  }
  return Array.from({ length: file.recordCount }, (_, index) => {
    const record = new Uint8Array(file.recordSizeBytes);
    const values = entries[index];
    if (values === undefined) return record;
    for (const [i, element] of file.elements.entries()) {
      record.set(encode(element, values[i] ?? null), element.offset);
    }
    return record;
  });
}

/** 2-byte length, JPEG, 00 to the end of the file (CARD-FACTS 1.4). */
function photoContent(file: TransparentFile, photo: Uint8Array | null): Uint8Array {
  const content = new Uint8Array(file.sizeBytes);
  if (photo === null) return content;
  if (photo.length === 0 || photo.length > MAX_PHOTO_BYTES) {
    refuse('photo', {
      zh: `照片须为 1–${MAX_PHOTO_BYTES} 字节的 JPEG,现为 ${photo.length} 字节`,
      en: `must be a JPEG of 1 to ${MAX_PHOTO_BYTES} bytes, this has ${photo.length}`,
    });
  }
  content.set(uint16(photo.length));
  content.set(photo, 2);
  return content;
}

/** A misspelt element would leave its place on the card empty without a word. */
function refuseUnknownElements(profile: CardProfile, data: CardData): void {
  const known = new Set(
    profile.files.flatMap((file) => (file.structure === 'tlv-records' ? file.elements.map(({ id }) => id) : [])),
  );
  for (const id of Object.keys(data.elements)) {
    if (!known.has(id)) refuse(id, { zh: '卡片规范中没有此数据元', en: 'is no element of a record file of the card' });
  }
}

function refuse(field: string, rule: Text): never {
  throw personalizationErrors.make('PERSONALIZATION_DATA_INVALID', { fields: [{ field, rule }] });
}
