/** Bulk runs, their items, stations and samples. (Over 300 lines: the four tables of one thing, each row once.) */
import type { ErrorBody } from '@rhc/card/errors';
import type { BulkItem, BulkItemState, BulkRun, BulkRunState } from '../domain/bulk.ts';
import { BULK_ITEM_STATES } from '../domain/bulk.ts';
import { type Database, isPostgres } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { integer, parseJson } from './rows.ts';

interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly state: BulkRunState;
  readonly paused_from: BulkRunState | null;
  readonly sample_card_id: string | null;
  readonly created_by: string;
  readonly created_at: string;
  readonly ended_at: string | null;
}

interface ItemRow {
  readonly id: string;
  readonly run_id: string;
  readonly position: number;
  readonly resident_id: string;
  readonly card_id: string | null;
  readonly replaces: string | null;
  readonly state: BulkItemState;
  readonly error: string | null;
  readonly ended_at: string | null;
}

const runOf = (row: RunRow): BulkRun => ({
  id: row.id,
  name: row.name,
  state: row.state,
  pausedFrom: row.paused_from,
  sampleCardId: row.sample_card_id,
  createdBy: row.created_by,
  createdAt: row.created_at,
  endedAt: row.ended_at,
});

const itemOf = (row: ItemRow): BulkItem => ({
  id: row.id,
  runId: row.run_id,
  position: Number(row.position),
  residentId: row.resident_id,
  cardId: row.card_id,
  replaces: row.replaces,
  state: row.state,
  error: row.error === null ? null : parseJson<ErrorBody>(row.error),
  endedAt: row.ended_at,
});

export async function insertRun(
  database: Database,
  run: Pick<BulkRun, 'id' | 'name' | 'state' | 'createdBy' | 'createdAt'>,
  items: readonly { readonly id: string; readonly residentId: string; readonly replaces: string | null }[],
): Promise<void> {
  const { id, name, state, createdBy, createdAt } = run;
  await database('bulk_runs').insert({ id, name, state, created_by: createdBy, created_at: createdAt });
  const rows = items.map((item, at) => ({
    id: item.id,
    run_id: id,
    position: at + 1,
    resident_id: item.residentId,
    replaces: item.replaces,
    state: 'queued',
  }));
  await database.batchInsert('bulk_items', rows, 100);
}

export async function findRun(database: Database, id: string): Promise<BulkRun | null> {
  const row = (await database('bulk_runs').where({ id }).first()) as RunRow | undefined;
  return row === undefined ? null : runOf(row);
}

/** Residents without a card and without a line that waits for one, in the order of their enrolment. */
export async function listCandidates(
  database: Database,
  filter: { readonly areaCode?: string | undefined; readonly limit: number },
): Promise<{ readonly total: number; readonly residentIds: readonly string[] }> {
  const waiting = () => {
    const query = database('residents as r')
      .where('r.state', 'live')
      .whereNotExists(
        database('cards as c').whereRaw('c.resident_id = r.id').whereNot('c.state', 'spoiled').select('c.id'),
      )
      .whereNotExists(
        database('bulk_items as i')
          .join('bulk_runs as u', 'u.id', 'i.run_id')
          .whereRaw('i.resident_id = r.id')
          .whereIn('i.state', ['queued', 'taken'])
          // What a cancelled run never began waits for nobody.
          .whereNot('u.state', 'cancelled')
          .select('i.id'),
      );
    if (filter.areaCode !== undefined) query.where('r.area_code', filter.areaCode);
    return query;
  };
  const [counted] = (await waiting().count({ total: '*' })) as { total: unknown }[];
  const rows = (await waiting().orderBy(['r.enrolled_at', 'r.id']).limit(filter.limit).select('r.id')) as {
    id: string;
  }[];
  return { total: integer(counted?.total ?? 0), residentIds: rows.map(({ id }) => id) };
}

/** Newest first. */
export async function listRuns(database: Database, page: ListPage): Promise<BulkRun[]> {
  const query = database('bulk_runs');
  inPages(
    query,
    [
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ],
    page,
  );
  return ((await query) as RunRow[]).map(runOf);
}

/** False when the run was in another state. */
export async function moveRun(
  database: Database,
  id: string,
  from: readonly BulkRunState[],
  to: BulkRunState,
  changes: Readonly<Record<string, string | null>> = {},
): Promise<boolean> {
  const changed = await database('bulk_runs')
    .where({ id })
    .whereIn('state', [...from])
    .update({ paused_from: null, ...changes, state: to });
  return changed === 1;
}

