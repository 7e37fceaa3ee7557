/** What happened, in order. Never personal data: a card is its id, a chip its factor. */
import type { Database } from './database.ts';
import { integer, parseJson } from './rows.ts';

export interface StoredEvent {
  readonly id: number;
  readonly at: string;
  readonly cardId: string | null;
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export async function insertEvent(database: Database, event: Omit<StoredEvent, 'id'>): Promise<StoredEvent> {
  const [inserted] = (await database('events')
    .insert({ at: event.at, card_id: event.cardId, type: event.type, detail: JSON.stringify(event.detail) })
    .returning('id')) as { id: unknown }[];
  return { ...event, id: integer(inserted?.id) };
}

/** Events after `afterId`, oldest first. */
export async function listEvents(
  database: Database,
  afterId: number,
  limit: number,
  until?: string,
): Promise<StoredEvent[]> {
  const query = database('events').where('id', '>', afterId).orderBy('id', 'asc').limit(limit);
  if (until !== undefined) query.where('at', '<=', until);
  const rows = (await query) as {
    id: unknown;
    at: string;
    card_id: string | null;
    type: string;
    detail: string;
  }[];
  return rows.map((row) => ({
    id: integer(row.id),
    at: row.at,
    cardId: row.card_id,
    type: row.type,
    detail: parseJson<Record<string, unknown>>(row.detail),
  }));
}
