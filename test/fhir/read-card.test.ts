/** A card read in process, through its keys, becomes summary and bundle; what was not asked for is not read. */
import { describe, expect, test } from '@jest/globals';
import { fromIpsBundle, toIpsBundle } from '@rhc/card/fhir';
import { decodeHealthSummary, readSummaryFiles } from '@rhc/card/summary';
import { type OutpatientVisit, writeVisit } from '@rhc/card/visits';
import { context } from '../../card/test/support/arbitrary-card.ts';
import { CutCard, openSession, personalizedContent } from '../card-writing/personalized-card.ts';

const visit: OutpatientVisit = {
  kind: 'outpatient',
  institutionName: '样板庄村卫生室',
  visitTime: '2026-10-18T08:05:59',
  drugs: [{ name: '阿莫西林胶囊', routeCode: '0001' }],
};
const options = { timestamp: '2026-11-23T08:30:00+08:00', bundleId: '3f0c9b1e-5b0d-4c56-9d39-6b1f2a7c8e01' };

describe('from the chip to the bundle and back', () => {
  test('everything that was asked for', async () => {
    const session = await openSession(new CutCard(await personalizedContent()));
    expect((await writeVisit(session, visit, { signer: null })).outcome).toBe('written');
    const files = await readSummaryFiles(session, { visits: true, photo: true, psychiatric: true });
    const summary = decodeHealthSummary(context, files);
    expect(summary.identity).toMatchObject({ name: '张三', sex: { code: '1', zh: '男', en: 'Male' } });
    expect(summary.allergies).toEqual([{ substance: '青霉素', reaction: '皮疹' }]);
    expect(summary).toMatchObject({ psychiatric: null, photo: null, irregular: [], warnings: [] });
    expect(summary.visits?.outpatient).toEqual([
      { slot: 1, visit, codes: { 'drugs[0].routeCode': { code: '0001', zh: '口服', en: 'Oral' } }, proof: null },
    ]);
    expect(fromIpsBundle(context, toIpsBundle(summary, options))).toEqual(summary);
  });

  test('psychiatric flag, photo and visits stay on the card unless asked for', async () => {
    const session = await openSession(new CutCard(await personalizedContent()));
    const read = (await readSummaryFiles(session)).map(({ file }) => file);
    expect(read.filter((file) => file === 'DF02/EF06' || file === 'DDF1/EF07' || file.startsWith('DF03'))).toEqual([]);
    expect(read).toHaveLength(10);
  });
});
