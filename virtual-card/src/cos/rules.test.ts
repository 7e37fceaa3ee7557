/** The rules cannot be switched off from outside a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ALL_RULES, rulesWithout } from './rules.ts';

test('all rules are on and stay on', () => {
  expect(Object.values(ALL_RULES).every(Boolean)).toBe(true);
  expect(Object.isFrozen(ALL_RULES)).toBe(true);
  expect(Object.isFrozen(rulesWithout('protectedMac'))).toBe(true);
  expect(Object.entries(rulesWithout('protectedMac')).filter(([, on]) => !on)).toEqual([['protectedMac', false]]);
});

test('neither the command line nor the vpcd program knows of rules', () => {
  const source = join(__dirname, '..');
  const files = ['cli', 'vpcd'].flatMap((folder) =>
    readdirSync(join(source, folder)).map((name) => join(folder, name)),
  );
  for (const file of [...files, 'main.ts']) {
    expect([file, /\brules\b|rulesWithout|CosRule/.test(readFileSync(join(source, file), 'utf8'))]).toEqual([
      file,
      false,
    ]);
  }
});
