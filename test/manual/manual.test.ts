/**
 * The generated pages and the golden transcripts are those that the declarations and the card give today: all of it is made
 * anew in process (pilot keys, seeded random numbers) and compared byte for byte. Out of date: `npm run manual`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { generatedFiles } from '../../scripts/manual/generate.mjs';

const root = join(__dirname, '../..');
let generated: ReadonlyMap<string, string> = new Map();

beforeAll(async () => {
  generated = (await generatedFiles(root)).files;
});

const onDisk = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('generated manual and transcripts', () => {
  test.each([
    'docs/card/manual.zh.md',
    'docs/card/manual.en.md',
    'docs/card/codes.zh.md',
    'docs/card/codes.en.md',
    'test-vectors/transcripts/personalization.jsonl',
    'test-vectors/transcripts/identity.jsonl',
    'test-vectors/transcripts/summary.jsonl',
    'test-vectors/transcripts/patch-one.jsonl',
    'test-vectors/transcripts/visit-write.jsonl',
  ])('%s is up to date (npm run manual)', (path) => {
    // One boolean, not a diff of thousands of lines.
    expect(generated.get(path) === onDisk(path)).toBe(true);
  });

  test('every other generated file is up to date, and no transcript is left over', () => {
    const stale = [...generated].filter(([path, text]) => text !== onDisk(path)).map(([path]) => path);
    expect(stale).toEqual([]);
    const kept = readdirSync(join(root, 'test-vectors/transcripts')).filter((name) => name.endsWith('.jsonl'));
    expect(kept.filter((name) => !generated.has(`test-vectors/transcripts/${name}`))).toEqual([]);
  });

  test('a transcript holds no enciphered key, no cryptogram and no answer of internal authentication', () => {
    const lines = [...generated]
      .filter(([path]) => path.endsWith('.jsonl'))
      .flatMap(([, text]) => text.trim().split('\n').slice(1))
      .map((line) => JSON.parse(line) as { name: string; command: string; answer: string });
    const keys = lines.filter(({ name }) => name === 'WRITE KEY');
    expect(keys.length).toBeGreaterThanOrEqual(22);
    for (const { command } of keys) expect(command).toMatch(/^84D401[0-9A-F]{2}34<52 bytes [0-9a-f]{8}>$/);
    const authentications = lines.filter(({ name }) => name === 'EXTERNAL AUTHENTICATE');
    for (const { command } of authentications) {
      expect(command).toMatch(/^008200[0-9A-F]{2}11<8 bytes [0-9a-f]{8}>[0-9A-F]{18}$/);
    }
    const internal = lines.filter(({ name }) => name === 'INTERNAL AUTHENTICATE');
    for (const { answer } of internal) expect(answer).toMatch(/^<8 bytes [0-9a-f]{8}>9000$/);
  });

  test('the manual names every file, element, key slot and code table', async () => {
    const { nationalProfile, elementsOf } = await import('@rhc/card/profile');
    for (const language of ['zh', 'en'] as const) {
      const manual = generated.get(`docs/card/manual.${language}.md`) ?? '';
      const elements = nationalProfile.files.flatMap(elementsOf);
      const missing = [...nationalProfile.files, ...elements].filter(({ id }) => !manual.includes(id));
      expect(missing.map(({ id }) => id)).toEqual([]);
      expect(nationalProfile.keySlots.filter(({ name }) => !manual.includes(name))).toEqual([]);
      const codes = generated.get(`docs/card/codes.${language}.md`) ?? '';
      expect(nationalProfile.codeTables.filter(({ id }) => !codes.includes(`## ${id}`))).toEqual([]);
    }
  });
});

describe('counts', () => {
  test('no dialogue needs more APDUs than it permits at least', async () => {
    const { countDialogues } = await import('../../scripts/card/counts.mjs');
    const rows = await countDialogues(root);
    const counted = rows.filter(({ least }) => least !== null);
    expect(counted.length).toBeGreaterThanOrEqual(10);
    expect(counted.filter(({ apdus, least }) => apdus !== least?.total).map(({ id }) => id)).toEqual([]);
    // Each dialogue is longer on a slower link, and never shorter than its fixed costs: 14 ms an APDU.
    for (const { apdus, ms } of rows) for (const value of Object.values(ms)) expect(value).toBeGreaterThan(14 * apdus);
  });
});
