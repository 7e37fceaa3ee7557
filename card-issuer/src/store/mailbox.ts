/** Mailboxes of cards. A mailbox is one row that is locked first: contacts and new updates of a card come one after another. */
import type { MailboxContent } from '@rhc/reader-agent/contract';
import { type MailboxUpdate, OPEN_STATES, type UpdateKind, type UpdateState } from '../domain/mailbox/index.ts';
import { type Database, isPostgres } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { personalDataOf } from './personal-data.ts';
import { integer, parseJson } from './rows.ts';

interface UpdateRow {
  readonly id: string;
  readonly card_id: string;
  readonly sequence: unknown;
  readonly change_id: string | null;
  readonly kind: UpdateKind;
  readonly state: UpdateState;
  readonly subjects: string;
  readonly content: string | null;
  readonly lease: unknown;
  readonly leased_by: string | null;
  readonly leased_until: string | null;
  readonly code: string | null;
  readonly superseded_by: string | null;
  readonly created_by: string;
  readonly created_at: string;
  readonly lapses_at: string | null;
  readonly settled_at: string | null;
}

const place = (id: string) => `mailbox_updates.content/${id}`;

function updateOf(database: Database, row: UpdateRow): MailboxUpdate {
  return {
    id: row.id,
    cardId: row.card_id,
    sequence: integer(row.sequence),
    kind: row.kind,
    state: row.state,
    subjects: parseJson<string[]>(row.subjects),
    content:
      row.content === null
        ? null
        : parseJson<MailboxContent>(personalDataOf(database).open(place(row.id), row.content)),
    lease: integer(row.lease),
    leasedBy: row.leased_by,
    leasedUntil: row.leased_until,
    code: row.code,
    supersededBy: row.superseded_by,
    changeId: row.change_id,
    createdBy: row.created_by,
    createdAt: row.created_at,
    lapsesAt: row.lapses_at,
    settledAt: row.settled_at,
  };
}

/** Locks the mailbox, making it where there is none, and answers its version. Inside a transaction. */
export async function lockMailbox(transaction: Database, cardId: string): Promise<number> {
  await transaction('card_mailboxes').insert({ card_id: cardId, version: 0 }).onConflict('card_id').ignore();
  const query = transaction('card_mailboxes').where({ card_id: cardId });
  const row = (await (isPostgres(transaction) ? query.forUpdate() : query).first('version')) as { version: unknown };
  return integer(row.version);
}

export async function noteContact(transaction: Database, cardId: string, agentId: string, at: string): Promise<void> {
  await transaction('card_mailboxes')
    .where({ card_id: cardId })
    .update({ last_contact_at: at, last_contact_agent: agentId });
}

export interface NewUpdate {
  readonly id: string;
  readonly cardId: string;
  readonly content: MailboxContent;
  readonly subjects: readonly string[];
  readonly changeId: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly lapsesAt: string | null;
}

/** Behind all others of the card, whose mailbox the caller has locked. */
export async function insertUpdate(transaction: Database, update: NewUpdate, version: number): Promise<void> {
  const sequence = version + 1;
  await transaction('card_mailboxes').where({ card_id: update.cardId }).update({ version: sequence });
  await transaction('mailbox_updates').insert({
    id: update.id,
    card_id: update.cardId,
    sequence,
    change_id: update.changeId,
    kind: update.content.kind,
    state: 'waiting',
    subjects: JSON.stringify(update.subjects),
    content: personalDataOf(transaction).seal(place(update.id), JSON.stringify(update.content)),
    lease: 0,
    created_by: update.createdBy,
    created_at: update.createdAt,
    lapses_at: update.lapsesAt,
  });
}

export async function listOpen(database: Database, cardId: string): Promise<MailboxUpdate[]> {
  const rows = (await database('mailbox_updates')
    .where({ card_id: cardId })
    .whereIn('state', [...OPEN_STATES])
    .orderBy('sequence')) as UpdateRow[];
  return rows.map((row) => updateOf(database, row));
}

/** Newest first. */
export async function listUpdates(database: Database, cardId: string, page: ListPage): Promise<MailboxUpdate[]> {
  const query = database('mailbox_updates').where({ card_id: cardId });
  inPages(query, [{ column: 'sequence', order: 'desc' }], page);
  return ((await query) as UpdateRow[]).map((row) => updateOf(database, row));
}

export async function mailboxOf(
  database: Database,
  cardId: string,
): Promise<{
  readonly version: number;
  readonly lastContactAt: string | null;
  readonly lastContactAgent: string | null;
}> {
  const row = (await database('card_mailboxes').where({ card_id: cardId }).first()) as
    | { version: unknown; last_contact_at: string | null; last_contact_agent: string | null }
    | undefined;
  return {
    version: row === undefined ? 0 : integer(row.version),
    lastContactAt: row?.last_contact_at ?? null,
    lastContactAgent: row?.last_contact_agent ?? null,
  };
}

