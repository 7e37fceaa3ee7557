/** The bytes of records and files as elements that can be shown (CARD-FACTS 1.3). */
import { ByteReader, hexToBytes, readUint16 } from '../bytes/index.ts';
import { decodeElement } from '../codec/index.ts';
import { cardErrors } from '../commands/index.ts';
import type { CardProduct, CardProfile, DataElement, PlacedElement } from '../profile/types.ts';
import type { DecodedElement } from './types.ts';

export interface DecodeContext {
  readonly profile: CardProfile;
  readonly product: CardProduct;
}

export function decodeValue(context: DecodeContext, element: DataElement, value: Uint8Array): DecodedElement {
  const decoded = decodeElement(element, value, { ...context.product, profile: context.profile });
  const shown = { id: element.id, item: element.item, label: element.text, value: decoded.value };
  const raw = hexToBytes(decoded.raw);
  return decoded.text === undefined ? { ...shown, raw } : { ...shown, text: decoded.text, raw };
}

/** Tag, length, value of the full defined length; anything else is a damaged card. */
export function decodeTlvRecord(context: DecodeContext, element: DataElement, record: Uint8Array): DecodedElement {
  return decodeValue(context, element, valueOfTlvRecord(element, record));
}

export function valueOfTlvRecord(element: DataElement, record: Uint8Array): Uint8Array {
  try {
    const reader = new ByteReader(record);
    const tag = reader.uint8('tag');
    const value = reader.take(reader.uint8('length'), 'value');
    reader.end('record');
    if (tag === element.item && value.length === element.sizeBytes) return value;
  } catch {
    // Falls through to the same error as a wrong tag or length.
  }
  throw cardErrors.make('CARD_CONTENT_INVALID', { detail: `record of element ${element.id}, ${record.length} bytes` });
}

export function decodePlaced(
  context: DecodeContext,
  elements: readonly PlacedElement[],
  content: Uint8Array,
): readonly DecodedElement[] {
  return elements.map((element) => {
    const value = content.slice(element.offset, element.offset + element.sizeBytes);
    if (value.length === element.sizeBytes) return decodeValue(context, element, value);
    const detail = `element ${element.id} lies beyond ${content.length} bytes`;
    throw cardErrors.make('CARD_CONTENT_INVALID', { detail });
  });
}

/** Never written: as CREATE FILE and personalization leave it. */
export function isEmptyRecord(record: Uint8Array): boolean {
  return record.every((byte) => byte === 0x00) || record.every((byte) => byte === 0xff);
}

/** Length that the photo file's first two bytes announce; 0 = no photo. */
export function photoLength(head: Uint8Array, fileSizeBytes: number): number {
  const length = readUint16(head);
  if (length === 0xffff) return 0;
  if (length > fileSizeBytes - 2) throw cardErrors.make('CARD_CONTENT_INVALID', { detail: `photo of ${length} bytes` });
  return length;
}
