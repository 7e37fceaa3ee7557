/** Cards by the month and county in which they expire, and those that a renewal wave would take. */
import { USABLE_CARD_STATES } from '../domain/card-state.ts';
import type { Database } from './database.ts';
import { integer } from './rows.ts';

/** Months `YYYY-MM`, both included. */
export interface RenewalSpan {
  readonly from: string;
  readonly to: string;
  readonly areaCode?: string | undefined;
}

export interface ExpiryCount {
  readonly month: string;
  readonly areaCode: string;
  /** In use: active, suspended or being replaced. */
  readonly expiring: number;
  /** Of those: a successor is ordered or made, or a line of a run waits to make one. */
  readonly underWay: number;
}

/** Days of a month are compared as texts; 31 stands behind every last day. */
const within = ({ from, to }: RenewalSpan): [string, string] => [`${from}-01`, `${to}-31`];

const successorOf = (database: Database) =>
  database('cards as s').whereRaw('s.replaces = c.id').whereNot('s.state', 'spoiled').select('s.id');
const lineOf = (database: Database) =>
  database('bulk_items as i')
    .join('bulk_runs as u', 'u.id', 'i.run_id')
    .whereRaw('i.resident_id = c.resident_id')
    .whereIn('i.state', ['queued', 'taken'])
    .whereNot('u.state', 'cancelled')
    .select('i.id');

export async function countExpiring(database: Database, span: RenewalSpan): Promise<ExpiryCount[]> {
  const query = database('cards as c')
    .join('residents as r', 'r.id', 'c.resident_id')
    .whereIn('c.state', [...USABLE_CARD_STATES])
    .whereBetween('c.expiry_date', within(span));
  if (span.areaCode !== undefined) query.where('r.area_code', span.areaCode);
  const month = database.raw('substr(c.expiry_date, 1, 7)');
  const rows = (await query
    .select({ month, areaCode: 'r.area_code' })
    .count({ expiring: '*' })
    .select(
      database.raw('sum(case when exists ? or exists ? then 1 else 0 end) as ??', [
        successorOf(database),
        lineOf(database),
        'underWay',
      ]),
    )
    .groupByRaw('substr(c.expiry_date, 1, 7), r.area_code')
    .orderBy([{ column: 'month' }, { column: 'areaCode' }])) as unknown as ExpiryCount[];
  return rows.map((row) => ({
    month: row.month,
    areaCode: row.areaCode,
    expiring: integer(row.expiring),
    underWay: integer(row.underWay),
  }));
}

/** Active cards of living records without a successor or a line that waits; the first to expire first. */
export async function listRenewable(
  database: Database,
  span: RenewalSpan,
  limit: number,
): Promise<{ readonly cardId: string; readonly residentId: string }[]> {
  const query = database('cards as c')
    .join('residents as r', 'r.id', 'c.resident_id')
    .where('c.state', 'active')
    .where('r.state', 'live')
    .whereBetween('c.expiry_date', within(span))
    .whereNotExists(successorOf(database))
    .whereNotExists(lineOf(database));
  if (span.areaCode !== undefined) query.where('r.area_code', span.areaCode);
  return query.orderBy(['c.expiry_date', 'c.id']).limit(limit).select({ cardId: 'c.id', residentId: 'c.resident_id' });
}
