/** From numbers on the wire to names of the profile: directories, files, elements, key slots. */
import { bytesToHex } from '../bytes/index.ts';
import { decodeElement } from '../codec/index.ts';
import { elementsOf } from '../profile/define-profile.ts';
import type { CardKeySlotName, DataElement, ElementaryFile, PlacedElement, Text } from '../profile/types.ts';
import type { ExplainContext, ExplainedField } from './types.ts';

export const text = (zh: string, en: string): Text => ({ zh, en });
export const both = (same: string): Text => ({ zh: same, en: same });
export const hex = (...bytes: readonly number[]): string => bytesToHex(Uint8Array.from(bytes));

export function field(label: Text, raw: string | Uint8Array, meaning: Text | null = null): ExplainedField {
  return { label, raw: typeof raw === 'string' ? raw : bytesToHex(raw), meaning };
}

export function currentFile({ profile, file }: ExplainContext): ElementaryFile | null {
  return file === null ? null : profile.file(file);
}

export function fileText(file: ElementaryFile): Text {
  return text(`${file.id} ${file.text.zh}`, `${file.id} ${file.text.en}`);
}

export function elementText(element: DataElement): Text {
  return text(`${element.item} ${element.text.zh}`, `${element.item} ${element.text.en}`);
}

/** Slots with this key identifier in the current directory, or in any when it is not known. */
export function slotsOfKid({ profile, directory }: ExplainContext, kid: number): readonly CardKeySlotName[] {
  const slots = profile.keySlots.filter((slot) => slot.kid === kid);
  return slots.filter((slot) => directory === null || slot.directory === directory).map(({ name }) => name);
}

export function slotsText(context: ExplainContext, names: readonly CardKeySlotName[]): Text {
  if (names.length === 0) return text('当前目录没有此密钥', 'no such key in this directory');
  const slots = names.map((name) => context.profile.keySlot(name));
  return text(
    slots.map((slot) => `${slot.name} ${slot.text.zh}`).join(' / '),
    slots.map((slot) => `${slot.name} ${slot.text.en}`).join(' / '),
  );
}

/** By record number where the file is known, else by tag: item numbers are unique on the card. */
export function elementOfRecord(context: ExplainContext, record: number): DataElement | null {
  const file = currentFile(context);
  return file?.structure === 'tlv-records' ? (file.elements[record - 1] ?? null) : null;
}

export function elementOfTag(context: ExplainContext, tag: number): DataElement | null {
  const files = context.profile.files.filter((file) => file.structure === 'tlv-records');
  return files.flatMap(elementsOf).find(({ item }) => item === tag) ?? null;
}

/** Elements of the current transparent file that lie, wholly or in part, within the bytes. */
export function elementsWithin(context: ExplainContext, offset: number, length: number): readonly PlacedElement[] {
  const file = currentFile(context);
  if (file?.structure !== 'transparent') return [];
  return file.elements.filter(
    (element) => element.offset < offset + length && element.offset + element.sizeBytes > offset,
  );
}

/** The value as a person reads it. */
export function valueText(context: ExplainContext, element: DataElement, value: Uint8Array): Text {
  if (value.length !== element.sizeBytes) {
    return text(`应为 ${element.sizeBytes} 字节`, `must have ${element.sizeBytes} bytes`);
  }
  const decoded = decodeElement(element, value, { ...context.product, profile: context.profile });
  if (decoded.fault !== undefined) return decoded.fault;
  if (decoded.value === null) return text('空', 'empty');
  if (typeof decoded.value === 'boolean') return decoded.value ? text('是', 'yes') : text('否', 'no');
  const { value: shown, text: meaning } = decoded;
  return meaning === undefined ? both(shown) : text(`${shown} ${meaning.zh}`, `${shown} ${meaning.en}`);
}

/** A TLV record as tag, length and value; a record that is none stays as it is. */
export function tlvFields(context: ExplainContext, record: Uint8Array): readonly ExplainedField[] {
  const [tag, length] = record;
  if (tag === undefined || length === undefined || record.length !== length + 2) {
    return [field(text('数据', 'data'), record)];
  }
  const element = elementOfTag(context, tag);
  const value = record.slice(2);
  return [
    field(text('标志', 'tag'), hex(tag), element === null ? null : elementText(element)),
    field(text('长度', 'length'), hex(length), both(String(length))),
    field(text('值', 'value'), value, element === null ? null : valueText(context, element, value)),
  ];
}

/** Values of placed elements in a cyclic record or in a piece of a transparent file. */
export function placedFields(
  context: ExplainContext,
  elements: readonly PlacedElement[],
  content: Uint8Array,
  start: number,
): readonly ExplainedField[] {
  return elements.map((element) => {
    const from = element.offset - start;
    const value = content.slice(Math.max(0, from), Math.max(0, from + element.sizeBytes));
    const whole = from >= 0 && value.length === element.sizeBytes;
    const meaning = whole ? valueText(context, element, value) : text('仅一部分', 'a part only');
    return field(elementText(element), value, meaning);
  });
}
