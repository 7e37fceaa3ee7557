/**
 * The conformance suite as data: it has the form of its schema, answers for every clause, passes on the virtual card in
 * every cipher suite, and fails on every mutant, which is what makes a pass worth something.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { z } from 'zod';
import { inProcessCard, pilotImages } from '../../scripts/conformance/in-process-card.mjs';
import { mutants } from '../../scripts/conformance/mutants.mjs';
import { coverage, loadSuite, runSuite } from '../../scripts/conformance/suite.mjs';

const root = resolve(__dirname, '../..');
const folder = join(root, 'test-vectors/conformance');
const { cases, clauses } = loadSuite(folder);

describe('the data', () => {
  const schema = z.fromJSONSchema(
    JSON.parse(readFileSync(join(root, 'test-vectors/schema/conformance-file.schema.json'), 'utf8')),
  );
  test.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s has the form of its schema', (name) => {
    const result = schema.safeParse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    expect(result.error?.issues.slice(0, 3) ?? []).toEqual([]);
  });
  test('a step with an unknown word, or a status word that is none, is refused', () => {
    const file = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8'));
    const withStep = (step: object) => ({ ...file, cases: [{ ...file.cases[0], steps: [step] }] });
    expect(schema.safeParse(withStep({ send: '0084000008', sw: '9000' })).success).toBe(true);
    expect(schema.safeParse(withStep({ transmit: '0084000008', sw: '9000' })).success).toBe(false);
    expect(schema.safeParse(withStep({ send: '0084000008', sw: '900' })).success).toBe(false);
    expect(schema.safeParse(withStep({ send: '008400000', sw: '9000' })).success).toBe(false);
  });
  test('it is what the tool makes', () => {
    const tool = join(root, 'test-vectors/tools/make_conformance.mjs');
    expect(execFileSync(process.execPath, [tool, '--check'], { encoding: 'utf8' })).toContain(`${cases.length} cases`);
  });
  test('every clause has a case or says why it has none, and no case answers for a clause that is not listed', () => {
    const rows = coverage(clauses, cases);
    expect(rows.filter((row) => (row.cases === 0) !== (row.withoutCase !== null)).map(({ id }) => id)).toEqual([]);
    const known = new Set(clauses.map(({ id }) => id));
    expect(cases.filter((one) => ![one.clause, ...(one.also ?? [])].every((id) => known.has(id)))).toEqual([]);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });
});

describe.each<AlgorithmSuite>(['intl-128', 'sm-128', 'pboc-3des'])('the virtual card in %s', (suite) => {
  test('passes every case', async () => {
    const results = await runSuite({ cases, card: inProcessCard({ images: pilotImages(suite) }), suite });
    const deviations = results.filter(({ deviation }) => deviation !== null);
    expect(deviations.map(({ case: { id }, deviation }) => [id, deviation])).toEqual([]);
    expect(results.filter(({ skipped }) => skipped !== null)).toEqual([]);
    expect(results).toHaveLength(cases.length);
  }, 60_000);
});

describe('mutants', () => {
  const images = pilotImages('intl-128');
  const all = mutants(images);

  test('there are enough of them: every rule, and the access of every file', () => {
    expect(all.length).toBeGreaterThanOrEqual(25);
    const files = images.operational.files;
    expect(
      files.every((file) =>
        all.some(({ rules, images: changed }) => rules === undefined && !changed.operational.files.includes(file)),
      ),
    ).toBe(true);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  test('the suite fails on every one', async () => {
    const caught: string[] = [];
    const survivors: string[] = [];
    for (const mutant of all) {
      const card = inProcessCard({ images: mutant.images, ...(mutant.rules && { rules: mutant.rules }) });
      const nearFirst = [...cases].sort(
        (a, b) => Number(b.id.startsWith(mutant.near)) - Number(a.id.startsWith(mutant.near)),
      );
      const results = await runSuite({ cases: nearFirst, card, suite: 'intl-128', stopAtFirst: true });
      const found = results.find(({ deviation }) => deviation !== null);
      if (found === undefined) survivors.push(mutant.name);
      else caught.push(`${mutant.name} → ${found.case.id} (step ${found.deviation?.step})`);
    }
    process.stdout.write(`${caught.length} mutants caught:\n  ${caught.join('\n  ')}\n`);
    expect(survivors).toEqual([]);
    expect(caught).toHaveLength(all.length);
  }, 300_000);
});
