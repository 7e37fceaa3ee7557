/** The books of the store as people look at them: boxes, shifts, movements, and whether ledgers and chips agree. Reads only. */
import type { StockLedger } from '../domain/stock.ts';
import type { Database } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { integer } from './rows.ts';

export interface BoxCount {
  readonly number: string;
  readonly supplier: string;
  readonly receivedBy: string;
  readonly receivedAt: string;
  readonly locationId: string;
  readonly free: number;
  /** In stock, but offered to somebody. */
  readonly promised: number;
  readonly inWork: number;
  readonly issued: number;
  readonly spoiled: number;
  readonly returned: number;
}

export interface ShiftEntry {
  readonly id: string;
  readonly locationId: string;
  readonly openedBy: string;
  readonly openedAt: string;
  readonly closedBy: string | null;
  readonly closedAt: string | null;
  readonly counted: { readonly stock: number; readonly inWork: number } | null;
  readonly ledger: StockLedger;
}

export interface MovementEntry {
  readonly id: number;
  readonly at: string;
  readonly kind: string;
  readonly locationId: string;
  readonly cardFactor: string | null;
  readonly boxNumber: string | null;
  readonly transferId: string | null;
  readonly quantity: number;
  readonly actor: string;
  readonly witness: string | null;
  readonly reason: string | null;
}

type Row = Readonly<Record<string, unknown>>;
const text = (value: unknown): string | null => (value == null ? null : String(value));

/** A box that was split between places stands once for each. */
export async function listBoxes(
  database: Database,
  filter: { readonly locationId?: string | undefined },
  page: ListPage,
): Promise<BoxCount[]> {
  const sum = (condition: string, name: string) =>
    database.raw(`SUM(CASE WHEN ${condition} THEN 1 ELSE 0 END) AS ${name}`);
  const query = database('stock_units as u')
    .join('stock_boxes as b', 'b.number', 'u.box_number')
    .groupBy('b.number', 'b.supplier', 'b.received_by', 'b.received_at', 'u.location_id')
    .select('b.number', 'b.supplier', 'b.received_by', 'b.received_at', 'u.location_id')
    .select(
      sum(`u.bucket = 'stock' AND u.transfer_id IS NULL`, 'free'),
      sum('u.transfer_id IS NOT NULL', 'promised'),
      sum(`u.bucket = 'in-work'`, 'in_work'),
      sum(`u.bucket = 'issued'`, 'issued'),
      sum(`u.bucket = 'spoiled'`, 'spoiled'),
      sum(`u.bucket = 'returned'`, 'returned'),
    );
  inPages(
    query,
    [
      { column: 'b.received_at', order: 'desc' },
      { column: 'b.number', order: 'asc' },
      { column: 'u.location_id', order: 'asc' },
    ],
    page,
  );
  if (filter.locationId !== undefined) query.where('u.location_id', filter.locationId);
  return ((await query) as Row[]).map((row) => ({
    number: String(row.number),
    supplier: String(row.supplier),
    receivedBy: String(row.received_by),
    receivedAt: String(row.received_at),
    locationId: String(row.location_id),
    free: integer(row.free),
    promised: integer(row.promised),
    inWork: integer(row.in_work),
    issued: integer(row.issued),
    spoiled: integer(row.spoiled),
    returned: integer(row.returned),
  }));
}

/** Newest first. */
export async function listShifts(
  database: Database,
  filter: { readonly locationId?: string | undefined },
  page: ListPage,
): Promise<ShiftEntry[]> {
  const query = database('stock_shifts');
  inPages(
    query,
    [
      { column: 'opened_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ],
    page,
  );
  if (filter.locationId !== undefined) query.where({ location_id: filter.locationId });
  return ((await query) as Row[]).map((row) => ({
    id: String(row.id),
    locationId: String(row.location_id),
    openedBy: String(row.opened_by),
    openedAt: String(row.opened_at),
    closedBy: text(row.closed_by),
    closedAt: text(row.closed_at),
    counted:
      row.counted_stock == null ? null : { stock: integer(row.counted_stock), inWork: integer(row.counted_in_work) },
    ledger: {
      received: integer(row.received),
      stock: integer(row.stock),
      inWork: integer(row.in_work),
      issued: integer(row.issued),
      spoiled: integer(row.spoiled),
      returned: integer(row.returned),
    },
  }));
}

/** Newest first, before a number. */
export async function listMovements(
  database: Database,
  filter: { readonly locationId?: string | undefined; readonly before?: number | undefined; readonly limit: number },
): Promise<MovementEntry[]> {
  const query = database('stock_movements').orderBy('id', 'desc').limit(filter.limit);
  if (filter.locationId !== undefined) query.where({ location_id: filter.locationId });
  if (filter.before !== undefined) query.where('id', '<', filter.before);
  return ((await query) as Row[]).map((row) => ({
    id: integer(row.id),
    at: String(row.at),
    kind: String(row.kind),
    locationId: String(row.location_id),
    cardFactor: text(row.card_factor),
    boxNumber: text(row.box_number),
    transferId: text(row.transfer_id),
    quantity: integer(row.quantity),
    actor: String(row.actor),
    witness: text(row.witness),
    reason: text(row.reason),
  }));
}
