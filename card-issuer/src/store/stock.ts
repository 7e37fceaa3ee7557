/** Places, units, ledgers and shifts of blank cards. Ledgers are read only: the database writes them by trigger. */
import type { StockBucket, StockCount, StockLedger } from '../domain/stock.ts';
import type { Database } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { integer } from './rows.ts';

export interface StockLocation {
  readonly id: string;
  readonly name: string;
  readonly ledger: StockLedger;
  readonly openShift: string | null;
}

export interface StockUnit {
  readonly cardFactor: string;
  readonly boxNumber: string;
  readonly locationId: string;
  readonly bucket: StockBucket;
  readonly transferId: string | null;
}

export interface StockShift {
  readonly id: string;
  readonly locationId: string;
  readonly openedBy: string;
  readonly openedAt: string;
  readonly closedBy: string | null;
  readonly closedAt: string | null;
  readonly ledger: StockLedger;
}

export interface StockMovementRecord {
  readonly at: string;
  readonly kind: string;
  readonly locationId: string;
  readonly cardFactor?: string | undefined;
  readonly boxNumber?: string | undefined;
  readonly transferId?: string | undefined;
  readonly quantity: number;
  readonly actor: string;
  readonly witness?: string | undefined;
  readonly reason?: string | undefined;
}

type CountRow = Readonly<Record<'received' | 'stock' | 'in_work' | 'issued' | 'spoiled' | 'returned', unknown>>;

const ledgerOf = (row: CountRow): StockLedger => ({
  received: integer(row.received),
  stock: integer(row.stock),
  inWork: integer(row.in_work),
  issued: integer(row.issued),
  spoiled: integer(row.spoiled),
  returned: integer(row.returned),
});

/** Knex writes many rows for SQLite as a compound SELECT, which takes 500 terms. */
const UNITS_AT_ONCE = 500;

export async function insertLocation(
  database: Database,
  location: { readonly id: string; readonly name: string; readonly at: string },
): Promise<void> {
  await database('stock_locations').insert({ id: location.id, name: location.name, created_at: location.at });
  await database('stock_ledgers').insert({ location_id: location.id });
}

/** By name. */
export async function listLocations(database: Database, page?: ListPage): Promise<StockLocation[]> {
  const query = database('stock_locations as l')
    .join('stock_ledgers as g', 'g.location_id', 'l.id')
    .leftJoin('stock_shifts as s', (join) => {
      join.on('s.location_id', 'l.id').andOn(database.raw('s.closed_at IS NULL'));
    })
    .select('l.id', 'l.name', 's.id as openShift', 'g.received', 'g.stock', 'g.in_work', 'g.issued', 'g.spoiled')
    .select('g.returned');
  inPages(query, [{ column: 'l.name', order: 'asc' }], page);
  const rows = (await query) as (CountRow & { id: string; name: string; openShift: string | null })[];
  return rows.map((row) => ({ id: row.id, name: row.name, ledger: ledgerOf(row), openShift: row.openShift }));
}

export async function insertBox(
  database: Database,
  box: { readonly number: string; readonly supplier: string; readonly receivedBy: string; readonly at: string },
): Promise<void> {
  await database('stock_boxes')
    .insert({ number: box.number, supplier: box.supplier, received_by: box.receivedBy, received_at: box.at })
    .onConflict('number')
    .ignore();
}

export async function insertUnits(
  database: Database,
  units: readonly { readonly cardFactor: string; readonly boxNumber: string; readonly locationId: string }[],
): Promise<void> {
  for (let from = 0; from < units.length; from += UNITS_AT_ONCE) {
    const part = units.slice(from, from + UNITS_AT_ONCE);
    await database('stock_units').insert(
      part.map((unit) => ({
        card_factor: unit.cardFactor,
        box_number: unit.boxNumber,
        location_id: unit.locationId,
        bucket: 'stock',
      })),
    );
  }
}

/** Those of the chips that stand in the books, or that a card, or a reader's waste, has met already. */
export async function findKnownFactors(database: Database, factors: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (let from = 0; from < factors.length; from += UNITS_AT_ONCE) {
    const part = factors.slice(from, from + UNITS_AT_ONCE);
    for (const query of [
      database('stock_units').whereIn('card_factor', part),
      database('cards').whereIn('card_factor', part),
      database('blanks').whereIn('card_factor', part).whereNotNull('spoiled_at'),
    ]) {
      for (const row of (await query.select('card_factor')) as { card_factor: string }[]) known.add(row.card_factor);
    }
  }
  return known;
}

