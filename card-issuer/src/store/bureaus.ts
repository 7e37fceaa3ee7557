/** Card bureaus, their boxes and the counts of them. */
import type { Database } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { integer } from './rows.ts';

export interface BureauRecord {
  readonly id: string;
  readonly name: string;
  readonly locationId: string;
  readonly transportKey: string;
  /** PEM. */
  readonly signingCertificate: string;
  readonly receivingCertificate: string;
  readonly registeredBy: string;
  readonly approvedBy: string;
  readonly registeredAt: string;
}

interface BureauRow {
  readonly id: string;
  readonly name: string;
  readonly location_id: string;
  readonly transport_key: string;
  readonly signing_certificate: string;
  readonly receiving_certificate: string;
  readonly registered_by: string;
  readonly approved_by: string;
  readonly registered_at: string;
}

const bureauOf = (row: BureauRow): BureauRecord => ({
  id: row.id,
  name: row.name,
  locationId: row.location_id,
  transportKey: row.transport_key,
  signingCertificate: row.signing_certificate,
  receivingCertificate: row.receiving_certificate,
  registeredBy: row.registered_by,
  approvedBy: row.approved_by,
  registeredAt: row.registered_at,
});

export async function insertBureau(database: Database, bureau: BureauRecord): Promise<void> {
  await database('bureaus').insert({
    id: bureau.id,
    name: bureau.name,
    location_id: bureau.locationId,
    transport_key: bureau.transportKey,
    signing_certificate: bureau.signingCertificate,
    receiving_certificate: bureau.receivingCertificate,
    registered_by: bureau.registeredBy,
    approved_by: bureau.approvedBy,
    registered_at: bureau.registeredAt,
  });
}

export async function findBureau(database: Database, id: string): Promise<BureauRecord | null> {
  const row = (await database('bureaus').where({ id }).first()) as BureauRow | undefined;
  return row === undefined ? null : bureauOf(row);
}

/** By name. */
export async function listBureaus(database: Database, page?: ListPage): Promise<BureauRecord[]> {
  const query = database('bureaus');
  inPages(
    query,
    [
      { column: 'name', order: 'asc' },
      { column: 'id', order: 'asc' },
    ],
    page,
  );
  return ((await query) as BureauRow[]).map(bureauOf);
}

/** Free chips at a place, box by box; on PostgreSQL two orders made at once take different ones. */
export async function takeFreeBlanks(
  transaction: Database,
  locationId: string,
  count: number,
): Promise<{ cardFactor: string; boxNumber: string }[]> {
  const query = transaction('stock_units')
    .where({ location_id: locationId, bucket: 'stock' })
    .whereNull('transfer_id')
    .orderBy(['box_number', 'card_factor'])
    .limit(count)
    .select('card_factor', 'box_number');
  if (transaction.client.config.client === 'pg') query.forUpdate().skipLocked();
  const rows = (await query) as { card_factor: string; box_number: string }[];
  return rows.map((row) => ({ cardFactor: row.card_factor, boxNumber: row.box_number }));
}

export interface BureauBox {
  readonly id: string;
  readonly bureauId: string;
  readonly orderId: string | null;
  readonly transferId: string | null;
  readonly kind: 'blanks' | 'cards' | 'waste';
  readonly number: string;
  readonly courier: string;
  readonly tracking: string;
  readonly announcedBy: string;
  readonly announcedAt: string;
  readonly state: 'on-the-way' | 'counted';
  readonly expected: number | null;
  readonly counted: number | null;
  readonly firstCounter: string | null;
  readonly secondCounter: string | null;
  readonly countedAt: string | null;
}

interface BoxRow {
  readonly id: string;
  readonly bureau_id: string;
  readonly order_id: string | null;
  readonly transfer_id: string | null;
  readonly kind: BureauBox['kind'];
  readonly number: string;
  readonly courier: string;
  readonly tracking: string;
  readonly announced_by: string;
  readonly announced_at: string;
  readonly state: BureauBox['state'];
  readonly expected: unknown;
  readonly counted: unknown;
  readonly first_counter: string | null;
  readonly second_counter: string | null;
  readonly counted_at: string | null;
}