export async function countItems(database: Database, runId: string): Promise<Record<BulkItemState, number>> {
  const rows = (await database('bulk_items')
    .where({ run_id: runId })
    .select('state')
    .count({ total: '*' })
    .groupBy('state')) as unknown as { state: BulkItemState; total: unknown }[];
  const counts = Object.fromEntries(BULK_ITEM_STATES.map((state) => [state, 0])) as Record<BulkItemState, number>;
  for (const row of rows) counts[row.state] = integer(row.total);
  return counts;
}

/** Queued and taken lines of all runs that did not end. */
export async function countOpenItems(database: Database): Promise<number> {
  const [row] = (await database('bulk_items as i')
    .join('bulk_runs as u', 'u.id', 'i.run_id')
    .whereNotIn('u.state', ['done', 'cancelled'])
    .whereIn('i.state', ['queued', 'taken'])
    .count({ total: '*' })) as { total: unknown }[];
  return integer(row?.total ?? 0);
}

/** A line as people see it. */
export interface ListedItem extends BulkItem {
  readonly issueSerial: string | null;
  /** Of a taken line whose card waits: what the last try to write it met. */
  readonly setback: ErrorBody | null;
}

/** In the order of work, after a position. */
export async function listItems(
  database: Database,
  runId: string,
  page: { readonly state?: BulkItemState | undefined; readonly after: number; readonly limit: number },
): Promise<ListedItem[]> {
  const query = database('bulk_items as i')
    .leftJoin('cards as c', 'c.id', 'i.card_id')
    .leftJoin('jobs as j', (join) => {
      join.on('j.card_id', 'i.card_id').andOnVal('i.state', 'taken').andOnVal('j.state', 'waiting');
    })
    .where('i.run_id', runId)
    .where('i.position', '>', page.after);
  if (page.state !== undefined) query.where('i.state', page.state);
  const rows = (await query
    .orderBy('i.position')
    .limit(page.limit)
    .select('i.*', 'j.error as setback', 'c.issue_serial')) as (ItemRow & {
    readonly setback: string | null;
    readonly issue_serial: string | null;
  })[];
  return rows.map((row) => ({
    ...itemOf(row),
    issueSerial: row.issue_serial,
    setback: row.setback === null ? null : parseJson<ErrorBody>(row.setback),
  }));
}

export async function findItem(database: Database, id: string): Promise<BulkItem | null> {
  const row = (await database('bulk_items').where({ id }).first()) as ItemRow | undefined;
  return row === undefined ? null : itemOf(row);
}

/** Takes the next queued item; on PostgreSQL nodes pass by each other's (SKIP LOCKED). Null when none waits. */
export async function takeNext(
  database: Database,
  runId: string,
  taken: { readonly by: string; readonly at: string },
): Promise<BulkItem | null> {
  return database.transaction(async (transaction) => {
    const next = transaction('bulk_items').where({ run_id: runId, state: 'queued' }).orderBy('position');
    const row = (await (isPostgres(database) ? next.forUpdate().skipLocked() : next).first()) as ItemRow | undefined;
    if (row === undefined) return null;
    await transaction('bulk_items')
      .where({ id: row.id })
      .update({ state: 'taken', taken_by: taken.by, taken_at: taken.at, error: null });
    return itemOf({ ...row, state: 'taken', error: null });
  });
}

export async function moveItem(
  database: Database,
  id: string,
  from: readonly BulkItemState[],
  to: BulkItemState,
  changes: { readonly cardId?: string; readonly error?: ErrorBody | null; readonly endedAt?: string | null } = {},
): Promise<boolean> {
  const changed = await database('bulk_items')
    .where({ id })
    .whereIn('state', [...from])
    .update({
      state: to,
      ...(changes.cardId === undefined ? {} : { card_id: changes.cardId }),
      ...(changes.error === undefined ? {} : { error: changes.error === null ? null : JSON.stringify(changes.error) }),
      ...(changes.endedAt === undefined ? {} : { ended_at: changes.endedAt }),
    });
  return changed === 1;
}

/**
 * Ends a taken item as its card did; only while it has that card still: it may have failed, been asked for again and been
 * taken with another one since it was read.
 */
export async function endTaken(
  database: Database,
  { id, cardId }: BulkItem,
  end: { readonly state: 'done' | 'failed'; readonly error: ErrorBody | null; readonly at: string },
): Promise<void> {
  await database('bulk_items')
    .where({ id, state: 'taken', card_id: cardId })
    .update({ state: end.state, error: end.error === null ? null : JSON.stringify(end.error), ended_at: end.at });
}

