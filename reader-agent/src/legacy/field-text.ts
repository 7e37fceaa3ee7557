/**
 * How the national interface shows an element: text as text, cn as its digits (nibble A is the point, F is nothing), b as
 * hex (CARD-FACTS 1.2, "interface view"); and back to the value that a patch takes.
 */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { decodeElement, type ElementValue } from '@rhc/card/codec';
import { type DataElement, nationalProfile, rhcBlank1 } from '@rhc/card/profile';

const OPTIONS = { ...rhcBlank1, profile: nationalProfile };

export function fieldText(element: DataElement, raw: Uint8Array): string {
  switch (element.storage) {
    case 'cn':
      return bytesToHex(raw).replace(/F+$/, '').replace('A', '.');
    case 'b':
      return raw.every((byte) => byte === 0xff) ? '' : bytesToHex(raw);
    default: {
      const { value } = decodeElement(element, raw, OPTIONS);
      return typeof value === 'string' ? value : '';
    }
  }
}

/** null: the text is no digits or hex of this element's length. */
export function valueOfField(element: DataElement, text: string): { readonly value: ElementValue } | null {
  if (element.storage === 'an' || element.storage === 'ans') return { value: text };
  const characters = element.sizeBytes * 2;
  const shape = element.storage === 'cn' ? /^[0-9]*\.?[0-9]*$/ : /^([0-9A-Fa-f]{2})*$/;
  if (!shape.test(text) || text.length > characters) return null;
  const hex = text.replace('.', 'A').toUpperCase().padEnd(characters, 'F');
  const decoded = decodeElement(element, hexToBytes(hex), OPTIONS);
  // Something was given and means nothing here: not the same as empty.
  return decoded.value === null && text !== '' ? null : { value: decoded.value };
}
