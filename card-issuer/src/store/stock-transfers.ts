/** Boxes of blank cards on their way from one place to another: promised by the giver, taken by another person. */
import type { Database } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { integer } from './rows.ts';

export interface StockTransfer {
  readonly id: string;
  readonly fromLocation: string;
  readonly toLocation: string;
  readonly quantity: number;
  readonly giver: string;
  readonly givenAt: string;
  readonly taker: string | null;
  readonly endedAt: string | null;
  readonly state: 'offered' | 'taken' | 'withdrawn';
}

/** Promises every free unit of the boxes at the giver's place to the transfer; answers how many. */
export async function promiseBoxes(
  database: Database,
  transfer: { readonly id: string; readonly from: string; readonly boxes: readonly string[] },
): Promise<number> {
  return database('stock_units')
    .where({ location_id: transfer.from, bucket: 'stock' })
    .whereNull('transfer_id')
    .whereIn('box_number', [...transfer.boxes])
    .update({ transfer_id: transfer.id });
}

export async function insertTransfer(database: Database, transfer: StockTransfer): Promise<void> {
  await database('stock_transfers').insert({
    id: transfer.id,
    from_location: transfer.fromLocation,
    to_location: transfer.toLocation,
    quantity: transfer.quantity,
    giver: transfer.giver,
    given_at: transfer.givenAt,
    state: transfer.state,
  });
}

export async function setTransferQuantity(database: Database, id: string, quantity: number): Promise<void> {
  await database('stock_transfers').where({ id }).update({ quantity });
}

const NEWEST_FIRST = [
  { column: 'given_at', order: 'desc' },
  { column: 'id', order: 'desc' },
] as const;

export async function listTransfers(
  database: Database,
  filter: {
    readonly id?: string;
    readonly state?: StockTransfer['state'] | undefined;
  },
  page?: ListPage,
): Promise<StockTransfer[]> {
  const query = database('stock_transfers');
  inPages(query, NEWEST_FIRST, page ?? { limit: 200, after: null });
  if (filter.id !== undefined) query.where({ id: filter.id });
  if (filter.state !== undefined) query.where({ state: filter.state });
  const rows = (await query) as {
    id: string;
    from_location: string;
    to_location: string;
    quantity: unknown;
    giver: string;
    given_at: string;
    taker: string | null;
    ended_at: string | null;
    state: StockTransfer['state'];
  }[];
  return rows.map((row) => ({
    id: row.id,
    fromLocation: row.from_location,
    toLocation: row.to_location,
    quantity: integer(row.quantity),
    giver: row.giver,
    givenAt: row.given_at,
    taker: row.taker,
    endedAt: row.ended_at,
    state: row.state,
  }));
}

/** Ends an offer; with a taker the units move to the new place, without one they are free again. False = it had ended. */
export async function endTransfer(
  database: Database,
  transfer: StockTransfer,
  end: { readonly taker: string | null; readonly at: string },
): Promise<boolean> {
  const state = end.taker === null ? 'withdrawn' : 'taken';
  const changed = await database('stock_transfers')
    .where({ id: transfer.id, state: 'offered' })
    .update({ state, taker: end.taker, ended_at: end.at });
  if (changed !== 1) return false;
  await database('stock_units')
    .where({ transfer_id: transfer.id })
    .update({ transfer_id: null, ...(end.taker === null ? {} : { location_id: transfer.toLocation }) });
  return true;
}
