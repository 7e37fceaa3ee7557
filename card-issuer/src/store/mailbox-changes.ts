/** Changes for many cards: what is chosen, how far it has come. */
import type { ChangeSelection, ChangeState, MailboxChange } from '../domain/mailbox/index.ts';
import { type Database, isPostgres } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { personalDataOf } from './personal-data.ts';
import { integer, parseJson } from './rows.ts';

const COUNTS = ['looked', 'made', 'needless', 'refused'] as const;
const place = (id: string) => `mailbox_changes.content/${id}`;

function changeOf(database: Database, row: Record<string, unknown>): MailboxChange {
  const text = (column: string) => row[column] as string;
  const orNull = (column: string) => (row[column] ?? null) as string | null;
  return {
    id: text('id'),
    name: text('name'),
    state: text('state') as ChangeState,
    content: parseJson<MailboxChange['content']>(personalDataOf(database).open(place(text('id')), text('content'))),
    selection: parseJson<ChangeSelection>(text('selection')),
    lapsesAt: orNull('lapses_at'),
    createdBy: text('created_by'),
    createdAt: text('created_at'),
    startedBy: orNull('started_by'),
    startedAt: orNull('started_at'),
    endedAt: orNull('ended_at'),
    looked: integer(row.looked),
    made: integer(row.made),
    needless: integer(row.needless),
    refused: integer(row.refused),
    total: row.total === null ? null : integer(row.total),
    refusals: parseJson<MailboxChange['refusals']>(text('refusals')),
    cursor: text('cursor'),
  };
}

export async function insertChange(
  database: Database,
  change: Pick<MailboxChange, 'id' | 'name' | 'content' | 'selection' | 'lapsesAt' | 'createdBy' | 'createdAt'>,
): Promise<void> {
  await database('mailbox_changes').insert({
    id: change.id,
    name: change.name,
    state: 'counting',
    content: personalDataOf(database).seal(place(change.id), JSON.stringify(change.content)),
    selection: JSON.stringify(change.selection),
    lapses_at: change.lapsesAt,
    created_by: change.createdBy,
    created_at: change.createdAt,
    cursor: '',
    refusals: '[]',
    ...Object.fromEntries(COUNTS.map((count) => [count, 0])),
  });
}

export async function findChange(database: Database, id: string): Promise<MailboxChange | null> {
  const row = (await database('mailbox_changes').where({ id }).first()) as Record<string, unknown> | undefined;
  return row === undefined ? null : changeOf(database, row);
}

/** Newest first. */
export async function listChanges(database: Database, page: ListPage): Promise<MailboxChange[]> {
  const query = database('mailbox_changes');
  inPages(
    query,
    [
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ],
    page,
  );
  const rows = (await query) as Record<string, unknown>[];
  return rows.map((row) => changeOf(database, row));
}

/** The oldest one that has work left, locked; another node's is passed by. Inside a transaction. */
export async function takeWorking(transaction: Database): Promise<MailboxChange | null> {
  const query = transaction('mailbox_changes').whereIn('state', ['counting', 'running']).orderBy('created_at');
  const row = (await (isPostgres(transaction) ? query.forUpdate().skipLocked() : query).first()) as
    | Record<string, unknown>
    | undefined;
  return row === undefined ? null : changeOf(transaction, row);
}

/** False when it was in another state. */
export async function moveChange(
  database: Database,
  id: string,
  from: readonly ChangeState[],
  to: ChangeState,
  changes: Readonly<Record<string, string | number | null>> = {},
): Promise<boolean> {
  const changed = await database('mailbox_changes')
    .where({ id })
    .whereIn('state', [...from])
    .update({ ...changes, state: to });
  return changed === 1;
}

export async function saveProgress(
  transaction: Database,
  change: Pick<MailboxChange, 'id' | 'cursor' | 'refusals' | (typeof COUNTS)[number]>,
): Promise<void> {
  await transaction('mailbox_changes')
    .where({ id: change.id })
    .update({
      cursor: change.cursor,
      refusals: JSON.stringify(change.refusals),
      ...Object.fromEntries(COUNTS.map((count) => [count, change[count]])),
    });
}

/** The next cards of a selection after a cursor, in the order of their ids. */
export async function selectCards(
  database: Database,
  selection: ChangeSelection,
  inUse: readonly string[],
  page: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const query = database('cards as c')
    .whereIn('c.state', [...inUse])
    .where('c.id', '>', page.after)
    .orderBy('c.id')
    .limit(page.limit);
  if (selection.areaPrefix !== undefined) {
    query.join('residents as r', 'r.id', 'c.resident_id').where('r.area_code', 'like', `${selection.areaPrefix}%`);
  }
  if (selection.expiresBefore !== undefined) query.where('c.expiry_date', '<', selection.expiresBefore);
  if (selection.cardIds !== undefined) {
    // In pieces, for an engine takes only so many parameters.
    const piece = [...selection.cardIds]
      .filter((id) => id > page.after)
      .sort()
      .slice(0, page.limit);
    query.whereIn('c.id', piece);
    const found = (await query.select('c.id')) as { id: string }[];
    const last = piece.at(-1);
    if (found.length > 0 || last === undefined) return found.map(({ id }) => id);
    return selectCards(database, selection, inUse, { ...page, after: last });
  }
  return ((await query.select('c.id')) as { id: string }[]).map(({ id }) => id);
}
