/**
 * What `toIpsBundle` makes, held against the FHIR R4 definitions by a validator that is not ours (npm `fhir`, its own copies of
 * the definitions and value sets). Errors fail; a warning or note passes only if it is named here.
 */
import { describe, expect, test } from '@jest/globals';
import { type IpsBundle, toIpsBundle } from '@rhc/card/fhir';
import { decodeHealthSummary, type HealthSummary } from '@rhc/card/summary';
import fc from 'fast-check';
import { arbitraryCard, context, emptyCard } from '../../card/test/support/arbitrary-card.ts';
import { unaccepted } from './r4-definitions.ts';
import { fullSummary, newbornSummary, rareNameSummary } from './summaries.ts';

const options = { timestamp: '2026-11-23T08:30:00+08:00', bundleId: '3f0c9b1e-5b0d-4c56-9d39-6b1f2a7c8e01' };
const bundleOf = (summary: HealthSummary) => toIpsBundle(summary, options);

describe('R4 definitions', () => {
  test.each([
    ['an empty card', decodeHealthSummary(context, emptyCard())],
    ['a full card', fullSummary],
    ['the newborn without identity number', newbornSummary],
    ['a name with a rare character', rareNameSummary],
  ])('%s', (_what, summary) => {
    expect(unaccepted(bundleOf(summary))).toEqual([]);
  });

  test('arbitrary cards, damaged ones included', () => {
    fc.assert(
      fc.property(fc.boolean().chain(arbitraryCard), (files) => {
        expect(unaccepted(bundleOf(decodeHealthSummary(context, files)))).toEqual([]);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  test('the validator does see faults: each planted one is reported', () => {
    const bundle = bundleOf(fullSummary);
    const plant = (type: string, change: object) => ({
      ...bundle,
      entry: bundle.entry.map((entry) =>
        entry.resource.resourceType === type ? { ...entry, resource: { ...entry.resource, ...change } } : entry,
      ),
    });
    const planted = [
      plant('Patient', { gender: 'weiblich' }),
      plant('Patient', { weight: 60 }),
      plant('Composition', { status: undefined }),
      plant('Immunization', { vaccineCode: undefined }),
      plant('Encounter', { status: 'over' }),
    ] as readonly IpsBundle[];
    expect(planted.map((faulty) => unaccepted(faulty).length > 0)).toEqual(planted.map(() => true));
  });
});