const boxOf = (row: BoxRow): BureauBox => ({
  id: row.id,
  bureauId: row.bureau_id,
  orderId: row.order_id,
  transferId: row.transfer_id,
  kind: row.kind,
  number: row.number,
  courier: row.courier,
  tracking: row.tracking,
  announcedBy: row.announced_by,
  announcedAt: row.announced_at,
  state: row.state,
  expected: row.expected === null ? null : integer(row.expected),
  counted: row.counted === null ? null : integer(row.counted),
  firstCounter: row.first_counter,
  secondCounter: row.second_counter,
  countedAt: row.counted_at,
});

export type NewBox = Pick<
  BureauBox,
  | 'id'
  | 'bureauId'
  | 'orderId'
  | 'transferId'
  | 'kind'
  | 'number'
  | 'courier'
  | 'tracking'
  | 'announcedBy'
  | 'announcedAt'
>;

/** A box that was announced before stays as it was. */
export async function announceBox(database: Database, box: NewBox): Promise<void> {
  const { orderId, number, transferId } = box;
  const known = orderId === null ? { transfer_id: transferId } : { order_id: orderId, number };
  if ((await database('bureau_boxes').where(known).first('id')) !== undefined) return;
  await database('bureau_boxes').insert({
    id: box.id,
    bureau_id: box.bureauId,
    order_id: orderId,
    transfer_id: transferId,
    kind: box.kind,
    number,
    courier: box.courier,
    tracking: box.tracking,
    announced_by: box.announcedBy,
    announced_at: box.announcedAt,
    state: 'on-the-way',
  });
}

/** The box that a transfer of blanks travels in. */
export async function findBoxOfTransfer(database: Database, transferId: string): Promise<BureauBox | null> {
  const row = (await database('bureau_boxes').where({ transfer_id: transferId }).first()) as BoxRow | undefined;
  return row === undefined ? null : boxOf(row);
}

export async function findBox(database: Database, id: string): Promise<BureauBox | null> {
  const query = database('bureau_boxes').where({ id });
  const row = (await (database.client.config.client === 'pg' ? query.forUpdate() : query).first()) as
    | BoxRow
    | undefined;
  return row === undefined ? null : boxOf(row);
}

/** Those of one bureau, newest first. */
export async function listBoxes(database: Database, bureauId: string, page?: ListPage): Promise<BureauBox[]> {
  const query = database('bureau_boxes').where({ bureau_id: bureauId });
  inPages(
    query,
    [
      { column: 'announced_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ],
    page,
  );
  return ((await query) as BoxRow[]).map(boxOf);
}

/** One person's count; counted again, it takes the place of the earlier one. Answers who counted so far, first come first. */
export async function noteCount(
  transaction: Database,
  count: { readonly boxId: string; readonly person: string; readonly counted: number; readonly at: string },
): Promise<string[]> {
  await transaction('bureau_box_counts')
    .insert({ box_id: count.boxId, person: count.person, counted: count.counted, counted_at: count.at })
    .onConflict(['box_id', 'person'])
    .merge({ counted: count.counted, counted_at: count.at });
  const rows = (await transaction('bureau_box_counts')
    .where({ box_id: count.boxId })
    .orderBy(['counted_at', 'person'])
    .select('person')) as { person: string }[];
  return rows.map((row) => row.person);
}

/** False when it was counted before. */
export async function endBox(
  transaction: Database,
  id: string,
  end: { readonly count: number; readonly first: string; readonly second: string; readonly at: string },
): Promise<boolean> {
  const changed = await transaction('bureau_boxes').where({ id, state: 'on-the-way' }).update({
    state: 'counted',
    expected: end.count,
    counted: end.count,
    first_counter: end.first,
    second_counter: end.second,
    counted_at: end.at,
  });
  return changed === 1;
}
