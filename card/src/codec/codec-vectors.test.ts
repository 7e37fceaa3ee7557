/** Every vector of test-vectors/codec, through one loop each. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '../bytes/index.ts';
import { isRhcError } from '../errors/index.ts';
import { elementsOf, nationalProfile } from '../profile/index.ts';
import type { CodecOptions, ElementValue } from './index.ts';
import {
  decodeElement,
  encodeElement,
  encodeText,
  idNumberCheckCharacter,
  isIdNumber,
  parseIdNumber,
} from './index.ts';

const BLANK_1: CodecOptions = { textEncoding: 'gbk', decimalPoint: 'nibble-a' };

function vectors<T>(name: string): T {
  const path = join(__dirname, '../../../test-vectors/codec', name);
  const { source, licence, count, cases } = JSON.parse(readFileSync(path, 'utf8'));
  // The count stands in the file so that a lost vector is noticed.
  const found = Array.isArray(cases) ? cases.length : Object.values(cases).flat().length;
  if (!source || !licence || found !== count) throw new Error(`${name}: ${found} vectors, ${count} announced`);
  return cases as T;
}

interface ElementVector {
  readonly element: string;
  readonly value: ElementValue;
  readonly hex: string;
  readonly text?: string;
  readonly options?: Partial<CodecOptions>;
}

const elementVectors = vectors<ElementVector[]>('elements.json');

describe('elements.json, both ways', () => {
  test.each(elementVectors)('$element $value', ({ element: id, value, hex, text, options }) => {
    const { element } = nationalProfile.element(id);
    const withOptions = { ...BLANK_1, ...options };
    expect(bytesToHex(encodeElement(element, value, withOptions))).toBe(hex);
    const decoded = decodeElement(element, hexToBytes(hex), withOptions);
    expect(decoded).toEqual({
      value,
      raw: hex,
      ...(text === undefined ? {} : { text: expect.objectContaining({ zh: text }) }),
    });
  });

  test('every kind of meaning has a vector', () => {
    const kinds = new Set(elementVectors.map((vector) => nationalProfile.element(vector.element).element.meaning.kind));
    const all = new Set(nationalProfile.files.flatMap(elementsOf).map((element) => element.meaning.kind));
    expect(kinds).toEqual(all);
  });
});

interface ForeignVector {
  readonly why: string;
  readonly element: string;
  readonly hex: string;
  readonly value?: ElementValue;
  readonly text?: string;
  readonly fault?: boolean;
}

describe('foreign.json: what other cards hold is read or named as faulty, never thrown', () => {
  test.each(vectors<ForeignVector[]>('foreign.json'))('$element: $why', ({ element: id, hex, value, text, fault }) => {
    const decoded = decodeElement(nationalProfile.element(id).element, hexToBytes(hex), BLANK_1);
    if (value !== undefined) expect(decoded.value).toBe(value);
    expect(decoded.text?.zh).toBe(text);
    expect(decoded.fault !== undefined).toBe(fault === true);
    expect(decoded.raw).toBe(hex);
  });
});

interface RefusedVector {
  readonly element: string;
  readonly value: ElementValue;
  readonly code: string;
  readonly rule?: string;
}

describe('refused.json: what cannot be written is refused with the element and the rule', () => {
  test.each(vectors<RefusedVector[]>('refused.json'))(
    '$element $value → $code',
    ({ element: id, value, code, rule }) => {
      const { element } = nationalProfile.element(id);
      try {
        encodeElement(element, value, BLANK_1);
      } catch (error) {
        if (!isRhcError(error)) throw error;
        expect(error.code).toBe(code);
        expect(error.fields).toEqual([
          { field: id, rule: { zh: expect.stringContaining(rule ?? ''), en: expect.stringContaining(rule ?? '') } },
        ]);
        expect(error.httpStatus).toBe(422);
        return;
      }
      throw new Error('was not refused');
    },
  );

  test('an element of another length is refused when read', () => {
    const { element } = nationalProfile.element('birthDate');
    expect(() => decodeElement(element, new Uint8Array(5), BLANK_1)).toThrow(/ELEMENT_SIZE_WRONG/);
  });
});

interface IdNumberVectors {
  readonly valid: { idNumber: string; region: string; birthDate: string; sex: string }[];
  readonly invalid: { idNumber: string; rule: string }[];
}

describe('id-numbers.json', () => {
  const { valid, invalid } = vectors<IdNumberVectors>('id-numbers.json');

  test.each(valid)('$idNumber is valid', ({ idNumber, ...parts }) => {
    expect(isIdNumber(idNumber)).toBe(true);
    expect(idNumberCheckCharacter(idNumber.slice(0, 17))).toBe(idNumber[17]);
    expect(parseIdNumber(idNumber)).toMatchObject(parts);
  });

  test.each(invalid)('"$idNumber" is refused: $rule', ({ idNumber, rule }) => {
    expect(isIdNumber(idNumber)).toBe(false);
    try {
      parseIdNumber(idNumber, 'residents[3].idNumber');
    } catch (error) {
      if (!isRhcError(error)) throw error;
      expect(error.code).toBe('ID_NUMBER_INVALID');
      expect(error.fields?.[0]?.field).toBe('residents[3].idNumber');
      expect(error.fields?.[0]?.rule.en).toContain(rule);
      // The number is the resident's: it stays out of the error.
      if (idNumber !== '') expect(JSON.stringify(error)).not.toContain(idNumber);
      return;
    }
    throw new Error('was not refused');
  });
});

interface RepertoireVector {
  readonly except: readonly string[];
  readonly characters: number;
  readonly sha256: string;
}

test('text-repertoire.json: exactly the characters that Python encodes in one or two bytes, with the same bytes', () => {
  const [vector] = vectors<RepertoireVector[]>('text-repertoire.json');
  const lines: string[] = [];
  for (let codePoint = 0x20; codePoint <= 0xffff; codePoint++) {
    const number = codePoint.toString(16).toUpperCase().padStart(4, '0');
    if (vector?.except.includes(number)) continue;
    try {
      const bytes = encodeText(String.fromCharCode(codePoint), 'gbk', 'name');
      lines.push(`${number} ${bytesToHex(bytes)}\n`);
    } catch (error) {
      if (!isRhcError(error) || error.code !== 'TEXT_NOT_ENCODABLE') throw error;
    }
  }
  expect(lines).toHaveLength(vector?.characters ?? 0);
  expect(createHash('sha256').update(lines.join('')).digest('hex').toUpperCase()).toBe(vector?.sha256);
});
