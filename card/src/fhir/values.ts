/** Card values as FHIR data types and back. What FHIR cannot say is left out; its bytes stand among the irregular elements. */
import type { CodedValue } from '../summary/types.ts';
import type { CodeableConcept, Element, Extension } from './fhir-types.ts';
import { codeSystemOf, DATA_ABSENT_REASON, extensionUrl, TRANSLATION } from './systems.ts';

/** China has one time zone; the card writes local time without one, FHIR asks for it. */
const CHINA_OFFSET = '+08:00';

/** FHIR strings hold no control characters but tab and line ends (R4 datatypes, string). */
export function fhirText(text: string | null | undefined): string | undefined {
  if (text === null || text === undefined || text === '') return undefined;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f) return undefined;
  }
  return text;
}

/** R4 datatypes, code: no space at the ends, single spaces within. */
export function isFhirCode(code: string): boolean {
  return /^[^\s]+(\s[^\s]+)*$/.test(code) && fhirText(code) !== undefined;
}

export function concept(table: string, { code, zh, en }: CodedValue): CodeableConcept {
  if (!isFhirCode(code)) return compact({ text: fhirText(code) });
  const display = zh === null ? {} : { display: zh, ...(en === null ? {} : { _display: translation(en) }) };
  return { coding: [{ system: codeSystemOf(table), code, ...display }] };
}

function translation(en: string): Element {
  const parts: readonly Extension[] = [
    { url: 'lang', valueCode: 'en' },
    { url: 'content', valueString: en },
  ];
  return { extension: [{ url: TRANSLATION, extension: parts }] };
}

/** A code of another terminology with the name that the card has for it. */
export function namedConcept(system: string, code: string | undefined, name: string | undefined): CodeableConcept {
  const text = fhirText(name);
  return compact({ coding: code === undefined ? undefined : [{ system, code }], text });
}

export function codeIn(found: CodeableConcept | undefined, system: string): string | undefined {
  return found?.coding?.find((coding) => coding.system === system)?.code;
}

/** Code of a table of the card, or the text that stands for a code that FHIR cannot hold. */
export function tableCode(found: CodeableConcept | undefined, table: string): string | undefined {
  return codeIn(found, codeSystemOf(table)) ?? found?.text;
}

export function codedOf(found: CodeableConcept | undefined, table: string): CodedValue | null {
  const code = tableCode(found, table);
  return code === undefined ? null : { code, zh: null, en: null };
}

export function absent(reason: 'unknown' | 'unsupported' = 'unknown'): Element {
  return { extension: [{ url: DATA_ABSENT_REASON, valueCode: reason }] };
}

export function toDateTime(local: string): string {
  return local.includes('T') ? local + CHINA_OFFSET : local;
}

export function fromDateTime(value: string | undefined): string | undefined {
  return value?.endsWith(CHINA_OFFSET) ? value.slice(0, -CHINA_OFFSET.length) : value;
}

/** The number, where JSON's number says exactly the same digits. */
export function toNumber(digits: string | undefined): number | undefined {
  if (digits === undefined) return undefined;
  const value = Number(digits);
  return String(value) === digits ? value : undefined;
}

export function textExtension(name: string, text: string | null): readonly Extension[] {
  const valueString = fhirText(text);
  return valueString === undefined ? [] : [{ url: extensionUrl(name), valueString }];
}

export function codeExtension(name: string, table: string, value: CodedValue | null | undefined): readonly Extension[] {
  if (value === null || value === undefined) return [];
  return [{ url: extensionUrl(name), valueCodeableConcept: concept(table, value) }];
}

export function binaryExtension(name: string, hex: string | null): readonly Extension[] {
  return hex === null ? [] : [{ url: extensionUrl(name), valueBase64Binary: hexToBase64(hex) }];
}

export function findExtension(
  owner: { readonly extension?: readonly Extension[] } | undefined,
  name: string,
): Extension | undefined {
  return owner?.extension?.find(({ url }) => url === extensionUrl(name));
}

export function hexOf(extension: Extension | undefined): string | null {
  return extension?.valueBase64Binary === undefined ? null : base64ToHex(extension.valueBase64Binary);
}

export function hexToBase64(hex: string): string {
  return btoa(hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))));
}

export function base64ToHex(base64: string): string {
  return [...atob(base64)]
    .map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

/** Without the members that are undefined or hold nothing: FHIR knows no empty element. */
export function compact<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(object).filter(([, value]) => {
    if (value === undefined) return false;
    return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
  });
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> };
}
