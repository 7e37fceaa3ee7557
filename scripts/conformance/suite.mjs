/** Loads the suite, runs it against a card and counts by clause. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCase } from './run-case.mjs';

/** @typedef {import('./run-case.mjs').Case} Case */

/** @param {string} folder test-vectors/conformance */
export function loadSuite(folder) {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name, content: JSON.parse(readFileSync(join(folder, name), 'utf8')) }));
  /** @type {Case[]} */
  const cases = [];
  let clauses = [];
  for (const { name, content } of files) {
    const entries = content.cases ?? content.clauses;
    if (entries?.length !== content.count) throw new Error(`${name}: count is not the number of entries`);
    if (content.kind === 'conformance-clauses') clauses = content.clauses;
    else cases.push(...content.cases);
  }
  return { cases, clauses };
}

/**
 * @param {{ cases: Case[], card: import('./suite.d.mts').CardSource, suite: import('@rhc/card/profile').AlgorithmSuite,
 *   province?: string, allow?: readonly string[], stopAtFirst?: boolean, onCase?: (result: any) => void }} options
 */
export async function runSuite({ cases, card, suite, province = '13', allow, stopAtFirst = false, onCase }) {
  const results = [];
  let fresh = false;
  for (const one of cases) {
    const barred = allow !== undefined && !allow.includes(one.consequence);
    const inserted = barred ? null : await card.insert(one.chip, { fresh });
    const deviation = inserted === null ? null : await runCase(inserted, one, { suite, province });
    if (inserted !== null) fresh = one.consequence === 'irreversible' || deviation !== null;
    const skipped = barred ? `consequence: ${one.consequence}` : inserted === null ? `chip: ${one.chip}` : null;
    const result = { case: one, skipped, deviation };
    results.push(result);
    onCase?.(result);
    if (stopAtFirst && deviation !== null) break;
  }
  return results;
}

/** Number of cases by clause; `without`: the reason where there is none. @param {any[]} clauses @param {readonly Case[]} cases */
export function coverage(clauses, cases) {
  const count = (/** @type {string} */ id) => cases.filter((one) => one.clause === id || one.also?.includes(id)).length;
  return clauses.map(({ id, title, withoutCase }) => ({
    id,
    title,
    cases: count(id),
    withoutCase: withoutCase ?? null,
  }));
}
