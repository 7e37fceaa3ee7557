/** Counters of the funnel, populations, and what waits longest. */
import { NO_COUNTS, STAGE_IDS, type Stage, type StageCounts } from '../domain/steering/index.ts';
import type { Database } from './database.ts';
import { integer } from './rows.ts';

export interface CountyCounts {
  readonly areaCode: string;
  readonly counts: StageCounts;
}

/** Every county that has a count, in the order of its code. */
export async function countsByCounty(database: Database): Promise<CountyCounts[]> {
  const rows = (await database('steering_counts')
    .select('area_code', 'stage')
    .sum({ passed: 'passed' })
    .groupBy('area_code', 'stage')
    .orderBy('area_code')) as unknown as { area_code: string; stage: string; passed: unknown }[];
  const counties = new Map<string, Record<Stage, number>>();
  for (const row of rows) {
    const counts = counties.get(row.area_code) ?? { ...NO_COUNTS };
    if ((STAGE_IDS as readonly string[]).includes(row.stage)) counts[row.stage as Stage] = integer(row.passed);
    counties.set(row.area_code, counts);
  }
  return [...counties].map(([areaCode, counts]) => ({ areaCode, counts }));
}

/** Passages of one stage a day, since `sinceDay`, of the whole province. */
export async function passagesByDay(
  database: Database,
  stage: Stage,
  sinceDay: string,
): Promise<{ day: string; count: number }[]> {
  const rows = (await database('steering_counts')
    .where({ stage })
    .where('day', '>=', sinceDay)
    .select('day')
    .sum({ passed: 'passed' })
    .groupBy('day')
    .orderBy('day')) as unknown as { day: string; passed: unknown }[];
  return rows.map(({ day, passed }) => ({ day, count: integer(passed) }));
}

export interface OldestCard {
  readonly areaCode: string;
  readonly state: string;
  readonly cardId: string;
  readonly orderedAt: string;
  readonly waiting: number;
}

const ON_THEIR_WAY = ['ordered', 'personalizing', 'personalized', 'failed', 'in-delivery'];

/** For each county and state on the way: how many wait, and the one that has waited longest. */
export async function oldestByCounty(database: Database): Promise<OldestCard[]> {
  const rows = (await database('cards as c')
    .join('residents as r', 'r.id', 'c.resident_id')
    .whereIn('c.state', ON_THEIR_WAY)
    .select('r.area_code', 'c.state')
    .min({ oldest: 'c.ordered_at' })
    .count({ waiting: '*' })
    .groupBy('r.area_code', 'c.state')) as unknown as {
    area_code: string;
    state: string;
    oldest: string;
    waiting: unknown;
  }[];
  const found: OldestCard[] = [];
  for (const row of rows) {
    const card = (await database('cards as c')
      .join('residents as r', 'r.id', 'c.resident_id')
      .where({ 'c.state': row.state, 'c.ordered_at': row.oldest, 'r.area_code': row.area_code })
      .first('c.id')) as { id: string } | undefined;
    if (card === undefined) continue;
    const { area_code: areaCode, state, oldest: orderedAt } = row;
    found.push({ areaCode, state, cardId: card.id, orderedAt, waiting: integer(row.waiting) });
  }
  return found;
}

export interface Population {
  readonly areaCode: string;
  readonly residents: number;
  readonly source: string;
}

export async function populations(database: Database): Promise<Population[]> {
  const rows = (await database('county_populations').orderBy('area_code')) as {
    area_code: string;
    residents: unknown;
    source: string;
  }[];
  return rows.map(({ area_code: areaCode, residents, source }) => ({
    areaCode,
    residents: integer(residents),
    source,
  }));
}

export async function setPopulations(
  database: Database,
  list: readonly Population[],
  by: { readonly actor: string; readonly at: string },
): Promise<void> {
  for (const { areaCode, residents, source } of list) {
    await database('county_populations')
      .insert({ area_code: areaCode, residents, source, set_by: by.actor, set_at: by.at })
      .onConflict('area_code')
      .merge();
  }
}

export interface BlankStock {
  readonly locationId: string;
  readonly name: string;
  readonly stock: number;
  readonly inWork: number;
}

export async function blankStock(database: Database): Promise<BlankStock[]> {
  const rows = (await database('stock_ledgers as l')
    .join('stock_locations as s', 's.id', 'l.location_id')
    .select('s.id', 's.name', 'l.stock', 'l.in_work')
    .orderBy('s.name')) as { id: string; name: string; stock: unknown; in_work: unknown }[];
  return rows.map((row) => ({
    locationId: row.id,
    name: row.name,
    stock: integer(row.stock),
    inWork: integer(row.in_work),
  }));
}

/** The first contact of a handed-over card; later ones change nothing. Answers whether this was the first. */
export async function recordFirstUse(database: Database, cardId: string, at: string): Promise<boolean> {
  const rows = await database('card_first_uses')
    .insert({ card_id: cardId, at })
    .onConflict('card_id')
    .ignore()
    .returning('card_id');
  return rows.length === 1;
}
