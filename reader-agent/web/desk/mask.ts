/** What bystanders may read: identity and contacts are masked until the clerk holds the key (FIELD.md, "Clinic"). */
import type { DecodedElementView } from '../../src/contract/index.ts';

const MASKED = new Set(['name', 'idNumber', 'cardNumber', 'birthDate', 'phone1', 'phone2']);

export function mask(text: string): string {
  const letters = [...text];
  if (letters.length <= 1) return '＊';
  if (letters.length <= 4) return `${letters[0]}${'＊'.repeat(letters.length - 1)}`;
  return `${letters.slice(0, 3).join('')}${'*'.repeat(letters.length - 5)}${letters.slice(-2).join('')}`;
}

/** Null when the card holds nothing there. `all`: other people's data too (contacts). */
export function shownValue(element: DecodedElementView, shown: boolean, all = false): string | null {
  const { id, value, text } = element;
  if (value === null || value === '') return null;
  if (text !== undefined) return `${text.zh} ${text.en}`;
  if (typeof value === 'boolean') return value ? '是 yes' : '否 no';
  return (all || MASKED.has(id)) && !shown ? mask(value) : value;
}
