/**
 * Cards as fast-check sees them: every element of every file regular, empty, or any bytes at all. Made from the profile's
 * declarations, so that a new element is covered without a change here.
 */
import fc from 'fast-check';
import { concatBytes, hexToBytes, uint16 } from '../../src/bytes/index.ts';
import { type ElementValue, emptyElement, encodeElement } from '../../src/codec/index.ts';
import type { FileImage } from '../../src/personalization/types.ts';
import {
  type CardProfile,
  type DataElement,
  type ElementaryFile,
  nationalProfile,
  type PlacedElement,
  rhcBlank1,
} from '../../src/profile/index.ts';

export const context = { profile: nationalProfile, product: rhcBlank1 };
const options = { ...rhcBlank1, profile: nationalProfile };

const character = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  fc.integer({ min: 0x4e00, max: 0x9fa5 }).map((code) => String.fromCharCode(code)),
);
const twoDigits = (min: number, max: number) => fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));
const date = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), twoDigits(1, 12), twoDigits(1, 28))
  .map(([year, month, day]) => `${String(year).padStart(4, '0')}-${month}-${day}`);
const dateTime = fc
  .tuple(date, twoDigits(0, 23), twoDigits(0, 59), twoDigits(0, 59))
  .map(([day, ...clock]) => `${day}T${clock.join(':')}`);
const digits = (most: number) => fc.integer({ min: 1, max: 10 ** Math.min(most, 9) - 1 }).map((value) => String(value));

function regularValue(element: DataElement, profile: CardProfile): fc.Arbitrary<ElementValue> {
  const { meaning, sizeBytes, storage } = element;
  switch (meaning.kind) {
    case 'text':
      return fc
        .array(character, { minLength: 1, maxLength: Math.min(20, Math.floor(sizeBytes / 2) || 1) })
        .map((list) => (sizeBytes === 1 ? 'A' : list.join('')));
    case 'digit-text':
      return digits(sizeBytes);
    case 'digits':
    case 'integer':
      return digits(sizeBytes * 2);
    case 'decimal':
      return fc.integer({ min: 0, max: 10 ** Math.min(sizeBytes * 2 - 1, 9) - 1 }).map((cents) => String(cents / 100));
    case 'date':
      return date;
    case 'date-time':
      return dateTime;
    case 'flag':
      return fc.boolean();
    case 'code': {
      const { entries } = profile.codeTable(meaning.table);
      if (entries.length > 0) return fc.constantFrom(...entries.map(({ code }) => code));
      return storage === 'cn' ? digits(sizeBytes * 2) : fc.constantFrom('1', '9', 'A');
    }
    case 'bytes':
      return bytesHex(sizeBytes).filter((hex) => !/^(00)*$|^(FF)*$/.test(hex));
  }
}

function bytesHex(length: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase());
}

/** `any`: bytes that no writer of ours would leave; otherwise only what `encodeElement` writes. */
function elementBytes(element: DataElement, any: boolean): fc.Arbitrary<Uint8Array> {
  const empty = fc.constant(emptyElement(element));
  const regular = regularValue(element, nationalProfile).map((value) => encodeElement(element, value, options));
  if (!any) return fc.oneof({ weight: 1, arbitrary: empty }, { weight: 2, arbitrary: regular });
  const random = fc.uint8Array({ minLength: element.sizeBytes, maxLength: element.sizeBytes });
  const filled = fc.constantFrom(0x00, 0xff).map((byte) => new Uint8Array(element.sizeBytes).fill(byte));
  return fc.oneof(empty, regular, random, filled);
}

function placedBytes(elements: readonly PlacedElement[], size: number, any: boolean): fc.Arbitrary<Uint8Array> {
  return fc.tuple(...elements.map((element) => elementBytes(element, any))).map((parts) => {
    const content = new Uint8Array(size);
    for (const [index, element] of elements.entries()) content.set(parts[index] ?? new Uint8Array(), element.offset);
    return content;
  });
}

