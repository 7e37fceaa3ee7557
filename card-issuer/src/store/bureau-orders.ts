/** Orders of a card bureau and their lines. */
import { type BureauLine, type BureauLineState, ENDED } from '../domain/bureau/index.ts';
import type { Database } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { integer, parseJson } from './rows.ts';

export interface BureauOrder {
  readonly id: string;
  readonly bureauId: string;
  readonly state: 'reserved' | 'sealed' | 'closed';
  readonly lines: number;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly sealedAt: string | null;
  readonly fileSha256: string | null;
  readonly closedAt: string | null;
}

interface OrderRow {
  readonly id: string;
  readonly bureau_id: string;
  readonly state: BureauOrder['state'];
  readonly lines: unknown;
  readonly created_by: string;
  readonly created_at: string;
  readonly sealed_at: string | null;
  readonly file_sha256: string | null;
  readonly closed_at: string | null;
}
const ORDER_COLUMNS = 'id,bureau_id,state,lines,created_by,created_at,sealed_at,file_sha256,closed_at'.split(',');

const orderOf = (row: OrderRow): BureauOrder => ({
  id: row.id,
  bureauId: row.bureau_id,
  state: row.state,
  lines: integer(row.lines),
  createdBy: row.created_by,
  createdAt: row.created_at,
  sealedAt: row.sealed_at,
  fileSha256: row.file_sha256,
  closedAt: row.closed_at,
});

interface LineRow {
  readonly order_id: string;
  readonly line: unknown;
  readonly card_id: string;
  readonly issue_serial: string;
  readonly card_factor: string;
  readonly blank_box: string;
  readonly state: BureauLineState;
  readonly proof: string;
  readonly files_digest: string | null;
  readonly end_digest: string | null;
  readonly keys: string;
  readonly return_box: string | null;
  readonly reason: string | null;
  readonly received_at: string | null;
  readonly checked_at: string | null;
  readonly checked_by: string | null;
}

const lineOf = (row: LineRow): BureauLine => ({
  orderId: row.order_id,
  line: integer(row.line),
  cardId: row.card_id,
  issueSerial: row.issue_serial,
  cardFactor: row.card_factor,
  blankBox: row.blank_box,
  state: row.state,
  proof: row.proof,
  filesDigest: row.files_digest,
  endDigest: row.end_digest,
  keys: parseJson(row.keys),
  returnBox: row.return_box,
  reason: row.reason,
  receivedAt: row.received_at,
  checkedAt: row.checked_at,
  checkedBy: row.checked_by,
});

/** Knex writes many rows for SQLite as a compound SELECT, which takes 500 terms. */
const ROWS_AT_ONCE = 400;

export async function insertOrder(
  transaction: Database,
  order: Pick<BureauOrder, 'id' | 'bureauId' | 'createdBy' | 'createdAt'>,
  lines: readonly Pick<BureauLine, 'line' | 'cardId' | 'issueSerial' | 'cardFactor' | 'blankBox' | 'proof'>[],
): Promise<void> {
  await transaction('bureau_orders').insert({
    id: order.id,
    bureau_id: order.bureauId,
    state: 'reserved',
    lines: lines.length,
    created_by: order.createdBy,
    created_at: order.createdAt,
  });
  for (let from = 0; from < lines.length; from += ROWS_AT_ONCE) {
    await transaction('bureau_lines').insert(
      lines.slice(from, from + ROWS_AT_ONCE).map((line) => ({
        order_id: order.id,
        line: line.line,
        card_id: line.cardId,
        issue_serial: line.issueSerial,
        card_factor: line.cardFactor,
        blank_box: line.blankBox,
        state: 'reserved',
        proof: line.proof,
      })),
    );
  }
}

export async function findOrder(database: Database, id: string): Promise<BureauOrder | null> {
  const row = (await database('bureau_orders').where({ id }).first(ORDER_COLUMNS)) as OrderRow | undefined;
  return row === undefined ? null : orderOf(row);
}

export async function listOrders(
  database: Database,
  filter: { readonly bureauId?: string | undefined },
  page: ListPage,
): Promise<BureauOrder[]> {
  const query = database('bureau_orders').select(ORDER_COLUMNS);
  inPages(
    query,
    [
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ],
    page,
  );
  if (filter.bureauId !== undefined) query.where({ bureau_id: filter.bureauId });
  return ((await query) as OrderRow[]).map(orderOf);
}

export async function findOrderFile(database: Database, id: string): Promise<Uint8Array | null> {
  const row = (await database('bureau_orders').where({ id }).first('file')) as { file: Uint8Array | null } | undefined;
  return row?.file == null ? null : new Uint8Array(row.file);
}

