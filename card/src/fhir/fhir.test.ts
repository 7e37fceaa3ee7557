/** Card → summary → bundle → summary → card: nothing is lost, and the bundle is whole in itself. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryCard, context, emptyCard } from '../../test/support/arbitrary-card.ts';
import { hexToBytes } from '../bytes/index.ts';
import type { FileImage } from '../personalization/types.ts';
import { decodeHealthSummary, type HealthSummary } from '../summary/index.ts';
import type { IpsBundle, IpsResource } from './index.ts';
import { fromIpsBundle, toIpsBundle } from './index.ts';

const options = { timestamp: '2026-11-23T08:30:00+08:00', bundleId: '3f0c9b1e-5b0d-4c56-9d39-6b1f2a7c8e01' };
const back = (summary: HealthSummary): HealthSummary =>
  fromIpsBundle(context, JSON.parse(JSON.stringify(toIpsBundle(summary, options))) as IpsBundle);
const empty = decodeHealthSummary(context, emptyCard());
const withRecord = (files: readonly FileImage[], file: string, number: number, hex: string): readonly FileImage[] =>
  files.map((image) =>
    image.file === file ? { file, contents: image.contents.with(number - 1, hexToBytes(hex)) } : image,
  );
const resourcesOf = <T extends IpsResource['resourceType']>(bundle: IpsBundle, type: T) =>
  bundle.entry
    .map(({ resource }) => resource)
    .filter((resource): resource is Extract<IpsResource, { resourceType: T }> => resource.resourceType === type);

describe('without loss', () => {
  test('regular card', () => {
    fc.assert(
      fc.property(arbitraryCard(false), (files) => {
        const summary = decodeHealthSummary(context, files);
        expect(back(summary)).toEqual(summary);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  test('a card with any bytes, control characters and unknown codes included', () => {
    fc.assert(
      fc.property(arbitraryCard(true), (files) => {
        const summary = decodeHealthSummary(context, files);
        expect(back(summary)).toEqual(summary);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test('what was not read stays unread', () => {
    const files = emptyCard().filter(({ file }) => !file.startsWith('DF03') && !/EF07|DF02\/EF06/.test(file));
    const few = [...files, ...emptyCard().filter(({ file }) => file === 'DF01/EF07' || file === 'DF02/EF07')];
    const summary = decodeHealthSummary(context, few);
    expect(['psychiatric', 'photo', 'visits'].filter((part) => part in back(summary))).toEqual([]);
    expect(back(summary)).toEqual(summary);
  });
});

describe('the document', () => {
  test('first the Composition; identifiers, every reference resolves inside the bundle, ids and addresses are unique', () => {
    fc.assert(
      fc.property(arbitraryCard(false), (files) => {
        const bundle = toIpsBundle(decodeHealthSummary(context, files), options);
        expect(bundle.entry[0]?.resource.resourceType).toBe('Composition');
        const addresses = bundle.entry.map(({ fullUrl }) => fullUrl);
        expect(new Set(addresses).size).toBe(addresses.length);
        const base = `https://resident-health-card.example/fhir/${options.bundleId}/`;
        const references = [...JSON.stringify(bundle).matchAll(/"reference":"([^"]+)"/g)].map(([, to]) => base + to);
        expect(references.filter((to) => !addresses.includes(to))).toEqual([]);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  test('an empty card: the three required sections say why they are empty', () => {
    const [composition] = resourcesOf(toIpsBundle(empty, options), 'Composition');
    expect(
      composition?.section.map(({ code, emptyReason, entry }) => [
        code.coding?.[0]?.code,
        emptyReason?.coding?.[0]?.code,
        entry,
      ]),
    ).toEqual([
      ['10160-0', 'unavailable', undefined],
      ['48765-2', 'unavailable', undefined],
      ['11450-4', 'unavailable', undefined],
    ]);
    expect(composition?.type.coding?.[0]?.code).toBe('60591-5');
  });

  test('a flag that says no is an inactive flag and no problem; yes is both', () => {
    const files = withRecord(withRecord(emptyCard(), 'DF02/EF05', 3, '2B0101'), 'DF02/EF05', 8, '300100');
    const bundle = toIpsBundle(decodeHealthSummary(context, files), options);
    expect(resourcesOf(bundle, 'Flag').map(({ id, status }) => [id, status])).toEqual([
      ['flag-asthma', 'active'],
      ['flag-diabetes', 'inactive'],
    ]);
    expect(resourcesOf(bundle, 'Condition').map(({ id }) => id)).toEqual(['problem-asthma']);
  });

  test('the psychiatric flag carries a sensitivity label', () => {
    const files = withRecord(emptyCard(), 'DF02/EF06', 1, '380101');
    const bundle = toIpsBundle(decodeHealthSummary(context, files), options);
    const [flag] = resourcesOf(bundle, 'Flag');
    expect([flag?.id, flag?.meta?.security?.[0]?.code]).toEqual(['flag-psychiatric', 'PSY']);
    expect(resourcesOf(bundle, 'Condition')[0]?.meta?.security?.[0]?.code).toBe('PSY');
  });

  test('no text of the card becomes markup', () => {
    const summary = { ...empty, allergies: [{ substance: '<b>&"青霉素', reaction: '</div><script>' }] };
    const [composition] = resourcesOf(toIpsBundle(summary, options), 'Composition');
    const allergies = composition?.section.find(({ code }) => code.coding?.[0]?.code === '48765-2');
    expect(allergies?.text.div).toBe(
      '<div xmlns="http://www.w3.org/1999/xhtml"><ul><li>&lt;b&gt;&amp;&quot;青霉素，&lt;/div&gt;&lt;script&gt;</li></ul></div>',
    );
    expect(back(summary)).toEqual(summary);
  });

  test('another bundle is refused with what it lacks', () => {
    const bundle = toIpsBundle(empty, options);
    const less = (type: string) => ({
      ...bundle,
      entry: bundle.entry.filter(({ resource }) => resource.resourceType !== type),
    });
    for (const type of ['Composition', 'Patient']) {
      try {
        fromIpsBundle(context, less(type));
        throw new Error('was not refused');
      } catch (error) {
        expect(error).toMatchObject({ code: 'FHIR_BUNDLE_INVALID', fields: [{ field: type }] });
      }
    }
  });
});