function photoBytes(file: ElementaryFile, any: boolean): fc.Arbitrary<Uint8Array> {
  const jpeg = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((photo) => {
    const content = new Uint8Array(file.sizeBytes);
    content.set(concatBytes(uint16(photo.length), photo));
    return content;
  });
  const none = fc.constant(new Uint8Array(file.sizeBytes));
  const residue = fc
    .tuple(jpeg, fc.nat({ max: 255 }))
    .map(([content, byte]) => content.with(file.sizeBytes - 1, byte) as Uint8Array);
  const impossible = fc.constant(new Uint8Array(file.sizeBytes).fill(0xff));
  return any ? fc.oneof(jpeg, none, residue, impossible) : fc.oneof(jpeg, none);
}

function fileContents(file: ElementaryFile, any: boolean): fc.Arbitrary<readonly Uint8Array[]> {
  switch (file.structure) {
    case 'tlv-records':
      return fc.tuple(
        ...file.elements.map((element) =>
          elementBytes(element, any).map((bytes) => concatBytes(Uint8Array.of(element.item, element.sizeBytes), bytes)),
        ),
      );
    case 'cyclic': {
      const size = file.recordSizeBytes;
      const written = placedBytes(file.elements, size, any);
      if (any) return fc.array(fc.oneof(written, fc.constant(new Uint8Array(size))), exactly(file.recordCount));
      return fc
        .array(
          written.filter((record) => record.some((byte) => byte !== 0 && byte !== 0xff)),
          { maxLength: file.recordCount },
        )
        .map((list) => Array.from({ length: file.recordCount }, (_, k) => list[k] ?? new Uint8Array(size)));
    }
    case 'fixed-records': {
      const flag = any ? fc.constantFrom(0x00, 0xff, 0x5a) : fc.constantFrom(0x00, 0xff);
      return fc.array(
        flag.map((byte) => Uint8Array.of(byte)),
        exactly(file.recordCount),
      );
    }
    case 'transparent':
      return file.elements.length === 0
        ? photoBytes(file, any).map((content) => [content])
        : placedBytes(file.elements, file.sizeBytes, any).map((content) => [content]);
  }
}

function exactly(length: number) {
  return { minLength: length, maxLength: length };
}

/** All files of a card. Regular: what personalization, patch and visits of ours leave (empty slots are 00). */
export function arbitraryCard(any: boolean): fc.Arbitrary<readonly FileImage[]> {
  return fc
    .tuple(...nationalProfile.files.map((file) => fileContents(file, any)))
    .map((contents) => nationalProfile.files.map(({ id }, k) => ({ file: id, contents: contents[k] ?? [] })))
    .map((images) => (any ? images : clearEmptySlots(images)));
}

function clearEmptySlots(images: readonly FileImage[]): readonly FileImage[] {
  const byFile = new Map(images.map((image) => [image.file, image]));
  return images.map((image) => {
    const file = nationalProfile.file(image.file);
    if (file.structure !== 'transparent' || file.index === undefined) return image;
    const flag = byFile.get(file.index.file)?.contents[file.index.recordNumber - 1]?.[0];
    return flag === 0x00 ? image : { ...image, contents: [new Uint8Array(file.sizeBytes)] };
  });
}

/** A card on which nothing but the issuer's data stands. */
export function emptyCard(): readonly FileImage[] {
  return nationalProfile.files.map((file) => ({ file: file.id, contents: emptyContents(file) }));
}

function emptyContents(file: ElementaryFile): readonly Uint8Array[] {
  switch (file.structure) {
    case 'tlv-records':
      return file.elements.map((element) =>
        concatBytes(Uint8Array.of(element.item, element.sizeBytes), emptyElement(element)),
      );
    case 'cyclic':
      return Array.from({ length: file.recordCount }, () => new Uint8Array(file.recordSizeBytes));
    case 'fixed-records':
      return Array.from({ length: file.recordCount }, () => hexToBytes('FF'));
    case 'transparent':
      return [new Uint8Array(file.sizeBytes)];
  }
}
