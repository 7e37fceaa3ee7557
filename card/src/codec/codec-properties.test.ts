/** Round trips over all elements of the profile, and arbitrary bytes, which must never throw nor be read as something else. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CodeTable, DataElement } from '../profile/index.ts';
import { elementsOf, nationalProfile } from '../profile/index.ts';
import type { CodecOptions, ElementValue } from './index.ts';
import { decodeElement, encodeElement, encodeText } from './index.ts';

const elements = [...new Set(nationalProfile.files.flatMap(elementsOf))];
const options = fc.record({
  textEncoding: fc.constantFrom<CodecOptions['textEncoding']>('gbk', 'gb18030'),
  decimalPoint: fc.constantFrom<CodecOptions['decimalPoint']>('nibble-a', 'implied'),
});

/** Characters of both card encodings: ASCII without controls, and the unified ideographs of GB 2312's heart. */
const character = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  fc.integer({ min: 0x4e00, max: 0x9fa5 }).map((code) => String.fromCharCode(code)),
);

const twoDigits = (min: number, max: number) => fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));
const date = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), twoDigits(1, 12), twoDigits(1, 28))
  .map(([year, month, day]) => `${String(year).padStart(4, '0')}-${month}-${day}`);
const digits = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((list) => list.join(''));

/** A table that was not found takes every code; all zeros is how an unwritten field looks. */
function codeOf(table: CodeTable, { storage, sizeBytes }: DataElement): fc.Arbitrary<string> {
  if (table.source === undefined) return fc.constantFrom(...table.entries.map((entry) => entry.code));
  if (storage !== 'cn') return fc.constantFrom('1', '9', 'A');
  return digits(1, sizeBytes * 2).filter((value) => value.length < sizeBytes * 2 || /[1-9]/.test(value));
}

/** Canonical values of an element: those that must come back as they went in. */
function canonicalValue(element: DataElement): fc.Arbitrary<ElementValue> {
  const { meaning, sizeBytes } = element;
  switch (meaning.kind) {
    case 'text':
      return fc.array(character, { minLength: 1, maxLength: Math.ceil(sizeBytes / 2) }).map((list) => {
        let text = '';
        for (const next of list) if (encodeText(text + next, 'gbk', '').length <= sizeBytes) text += next;
        // A field of one byte cannot take an ideograph.
        return text === '' ? 'A' : text;
      });
    case 'digit-text':
      return digits(1, sizeBytes);
    case 'digits':
      // All zeros in the whole field is how an unwritten field looks.
      return digits(1, sizeBytes * 2).filter((value) => value.length < sizeBytes * 2 || /[1-9]/.test(value));
    case 'integer':
      return digits(1, sizeBytes * 2).map((value) => value.replace(/^0+(?=.)/, ''));
    case 'decimal':
      return fc.integer({ min: 0, max: 10 ** Math.min(sizeBytes * 2 - 1, 9) - 1 }).map((cents) => String(cents / 100));
    case 'date':
      return date;
    case 'date-time':
      return fc
        .tuple(date, twoDigits(0, 23), twoDigits(0, 59), twoDigits(0, 59))
        .map(([day, hours, minutes, seconds]) => `${day}T${hours}:${minutes}:${seconds}`);
    case 'flag':
      return fc.boolean();
    case 'code':
      return codeOf(nationalProfile.codeTable(meaning.table), element);
    case 'bytes':
      return fc
        .uint8Array({ minLength: sizeBytes, maxLength: sizeBytes })
        .filter((bytes) => bytes.some((byte) => byte !== 0) && bytes.some((byte) => byte !== 0xff))
        .map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase());
  }
}

describe('properties of the codecs', () => {
  test('the national profile has 382 elements: 57 TLV, 4 cyclic, 149 inpatient, 172 outpatient', () => {
    expect(elements).toHaveLength(57 + 4 + 149 + 172);
  });

  test('what is written is read back, and always fills the element', () => {
    const elementAndValue = fc
      .constantFrom(...elements)
      .chain((element) =>
        fc.tuple(
          fc.constant(element),
          fc.oneof({ weight: 9, arbitrary: canonicalValue(element) }, { weight: 1, arbitrary: fc.constant(null) }),
        ),
      );
    fc.assert(
      fc.property(elementAndValue, options, ([element, value], codecOptions) => {
        const bytes = encodeElement(element, value, codecOptions);
        expect(bytes).toHaveLength(element.sizeBytes);
        const decoded = decodeElement(element, bytes, codecOptions);
        expect(decoded.value).toBe(value);
        expect(decoded.fault).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });

  test('arbitrary bytes never throw, and what they are read as is written as bytes that read the same', () => {
    const elementAndBytes = fc
      .constantFrom(...elements)
      .chain((element) =>
        fc.tuple(fc.constant(element), fc.uint8Array({ minLength: element.sizeBytes, maxLength: element.sizeBytes })),
      );
    fc.assert(
      fc.property(elementAndBytes, ([element, bytes]) => {
        const decoded = decodeElement(element, bytes, { textEncoding: 'gb18030', decimalPoint: 'implied' });
        expect(decoded.raw).toHaveLength(element.sizeBytes * 2);
        // Unknown codes, damaged text, amounts with more decimals than we write: these are read only.
        const readOnly = ['text', 'code', 'decimal'].includes(element.meaning.kind);
        if (decoded.value === null || readOnly) return;
        const again = encodeElement(element, decoded.value, { textEncoding: 'gb18030', decimalPoint: 'implied' });
        expect(decodeElement(element, again, { textEncoding: 'gb18030', decimalPoint: 'implied' }).value).toBe(
          decoded.value,
        );
      }),
      { numRuns: 3000 },
    );
  });

  test('any string is either refused or comes back unchanged', () => {
    const { element } = nationalProfile.element('address1');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), options, (text, codecOptions) => {
        let bytes: Uint8Array;
        try {
          bytes = encodeElement(element, text, codecOptions);
        } catch (error) {
          expect(['TEXT_NOT_ENCODABLE', 'TEXT_TOO_LONG']).toContain((error as { code?: string }).code);
          return;
        }
        expect(decodeElement(element, bytes, codecOptions).value).toBe(text === '' ? null : text);
      }),
      { numRuns: 3000 },
    );
  });
});
