/**
 * Renewal waves on both engines: what expires by month and county, whom a wave takes, that cards stay in use until their
 * line's turn, that nobody is taken twice and a cancelled wave gives all back. Making: `test/console/jobs.test.ts`.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Issuer } from '../../src/app.ts';
import { cards, type Database } from '../../src/store/index.ts';
import { inUse, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, openOn, refusal } from '../store/both-engines.ts';

describe.each(ENGINES)('renewals on %s', (engine) => {
  let open: Awaited<ReturnType<typeof openOn>>;
  let database: Database;
  let issuer: Issuer;
  const clock = new TurnedClock();
  const ids: string[] = [];
  beforeAll(async () => {
    open = await openOn(engine);
    database = open.database;
    issuer = await issuerWith(database, clock);
    for (let n = 0; n < 5; n++) ids.push(await inUse(issuer, database, clock, n));
    const days = ['2026-12-31', '2027-02-01', '2027-02-28', '2027-02-15', '2036-11-24'];
    for (const [n, id] of ids.entries()) await database('cards').where({ id }).update({ expiry_date: days[n] });
  }, 120_000);
  afterAll(async () => {
    await issuer?.stop();
    await open?.close();
  });

  const february = {
    name: '二月',
    from: '2027-02',
    to: '2027-02',
    areaCode: '130102',
    cards: 100,
    actor: 'manager:li',
  };

  test('cards are counted in the month and county in which they expire', async () => {
    const { months, counts } = await issuer.renewals.overview(4);
    expect(months).toEqual(['2026-11', '2026-12', '2027-01', '2027-02']);
    expect(counts).toEqual([
      { month: '2026-12', areaCode: '130102', expiring: 1, underWay: 0 },
      { month: '2027-02', areaCode: '130102', expiring: 3, underWay: 0 },
    ]);
  });

  test('a wave takes the month, first to expire first, leaves the cards in use, and takes nobody twice', async () => {
    const run = await issuer.renewals.begin(february, 'wave-1');
    const lines = await issuer.bulk.items(run.id, { after: 0, limit: 10 });
    expect(lines.map(({ replaces, cardId, state }) => ({ replaces, cardId, state }))).toEqual(
      [ids[1], ids[3], ids[2]].map((replaces) => ({ replaces, cardId: null, state: 'queued' })),
    );
    expect((await cards.findCard(database, ids[1] as string))?.state).toBe('active');
    expect((await issuer.renewals.begin(february, 'wave-1')).id).toBe(run.id);
    expect(await refusal(issuer.renewals.begin(february, 'wave-2'))).toMatchObject({ code: 'RENEWAL_EMPTY' });
    expect((await issuer.renewals.overview(4)).counts.at(-1)).toMatchObject({ expiring: 3, underWay: 3 });
    await issuer.bulk.cancel(run.id);
    // What was never begun may be taken by another wave.
    expect((await issuer.renewals.overview(4)).counts.at(-1)).toMatchObject({ expiring: 3, underWay: 0 });
  });
});
