/** A small sample of `npm run soak`; the long runs are commands of their own. */
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const soak = (...words: string[]) =>
  spawnSync(process.execPath, ['scripts/soak.mjs', ...words], { encoding: 'utf8', timeout: 240_000 });

test('in process: restarts, deaths, swaps and repeated statuses lose and double nothing', () => {
  const { status, stdout } = soak('in-process', '--insertions', '1500');
  expect([status, JSON.parse(stdout).faults]).toEqual([0, []]);
});

test('through pcscd: random timing, the service killed under it', () => {
  const { stdout } = soak('readers', '--insertions', '16', '--kills', '2');
  // How quick the recovery is belongs to the long run; here nobody knows how busy the machine is.
  expect(stdout).toMatch(/insertions 18（应为 expected 18）/);
  expect(stdout).toMatch(/removals 18/);
  expect(stdout).toMatch(/lost or doubled: 0/);
}, 250_000);
