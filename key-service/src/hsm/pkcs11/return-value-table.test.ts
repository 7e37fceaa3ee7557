import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RETURN_VALUES } from './return-value-table.ts';
import { hsmError } from './return-values.ts';

/** Every CKR_ name that the binding can throw: its header is that of PKCS#11 v2.40. */
const source = readFileSync(join(__dirname, '../../../../node_modules/pkcs11js/src/common.cpp'), 'utf8');
const names = [...new Set([...source.matchAll(/CASE\((CKR_[A-Z0-9_]+)\)/g)].map(([, name]) => name as string))];

describe('return values of PKCS#11 2.40', () => {
  test('there are 90 and more', () => expect(names.length).toBeGreaterThan(80));

  test.each(names)('%s has a sentence and a next step in both languages', (name) => {
    const error = hsmError(new Error(`${name}:8 C_Something`), 'test');
    const known = RETURN_VALUES[name];
    expect(known).toBeDefined();
    expect(error).toMatchObject({ code: known?.code, text: known?.text, nextStep: known?.nextStep });
    for (const words of [error.text, error.nextStep]) {
      expect(words.zh).toMatch(/[\u4e00-\u9fff]{2,}.*[。]$/);
      expect(words.en).toMatch(/^[A-Z].*\.$/);
    }
    expect(error.detail).toBe(`test: ${name}`);
  });

  test('no two values say the same', () => {
    const sentences = Object.values(RETURN_VALUES).map(({ text }) => text.en);
    expect(new Set(sentences).size).toBe(sentences.length);
  });
});