export async function findUnit(database: Database, cardFactor: string): Promise<StockUnit | null> {
  const row = (await database('stock_units').where({ card_factor: cardFactor }).first()) as
    | { card_factor: string; box_number: string; location_id: string; bucket: StockBucket; transfer_id: string | null }
    | undefined;
  if (row === undefined) return null;
  return {
    cardFactor: row.card_factor,
    boxNumber: row.box_number,
    locationId: row.location_id,
    bucket: row.bucket,
    transferId: row.transfer_id,
  };
}

/** False when the unit stands elsewhere by now, or is promised to a transfer. */
export async function moveUnit(database: Database, unit: StockUnit, to: StockBucket): Promise<boolean> {
  const changed = await database('stock_units')
    .where({ card_factor: unit.cardFactor, bucket: unit.bucket, location_id: unit.locationId })
    .whereNull('transfer_id')
    .update({ bucket: to });
  return changed === 1;
}

export async function insertMovement(database: Database, movement: StockMovementRecord): Promise<void> {
  await database('stock_movements').insert({
    at: movement.at,
    kind: movement.kind,
    location_id: movement.locationId,
    card_factor: movement.cardFactor ?? null,
    box_number: movement.boxNumber ?? null,
    transfer_id: movement.transferId ?? null,
    quantity: movement.quantity,
    actor: movement.actor,
    witness: movement.witness ?? null,
    reason: movement.reason ?? null,
  });
}

/** Begins with what the location holds: carried-over stock and work count as received. */
export async function insertShift(
  database: Database,
  shift: { readonly id: string; readonly locationId: string; readonly actor: string; readonly at: string },
  held: StockCount,
): Promise<void> {
  await database('stock_shifts').insert({
    id: shift.id,
    location_id: shift.locationId,
    opened_by: shift.actor,
    opened_at: shift.at,
    received: held.stock + held.inWork,
    stock: held.stock,
    in_work: held.inWork,
  });
}

export async function findShift(database: Database, id: string): Promise<StockShift | null> {
  const row = (await database('stock_shifts').where({ id }).first()) as
    | (CountRow & {
        id: string;
        location_id: string;
        opened_by: string;
        opened_at: string;
        closed_by: string | null;
        closed_at: string | null;
      })
    | undefined;
  if (row === undefined) return null;
  return {
    id: row.id,
    locationId: row.location_id,
    openedBy: row.opened_by,
    openedAt: row.opened_at,
    closedBy: row.closed_by,
    closedAt: row.closed_at,
    ledger: ledgerOf(row),
  };
}

/** The database refuses counts that differ from the book. False = it was closed already. */
export async function closeShift(
  database: Database,
  id: string,
  close: { readonly actor: string; readonly at: string; readonly counted: StockCount },
): Promise<boolean> {
  const changed = await database('stock_shifts').where({ id }).whereNull('closed_at').update({
    closed_by: close.actor,
    closed_at: close.at,
    counted_stock: close.counted.stock,
    counted_in_work: close.counted.inWork,
  });
  return changed === 1;
}

/** The row's lock, so that nothing moves between the count and the opening (PostgreSQL; SQLite has one writer). */
export async function lockLedger(transaction: Database, locationId: string): Promise<StockLedger | null> {
  const query = transaction('stock_ledgers').where({ location_id: locationId });
  const postgres = transaction.client.config.client === 'pg';
  const row = (await (postgres ? query.forUpdate() : query).first()) as CountRow | undefined;
  return row === undefined ? null : ledgerOf(row);
}

/** The law again, from the units themselves: for audits; the ledgers must say the same. */
export async function countUnits(database: Database): Promise<Record<string, Record<string, number>>> {
  const rows = (await database('stock_units')
    .select('location_id', 'bucket')
    .count({ total: '*' })
    .groupBy('location_id', 'bucket')) as unknown as { location_id: string; bucket: string; total: unknown }[];
  const counts: Record<string, Record<string, number>> = {};
  for (const row of rows) {
    const of = counts[row.location_id] ?? {};
    of[row.bucket] = integer(row.total);
    counts[row.location_id] = of;
  }
  return counts;
}