/** A taken item waits again, unless its card has been begun since it was read. */
export async function requeueUnbegun(database: Database, { id }: BulkItem, now: string): Promise<void> {
  await database('bulk_items')
    .where({ id, state: 'taken' })
    .whereNotExists(
      database('cards').whereRaw('cards.id = bulk_items.card_id').whereNot({ state: 'ordered' }).select(1),
    )
    .whereNotExists(
      database('jobs')
        .whereRaw('jobs.card_id = bulk_items.card_id')
        .where({ state: 'running' })
        .where('claimed_until', '>=', now)
        .select(1),
    )
    .update({ state: 'queued' });
}

export async function setPosition(database: Database, id: string, position: number): Promise<boolean> {
  return (await database('bulk_items').where({ id, state: 'queued' }).update({ position })) === 1;
}

export interface TakenItem {
  readonly item: BulkItem;
  readonly cardState: string | null;
  readonly takenBy: string;
  readonly takenAt: string;
  /** The chip that the card's job waits for or is written to; null: no job yet. */
  readonly cardFactor: string | null;
  /** While a node writes the card: until when its word counts. */
  readonly claimedUntil: string | null;
}

/** Taken items with the state of their cards and jobs, oldest first. */
export async function takenWithCards(database: Database, runId: string): Promise<TakenItem[]> {
  const rows = (await database('bulk_items as i')
    .leftJoin('cards as c', 'c.id', 'i.card_id')
    .leftJoin('jobs as j', 'j.card_id', 'i.card_id')
    .where({ 'i.run_id': runId, 'i.state': 'taken' })
    .orderBy('i.taken_at')
    .select('i.*', 'c.state as card_state', 'j.card_factor as job_factor', 'j.state as job_state')
    .select('j.claimed_until as job_claimed_until')) as (ItemRow & {
    card_state: string | null;
    taken_by: string;
    taken_at: string;
    job_factor: string | null;
    job_state: string | null;
    job_claimed_until: string | null;
  })[];
  return rows.map((row) => ({
    item: itemOf(row),
    cardState: row.card_state,
    takenBy: row.taken_by,
    takenAt: row.taken_at,
    cardFactor: row.job_factor,
    claimedUntil: row.job_state === 'running' ? row.job_claimed_until : null,
  }));
}

/** How many were done since a moment, and the first of them. */
export async function doneSince(
  database: Database,
  runId: string,
  since: string,
): Promise<{ readonly count: number; readonly first: string | null }> {
  const [row] = (await database('bulk_items')
    .where({ run_id: runId, state: 'done' })
    .where('ended_at', '>=', since)
    .count({ total: '*' })
    .min({ first: 'ended_at' })) as { total: unknown; first: string | null }[];
  return { count: integer(row?.total ?? 0), first: row?.first ?? null };
}

export interface Station {
  readonly agentId: string;
  readonly reader: string;
  readonly runId: string;
}

export async function listStations(database: Database, runId?: string): Promise<Station[]> {
  const query = database('bulk_stations').orderBy(['agent_id', 'reader']);
  if (runId !== undefined) query.where({ run_id: runId });
  const rows = (await query) as { agent_id: string; reader: string; run_id: string }[];
  return rows.map((row) => ({ agentId: row.agent_id, reader: row.reader, runId: row.run_id }));
}

export async function assignStation(
  database: Database,
  station: Station,
  by: { readonly actor: string; readonly at: string },
): Promise<void> {
  await database('bulk_stations')
    .insert({
      agent_id: station.agentId,
      reader: station.reader,
      run_id: station.runId,
      assigned_by: by.actor,
      assigned_at: by.at,
    })
    .onConflict(['agent_id', 'reader'])
    .merge();
}

export async function releaseStation(database: Database, station: Omit<Station, 'runId'>): Promise<void> {
  await database('bulk_stations').where({ agent_id: station.agentId, reader: station.reader }).delete();
}

export async function isApprovedSample(database: Database, fingerprint: string): Promise<boolean> {
  return (await database('production_samples').where({ fingerprint }).first('fingerprint')) !== undefined;
}

export async function insertSample(
  database: Database,
  sample: { fingerprint: string; cardId: string; actor: string; witness: string; at: string },
): Promise<void> {
  await database('production_samples')
    .insert({
      fingerprint: sample.fingerprint,
      card_id: sample.cardId,
      approved_by: sample.actor,
      witness: sample.witness,
      approved_at: sample.at,
    })
    .onConflict('fingerprint')
    .ignore();
}
