/**
 * Each page of the issuing console and each of its tabs has its picture in the documents, a screen of 1366 pixels; every
 * picture is made by a test, and every one that a test makes is there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const paths = [...readFileSync('card-issuer/web/menu/menu.tsx', 'utf8').matchAll(/^ {4}path: '([^']+)',$/gm)].map(
  ([, path]) => path as string,
);

test('the menu was read', () => {
  expect(paths).toContain('counter');
  expect(paths.length).toBeGreaterThanOrEqual(12);
});

/** PNG: width and height are the first two words of the first chunk (ISO/IEC 15948, 11.2.2). */
test.each(paths)('%s has a picture (docs/operations.md says how they are made)', (path) => {
  const png = readFileSync(join('docs/images/card-issuer', `${path.replaceAll('/', '-')}.png`));
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
  expect(png.readUInt32BE(16)).toBe(1366);
});

const FOLDER = 'docs/images/card-issuer';
/** Tabs whose picture has another name than PAGE-TAB: the first ones are the page's own, others are shown at work. */
const TAB_PICTURES: Readonly<Record<string, string>> = {
  'administration-users': 'administration',
  'bureau-orders': 'bureau',
  'dashboard-overview': 'dashboard',
  'dashboard-capacity': 'capacity',
  'dashboard-populations': 'populations',
  'hotlist-own': 'hotlist',
  'hotlist-report': 'registry-report',
  'imports-files': 'imports',
  'residents-search': 'residents',
  'stock-books': 'stock',
};
const pictures = readdirSync(FOLDER).map((name) => name.replace(/\.png$/, ''));

test('each tab of each page has its picture', () => {
  const tabs = paths.flatMap((path) => {
    const source = readFileSync(join('card-issuer/web', path, `${path}-page.tsx`), 'utf8');
    const keys = [...source.matchAll(/\bkey: '([a-z]+)',\s*label: (?:both\(|\(|<Candidates)/g)].map(([, key]) => key);
    return keys.map((key) => `${path}-${key}`);
  });
  expect(tabs.length).toBeGreaterThan(20);
  expect(Object.keys(TAB_PICTURES).filter((tab) => !tabs.includes(tab))).toEqual([]);
  expect(tabs.filter((tab) => !pictures.includes(TAB_PICTURES[tab] ?? tab))).toEqual([]);
});

test('every picture is made by a test of the console, and every one that is made is there', () => {
  const tests = ['card-issuer/test/console', 'card-issuer/test/training'].flatMap((folder) =>
    readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')),
  );
  const made = tests.flatMap((source) =>
    [...source.matchAll(/\bpicture\(\w+, '([a-z-]+)'/g)].map(([, name]) => name as string),
  );
  // The walk over the menu names its pictures by their pages.
  const all = [...new Set([...made, ...paths])];
  expect(made.length).toBeGreaterThan(30);
  expect(pictures.filter((name) => !all.includes(name))).toEqual([]);
  expect(all.filter((name) => !pictures.includes(name))).toEqual([]);
});
