/** The health summary against cards of every kind: regular ones, damaged ones, and one written down by hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryCard, context, emptyCard } from '../../test/support/arbitrary-card.ts';
import { bytesToHex, hexToBytes } from '../bytes/index.ts';
import type { FileImage } from '../personalization/types.ts';
import { nationalProfile } from '../profile/index.ts';
import type { HealthSummary } from './index.ts';
import { ALERT_FLAGS, decodeHealthSummary, encodeHealthSummary } from './index.ts';

const shown = (files: readonly FileImage[]) => files.map(({ file, contents }) => [file, contents.map(bytesToHex)]);
const withRecord = (files: readonly FileImage[], file: string, number: number, hex: string): readonly FileImage[] =>
  files.map((image) =>
    image.file === file ? { file, contents: image.contents.with(number - 1, hexToBytes(hex)) } : image,
  );
const without = (files: readonly FileImage[], ...ids: readonly string[]) =>
  files.filter(({ file }) => !ids.includes(file));

describe('without loss', () => {
  test('regular card → summary → the same bytes, nothing irregular', () => {
    fc.assert(
      fc.property(arbitraryCard(false), (files) => {
        const summary = decodeHealthSummary(context, files);
        expect(summary.irregular).toEqual([]);
        expect(shown(encodeHealthSummary(context, summary))).toEqual(shown(files));
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  test('any bytes that a card can hold → summary → the same bytes', () => {
    fc.assert(
      fc.property(arbitraryCard(true), (files) => {
        const summary = decodeHealthSummary(context, files);
        expect(shown(encodeHealthSummary(context, summary))).toEqual(shown(files));
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test('summary → card → the same summary, and it survives JSON', () => {
    fc.assert(
      fc.property(arbitraryCard(true), (files) => {
        const summary = decodeHealthSummary(context, files);
        const copy = JSON.parse(JSON.stringify(summary)) as HealthSummary;
        expect(decodeHealthSummary(context, encodeHealthSummary(context, copy))).toEqual(summary);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});

describe('what was not read is absent, what is empty is null', () => {
  const files = emptyCard();

  test('an empty card', () => {
    const summary = decodeHealthSummary(context, files);
    expect(summary.identity).toEqual({
      name: null,
      sex: null,
      ethnicGroup: null,
      birthDate: null,
      idNumber: null,
      cardNumber: null,
    });
    expect(summary).toMatchObject({ psychiatric: null, photo: null, allergies: [], immunizations: [], warnings: [] });
    expect(summary.visits).toEqual({ inpatient: [], outpatient: [] });
    expect(summary.contacts).toEqual({
      phones: [null, null],
      addresses: Array(2).fill({ type: null, text: null }),
      persons: Array(3).fill({ name: null, relation: null, phone: null }),
    });
  });

  test('psychiatric flag, photo and visits', () => {
    const visitFiles = files.map(({ file }) => file).filter((id) => id.startsWith('DF03'));
    const few = without(files, 'DF02/EF06', 'DDF1/EF07', ...visitFiles);
    const summary = decodeHealthSummary(context, few);
    expect(['psychiatric', 'photo', 'visits'].filter((part) => part in summary)).toEqual([]);
    expect(shown(encodeHealthSummary(context, summary))).toEqual(shown(few));
  });

  test('any other file that is missing is an error that names it', () => {
    try {
      decodeHealthSummary(context, without(files, 'DF02/EF05', 'DF02/EF07'));
      throw new Error('was not refused');
    } catch (error) {
      expect(error).toMatchObject({
        code: 'SUMMARY_FILE_MISSING',
        fields: [{ field: 'DF02/EF05' }, { field: 'DF02/EF07' }],
      });
    }
  });

  test('a slot that its flag calls valid must have been read; wrong sizes are refused', () => {
    const valid = withRecord(files, 'DF03/EF06', 2, '00');
    expect(() => decodeHealthSummary(context, without(valid, 'DF03/ED02'))).toThrow(/SUMMARY_FILE_MISSING/);
    expect(() => decodeHealthSummary(context, withRecord(files, 'DF01/EF07', 1, '220101FF'))).toThrow(
      /SUMMARY_CONTENT_INVALID/,
    );
    expect(() => decodeHealthSummary(context, withRecord(files, 'DF02/EF07', 1, '00'))).toThrow(
      /SUMMARY_CONTENT_INVALID/,
    );
  });
});

describe('codes and warnings', () => {
  test('a known code has both texts, an unknown one survives as it is, with a warning', () => {
    const files = withRecord(withRecord(emptyCard(), 'DF01/EF07', 2, '230120'), 'DF01/EF07', 1, '220177');
    const summary = decodeHealthSummary(context, files);
    expect(summary.social.maritalStatus).toEqual({ code: '20', zh: '已婚', en: 'Married' });
    expect(summary.social.education).toEqual({ code: '77', zh: null, en: null });
    expect(summary.irregular).toEqual([{ file: 'DF01/EF07', record: null, element: 'education', bytes: '77' }]);
    expect(summary.warnings).toMatchObject([{ code: 'code-unknown', element: 'education' }]);
    expect(shown(encodeHealthSummary(context, summary))).toEqual(shown(files));
  });

  test('a value that was changed replaces the irregular bytes', () => {
    const files = withRecord(emptyCard(), 'DF01/EF07', 1, '220177');
    const summary = decodeHealthSummary(context, files);
    const changed = { ...summary, social: { ...summary.social, education: { code: '02', zh: null, en: null } } };
    const [education] = encodeHealthSummary(context, changed).find(({ file }) => file === 'DF01/EF07')?.contents ?? [];
    expect(bytesToHex(education ?? new Uint8Array())).toBe('220102');
  });

  test('damaged bytes are null with a warning and come back', () => {
    const files = withRecord(emptyCard(), 'DDF1/EF06', 4, '0E0420241399');
    const summary = decodeHealthSummary(context, files);
    expect(summary.identity.birthDate).toBeNull();
    expect(summary.warnings).toMatchObject([{ code: 'content-malformed', element: 'birthDate' }]);
    expect(shown(encodeHealthSummary(context, summary))).toEqual(shown(files));
  });

  test('what the card cannot hold is refused with every field', () => {
    const summary = decodeHealthSummary(context, emptyCard());
    const wrong: HealthSummary = {
      ...summary,
      identity: { ...summary.identity, name: '王'.repeat(16), birthDate: '2024-02-30' },
    };
    try {
      encodeHealthSummary(context, wrong);
      throw new Error('was not refused');
    } catch (error) {
      expect(error).toMatchObject({
        code: 'SUMMARY_INVALID',
        fields: [{ field: 'DDF1/EF06 name' }, { field: 'DDF1/EF06 birthDate' }],
      });
    }
    const phones = ['1', '2', '3'];
    const many = { ...summary, contacts: { ...summary.contacts, phones } };
    expect(() => encodeHealthSummary(context, many)).toThrow(/SUMMARY_INVALID/);
  });
});

test('the alert flags are those of the profile, in its order', () => {
  const file = nationalProfile.file('DF02/EF05');
  const flags = file.structure === 'tlv-records' ? file.elements.filter(({ meaning }) => meaning.kind === 'flag') : [];
  expect(flags.map(({ id }) => id)).toEqual([...ALERT_FLAGS]);
});

test('a card computed by another program reads as that program says (test-vectors/summary)', () => {
  const path = join(__dirname, '../../../test-vectors/summary/card.json');
  const vector = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly files: readonly { readonly file: string; readonly contents: readonly string[] }[];
    readonly expected: HealthSummary;
  };
  const files = vector.files.map(({ file, contents }) => ({ file, contents: contents.map(hexToBytes) }));
  const summary = decodeHealthSummary(context, files);
  expect(summary).toEqual(vector.expected);
  const given = new Set(vector.files.map(({ file }) => file));
  const written = encodeHealthSummary(context, summary).filter(({ file }) => given.has(file));
  expect(Object.fromEntries(shown(written))).toEqual(Object.fromEntries(shown(files)));
});
