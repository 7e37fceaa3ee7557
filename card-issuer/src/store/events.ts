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

interface EventRow {
  readonly id: unknown;
  readonly position: unknown;
  readonly at: string;
  readonly card_id: string | null;
  readonly type: string;
  readonly detail: string;
}

const eventOf = (row: EventRow): StoredEvent => ({
  id: integer(row.id),
  at: row.at,
  cardId: row.card_id,
  type: row.type,
  detail: parseJson<Record<string, unknown>>(row.detail),
});

/** Events whose number is after `afterId`, oldest first: for the screen, which also hears what is told live. */
export async function listEvents(database: Database, afterId: number, limit: number): Promise<StoredEvent[]> {
  const rows = await database('events').where('id', '>', afterId).orderBy('id', 'asc').limit(limit);
  return (rows as EventRow[]).map(eventOf);
}

/** Events after a place, in line; call `givePlaces` first. */
export async function listPlacedEvents(
  database: Database,
  after: number,
  limit: number,
): Promise<(StoredEvent & { readonly position: number })[]> {
  const rows = await database('events').where('position', '>', after).orderBy('position').limit(limit);
  return (rows as EventRow[]).map((row) => ({ ...eventOf(row), position: integer(row.position) }));
}

/** Events older than a moment go, whole stretches of the line only. @returns how many went */
export async function forgetEvents(database: Database, before: string, limit: number): Promise<number> {
  const gone = database('events').where('at', '<', before).whereNotNull('position').orderBy('position').limit(limit);
  return (await database('events').whereIn('id', gone.select('id')).delete()) as unknown as number;
}