export async function findUpdate(database: Database, id: string): Promise<MailboxUpdate | null> {
  const row = (await database('mailbox_updates').where({ id }).first()) as UpdateRow | undefined;
  return row === undefined ? null : updateOf(database, row);
}

/** Nothing more is done with it: the values go, their names stay. False: it was settled meanwhile. */
export async function settleUpdate(
  database: Database,
  id: string,
  state: Exclude<UpdateState, (typeof OPEN_STATES)[number]>,
  settled: { readonly at: string; readonly code?: string | null; readonly supersededBy?: string },
): Promise<boolean> {
  const query = database('mailbox_updates').where({ id });
  // The chip is the truth: "applied" also outdoes what was settled without it.
  if (state !== 'applied') query.whereIn('state', [...OPEN_STATES]);
  const changed = await query.update({
    state,
    content: null,
    code: settled.code ?? null,
    superseded_by: settled.supersededBy ?? null,
    settled_at: settled.at,
    leased_until: null,
  });
  return changed === 1;
}

/** An open update in another open state: taken back to wait, or of unknown outcome. */
export async function reopenUpdate(
  database: Database,
  id: string,
  state: 'waiting' | 'unknown',
  code: string | null,
): Promise<void> {
  await database('mailbox_updates')
    .where({ id })
    .whereIn('state', [...OPEN_STATES])
    .update({ state, code, leased_until: null });
}

/** An open update whose content was widened by what it takes the place of. */
export async function rewriteContent(database: Database, id: string, content: MailboxContent): Promise<void> {
  await database('mailbox_updates')
    .where({ id })
    .whereIn('state', [...OPEN_STATES])
    .update({ content: personalDataOf(database).seal(place(id), JSON.stringify(content)) });
}

/** Every update of a change that no agent has or had. */
export async function withdrawWaiting(database: Database, changeId: string, at: string): Promise<number> {
  return database('mailbox_updates')
    .where({ change_id: changeId, state: 'waiting' })
    .update({ state: 'withdrawn', content: null, settled_at: at, code: 'MAILBOX_CHANGE_CANCELLED' });
}

/** Delivered: under the next lease, with the content that goes out. */
export async function leaseUpdate(
  database: Database,
  update: Pick<MailboxUpdate, 'id' | 'lease'> & { readonly content: MailboxContent },
  to: { readonly agentId: string; readonly until: string },
): Promise<number> {
  const lease = update.lease + 1;
  await database('mailbox_updates')
    .where({ id: update.id })
    .update({
      state: 'leased',
      lease,
      leased_by: to.agentId,
      leased_until: to.until,
      content: personalDataOf(database).seal(place(update.id), JSON.stringify(update.content)),
    });
  return lease;
}

/** Leases that ended without a word: whether the card took it nobody knows. Answers how many. */
export async function endSilentLeases(database: Database, at: string): Promise<number> {
  return database('mailbox_updates')
    .where({ state: 'leased' })
    .where('leased_until', '<', at)
    .update({ state: 'unknown', code: 'LEASE_ENDED', leased_until: null });
}

/** Open updates whose time is over, or whose card left use; for `settleUpdate`. */
export async function listLapsing(database: Database, at: string, inUse: readonly string[], limit: number) {
  const overdue = (await database('mailbox_updates')
    .whereIn('state', ['waiting', 'unknown'])
    .where('lapses_at', '<', at)
    .limit(limit)
    .select('id', 'card_id')) as { id: string; card_id: string }[];
  const orphaned = (await database('mailbox_updates as u')
    .join('cards as c', 'c.id', 'u.card_id')
    .whereIn('u.state', ['waiting', 'unknown'])
    .whereNotIn('c.state', [...inUse])
    .limit(limit)
    .select('u.id', 'u.card_id')) as { id: string; card_id: string }[];
  return [
    ...overdue.map(({ id, card_id: cardId }) => ({ id, cardId, code: 'MAILBOX_TIME_OVER' })),
    ...orphaned.map(({ id, card_id: cardId }) => ({ id, cardId, code: 'MAILBOX_CARD_OUT_OF_USE' })),
  ];
}

export async function countByState(database: Database, changeId?: string): Promise<Record<string, number>> {
  const query = database('mailbox_updates').select('state').count({ total: '*' }).groupBy('state');
  if (changeId !== undefined) query.where({ change_id: changeId });
  const rows = (await query) as unknown as { state: string; total: unknown }[];
  return Object.fromEntries(rows.map(({ state, total }) => [state, integer(total)]));
}
