/** The same cases, the same terminal, through the real pcscd: a sample that also changes the card in the reader. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

const root = resolve(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'rhc-conformance-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  readonly card: string;
  readonly failed: number;
  readonly skipped: number;
  readonly results: readonly { readonly id: string; readonly deviation: unknown }[];
}

test.each([
  ['access and contents of DF02', 'DF02/'],
  ['commands', 'select/'],
  ['keys used up, a new card for each', 'tries/UK'],
  ['block and unblock', 'block/DF01'],
  ['personalization', 'personalization/end'],
])(
  '%s',
  (_, prefix) => {
    const file = join(folder, 'report.json');
    const program = join(root, 'scripts/conformance.mjs');
    execFileSync(process.execPath, [program, '--virtual-reader', '--case', prefix, '--json', file], {
      timeout: 120_000,
    });
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    expect(report.card).toMatch(/^Virtual PCD/);
    expect(report.results.length).toBeGreaterThan(5);
    expect(report.results.filter(({ deviation }) => deviation !== null)).toEqual([]);
    expect([report.failed, report.skipped]).toEqual([0, 0]);
  },
  150_000,
);
