/**
 * The funnel's counters on both engines: written by the database at the write that makes a stage true, once for a resident,
 * and the same whether rows were there before the counters or came after.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import readXlsxFile from 'read-excel-file/node';
import { CARD_TRANSITIONS, type CardMove, type CardState } from '../../src/domain/card-state.ts';
import type { Resident } from '../../src/domain/resident.ts';
import { Steering } from '../../src/steering.ts';
import { steeringCsv, steeringXlsx } from '../../src/steering-export.ts';
import { cards, type Database, residents } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { ENGINES, openOn, refusal } from '../store/both-engines.ts';

const NOW_MS = Date.parse('2026-11-25T02:00:00Z');
const clock = { nowMs: () => NOW_MS, monotonicMs: () => 0, after: () => () => undefined };
const ZHENGDING = '130123';
const CHANGAN = '130102';
const MIGRATION = { migrationSource: MIGRATIONS, tableName: 'schema_migrations' };

let serial = 0;

async function enrol(database: Database, areaCode: string, at: string): Promise<string> {
  serial += 1;
  const id = `res_${serial}`;
  const resident = {
    name: '某人',
    documentType: '01',
    documentNumber: `D${serial}`,
    birthDate: '1990-01-01',
    areaCode,
  } as Resident;
  await residents.insertResident(database, { id, enrolledAt: at, resident });
  return id;
}

async function order(database: Database, residentId: string, at: string, replaces?: string): Promise<string> {
  serial += 1;
  const id = `card_${serial}`;
  const card = {
    id,
    residentId,
    cardNumber: `D${serial}`,
    issueSerial: String(serial).padStart(10, '0'),
    orderedAt: at,
  };
  await cards.insertCard(database, {
    ...card,
    orderedBy: null,
    reviewedBy: null,
    ...(replaces === undefined ? {} : { replaces }),
  });
  return id;
}

async function move(database: Database, id: string, moves: readonly CardMove[], at: string): Promise<void> {
  for (const each of moves) {
    const row = (await database('cards').where({ id }).first('state')) as { state: CardState };
    const bound =
      each === 'bind-chip'
        ? { card_factor: id.padStart(16, '0'), card_data: '{}', issue_date: '2026-11-20', expiry_date: '2036-11-20' }
        : {};
    const twoPeople = CARD_TRANSITIONS[each].asked?.twoPeople === true || each === 'spoil';
    await cards.moveCard(
      database,
      { id, state: row.state },
      each,
      { actor: 'a', at, ...(twoPeople ? { witness: 'b' } : {}) },
      bound,
    );
  }
}

describe.each(ENGINES)('steering on %s', (engine) => {
  let open: Awaited<ReturnType<typeof openOn>>;
  let database: Database;
  let steering: Steering;
  beforeAll(async () => {
    open = await openOn(engine);
    database = open.database;
    steering = new Steering({ database, clock });
    const one = await enrol(database, ZHENGDING, '2026-11-19T01:00:00Z');
    const two = await enrol(database, ZHENGDING, '2026-11-19T01:00:00Z');
    const three = await enrol(database, CHANGAN, '2026-11-20T01:00:00Z');
    await enrol(database, CHANGAN, '2026-11-20T01:00:00Z');
    const first = await order(database, one, '2026-11-20T02:00:00Z');
    await move(database, first, ['bind-chip', 'verified', 'hand-over'], '2026-11-20T03:00:00Z');
    // Lost, found: handed over once.
    await move(database, first, ['report-lost', 'found'], '2026-11-23T03:00:00Z');
    // A replacement is no new resident.
    await move(database, first, ['begin-replacement'], '2026-11-24T03:00:00Z');
    const second = await order(database, one, '2026-11-24T03:00:00Z', first);
    await move(database, second, ['bind-chip', 'verified'], '2026-11-24T04:00:00Z');
    // Rejected once, then good: personalized once, checked once.
    const other = await order(database, two, '2026-11-20T02:30:00Z');
    await move(database, other, ['bind-chip', 'rejected', 'retry', 'verified', 'send'], '2026-11-23T03:00:00Z');
    // Ordered twice after waste: approved once.
    const waste = await order(database, three, '2026-11-21T02:00:00Z');
    await move(database, waste, ['spoil'], '2026-11-21T03:00:00Z');
    await order(database, three, '2026-11-22T02:00:00Z');
  }, 120_000);
  afterAll(() => open?.close());

  test('each stage is counted where it became true', async () => {
    const { total, counties } = await steering.dashboard();
    expect(total).toEqual({
      ...{ collected: 4, clean: 4, approved: 3, personalized: 2 },
      ...{ checked: 2, delivered: 2, activated: 1, 'first-used': 0 },
    });
    expect(
      counties.map(({ areaCode, counts }) => [areaCode, counts.collected, counts.approved, counts.activated]),
    ).toEqual([
      [CHANGAN, 2, 1, 0],
      [ZHENGDING, 2, 2, 1],
    ]);
  });

  test('the oldest card on its way is named; a county’s population is estimated until somebody enters it', async () => {
    const before = await steering.dashboard();
    const changan = before.counties.find(({ areaCode }) => areaCode === CHANGAN);
    expect(changan?.oldest).toMatchObject({ state: 'ordered', orderedAt: '2026-11-22T02:00:00Z' });
    expect(changan?.populationEstimated).toBe(true);
    await steering.setPopulations([{ areaCode: ZHENGDING, residents: 500_000, source: '测试' }], 'operator:manager');
    const after = await steering.dashboard();
    expect(after.counties.find(({ areaCode }) => areaCode === ZHENGDING)).toMatchObject({
      population: 500_000,
      populationEstimated: false,
      coverage: 1 / 500_000,
    });
    const wrong = await refusal(steering.setPopulations([{ areaCode: '110101', residents: 1, source: 'x' }], 'm'));
    expect((wrong as { code?: string }).code).toBe('AREA_UNKNOWN');
  });

  test('the first use counts once', async () => {
    const card = (await database('cards').where({ state: 'replacing' }).first('id')) as { id: string };
    expect(await steering.recordFirstUse(card.id, '2026-11-24T08:00:00Z')).toBe(true);
    expect(await steering.recordFirstUse(card.id, '2026-11-25T08:00:00Z')).toBe(false);
    expect((await steering.dashboard()).total['first-used']).toBe(1);
  });

  test('counted anew from what is there, the numbers are the same', async () => {
    const before = (await steering.dashboard()).total;
    const down = () => database.migrate.down({ ...MIGRATION, name: '010-steering' });
    // First uses and populations stand nowhere else.
    expect(String(await refusal(down()))).toContain('card_first_uses');
    for (const table of ['card_first_uses', 'county_populations']) await database(table).delete();
    await down();
    await database.migrate.latest(MIGRATION);
    expect((await steering.dashboard()).total).toEqual({ ...before, 'first-used': 0 });
  });

  test('both files hold a line for each county', async () => {
    const dashboard = await steering.dashboard();
    const csv = steeringCsv(dashboard).trim().split('\r\n');
    expect(csv).toHaveLength(1 + dashboard.counties.length);
    expect(csv[1]).toMatch(/^130102,石家庄市,长安区,/);
    const [sheet] = await readXlsxFile(Buffer.from(await steeringXlsx(dashboard)));
    expect(sheet?.data.length).toBe(1 + dashboard.counties.length);
    expect(sheet?.data[2]?.slice(0, 3)).toEqual(['130123', '石家庄市', '正定县']);
  });
});