/** False when another node was faster: its file stands. */
export async function sealOrder(
  transaction: Database,
  id: string,
  sealed: { readonly file: Uint8Array; readonly sha256: string; readonly at: string },
): Promise<boolean> {
  const changed = await transaction('bureau_orders')
    .where({ id, state: 'reserved' })
    .update({ state: 'sealed', file: Buffer.from(sealed.file), file_sha256: sealed.sha256, sealed_at: sealed.at });
  return changed === 1;
}

/** By number. */
export async function listLines(database: Database, orderId: string, page?: ListPage): Promise<BureauLine[]> {
  const query = database('bureau_lines').where({ order_id: orderId });
  inPages(query, [{ column: 'line', order: 'asc' }], page);
  return ((await query) as LineRow[]).map(lineOf);
}

/** The line in which the card stands now; null for a card that no bureau has or made. */
export async function findOpenLine(database: Database, cardId: string): Promise<BureauLine | null> {
  const row = (await database('bureau_lines')
    .where({ card_id: cardId })
    .whereNotIn('state', [...ENDED])
    .first()) as LineRow | undefined;
  return row === undefined ? null : lineOf(row);
}

/** Lines of a bureau that were not made and whose chips are still good. */
export async function listFailedLines(database: Database, bureauId: string, limit: number): Promise<BureauLine[]> {
  const rows = (await database('bureau_lines as l')
    .join('bureau_orders as o', 'o.id', 'l.order_id')
    .where({ 'o.bureau_id': bureauId, 'l.state': 'failed' })
    .orderBy(['o.created_at', 'l.line'])
    .limit(limit)
    .select('l.*')) as LineRow[];
  return rows.map(lineOf);
}

export interface LineChanges {
  readonly filesDigest?: string;
  readonly endDigest?: string;
  readonly keys?: BureauLine['keys'];
  readonly returnBox?: string | null;
  readonly reason?: string | null;
  readonly receivedAt?: string;
  readonly checkedAt?: string;
  readonly checkedBy?: string;
}

/** Names the state it starts from: of two writers one wins. False = the line had moved. */
export async function moveLine(
  transaction: Database,
  line: Pick<BureauLine, 'orderId' | 'line' | 'state'>,
  to: BureauLineState,
  changes: LineChanges = {},
): Promise<boolean> {
  const row: Record<string, string | null> = { state: to };
  if (changes.filesDigest !== undefined) row.files_digest = changes.filesDigest;
  if (changes.endDigest !== undefined) row.end_digest = changes.endDigest;
  if (changes.keys !== undefined) row.keys = JSON.stringify(changes.keys);
  if (changes.returnBox !== undefined) row.return_box = changes.returnBox;
  if (changes.reason !== undefined) row.reason = changes.reason;
  if (changes.receivedAt !== undefined) row.received_at = changes.receivedAt;
  if (changes.checkedAt !== undefined) row.checked_at = changes.checkedAt;
  if (changes.checkedBy !== undefined) row.checked_by = changes.checkedBy;
  const changed = await transaction('bureau_lines')
    .where({ order_id: line.orderId, line: line.line, state: line.state })
    .update(row);
  return changed === 1;
}

export async function countLines(database: Database, orderId: string): Promise<Record<string, number>> {
  const rows = (await database('bureau_lines')
    .where({ order_id: orderId })
    .select('state')
    .count({ total: '*' })
    .groupBy('state')) as unknown as { state: string; total: unknown }[];
  return Object.fromEntries(rows.map((row) => [row.state, integer(row.total)]));
}

/** Closes the order if every line has its end; the database refuses a difference. False = not yet, or closed before. */
export async function closeOrderWhenDone(transaction: Database, id: string, at: string): Promise<boolean> {
  const waiting = await transaction('bureau_lines')
    .where({ order_id: id })
    .whereNotIn('state', [...ENDED])
    .where((open) => {
      open.whereNot({ state: 'made' }).orWhereNull('received_at');
    })
    .first('line');
  if (waiting !== undefined) return false;
  const counts = await countLines(transaction, id);
  const changed = await transaction('bureau_orders')
    .where({ id, state: 'sealed' })
    .update({
      state: 'closed',
      closed_at: at,
      made: counts.made ?? 0,
      wasted: counts.wasted ?? 0,
      written_off: counts['written-off'] ?? 0,
      repeated: counts.repeated ?? 0,
    });
  return changed === 1;
}

export async function findLineBySerial(
  database: Database,
  orderId: string,
  issueSerial: string,
): Promise<BureauLine | null> {
  const row = (await database('bureau_lines').where({ order_id: orderId, issue_serial: issueSerial }).first()) as
    | LineRow
    | undefined;
  return row === undefined ? null : lineOf(row);
}

/** Lines whose chips lie in a box that the bureau packed. */
export async function listLinesOfBox(database: Database, orderId: string, box: string): Promise<BureauLine[]> {
  const rows = (await database('bureau_lines')
    .where({ order_id: orderId, return_box: box })
    .whereIn('state', ['made', 'spoiled', 'wasted'])
    .orderBy('line')) as LineRow[];
  return rows.map(lineOf);
}
