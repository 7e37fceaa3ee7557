/** ZIPs of rosters: which table, which photo, and what is refused before it fills the memory. */
import { describe, expect, test } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { openPackage } from './roster-package.ts';

const table = strToU8('姓名\n');
const photo = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);

describe('a package', () => {
  const opened = openPackage(
    zipSync({
      'batch/list.csv': table,
      'batch/photos/A.JPG': photo,
      '__MACOSX/batch/._list.csv': table,
      'batch/.hidden.jpg': photo,
      'batch/readme.txt': table,
    }),
  );
  test('has one table; what the system of its maker left in it counts for nothing', () => {
    expect(opened.table).toEqual({ name: 'batch/list.csv', bytes: table });
    expect(opened.photos.find('.hidden.jpg', '')).toMatchObject({
      photo: null,
      fault: { rule: { en: expect.stringMatching(/not sent/) } },
    });
  });
  test.each(['photos/A.JPG', 'photos\\a.jpg', './photos/a.jpg', 'a.jpg'])('a row may write %s', (file) => {
    expect(opened.photos.find(file, '')).toEqual({ photo, fault: null });
  });
  test('a row that names none gets the one named as its document number, or none', () => {
    expect(opened.photos.find('', 'a')).toEqual({ photo, fault: null });
    expect(opened.photos.find('', 'b')).toEqual({ photo: null, fault: null });
  });
});

const refusal = (zip: Uint8Array) => {
  try {
    openPackage(zip);
    return null;
  } catch (error) {
    return (error as { fields?: { rule: { en: string } }[] }).fields?.[0]?.rule.en;
  }
};

test('what is no package is refused with its reason', () => {
  expect(refusal(strToU8('PK and no more'))).toMatch(/no ZIP/);
  expect(refusal(zipSync({ 'a.jpg': photo }))).toMatch(/no roster/);
  expect(refusal(zipSync({ 'a.csv': table, 'b.xlsx': table }))).toMatch(/2 tables/);
  expect(refusal(zipSync({ 'a.csv': new Uint8Array(129 * 1024 * 1024) }, { level: 1 }))).toMatch(
    /128 MB when unzipped/,
  );
});
