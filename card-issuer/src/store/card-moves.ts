/** Every move of every card with who, why and when; append-only. Each is also an event of the feed, without the names. */
import type { ReasonCode } from '../domain/card-reasons.ts';
import type { CardMove, CardState } from '../domain/card-state.ts';
import type { Database } from './database.ts';
import { insertEvent } from './events.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { integer } from './rows.ts';

export interface MoveSigned {
  /** Account of the clerk, or `system`. */
  readonly actor: string;
  /** The second person, where two must sign. */
  readonly witness?: string | undefined;
  /** A reason of the table, or free text for waste. */
  readonly reason?: ReasonCode | (string & {}) | undefined;
  readonly at: string;
}

export interface CardMoveRecord {
  readonly move: CardMove;
  readonly from: CardState;
  readonly to: CardState;
  readonly actor: string;
  readonly witness: string | null;
  readonly reason: string | null;
  readonly at: string;
}

export async function insertCardMove(
  database: Database,
  record: MoveSigned & { cardId: string; move: CardMove; from: CardState; to: CardState },
): Promise<void> {
  await database('card_moves').insert({
    card_id: record.cardId,
    move: record.move,
    from_state: record.from,
    to_state: record.to,
    actor: record.actor,
    witness: record.witness ?? null,
    reason: record.reason ?? null,
    at: record.at,
    county_code: database.raw(
      `coalesce((SELECT substr(r.area_code, 1, 6) FROM cards c JOIN residents r ON r.id = c.resident_id WHERE c.id = ?), '')`,
      [record.cardId],
    ),
  });
  const { move, from, to, reason } = record;
  await insertEvent(database, {
    at: record.at,
    cardId: record.cardId,
    type: 'card-moved',
    detail: { move, from, to, ...(move === 'spoil' || reason === undefined ? {} : { reason }) },
  });
}

/** Oldest first. */
export async function listCardMoves(
  database: Database,
  cardId: string,
  page: ListPage,
): Promise<(CardMoveRecord & { readonly id: number })[]> {
  const query = database('card_moves').where({ card_id: cardId });
  inPages(query, [{ column: 'id', order: 'asc' }], page);
  const rows = (await query) as {
    id: unknown;
    move: CardMove;
    from_state: CardState;
    to_state: CardState;
    actor: string;
    witness: string | null;
    reason: string | null;
    at: string;
  }[];
  return rows.map((row) => ({
    id: integer(row.id),
    move: row.move,
    from: row.from_state,
    to: row.to_state,
    actor: row.actor,
    witness: row.witness,
    reason: row.reason,
    at: row.at,
  }));
}

export interface PlacedMove {
  readonly position: number;
  /** Number of the move: the same in every answer, for ever. */
  readonly id: number;
  readonly at: string;
  readonly cardSerial: string;
  readonly move: CardMove;
  readonly from: CardState;
  readonly to: CardState;
  /** GB/T 2260, 6 digits: where the resident lived when the card moved. */
  readonly countyCode: string;
}

/** Moves after a place, in line; call `givePlaces` first. */
export async function listPlacedMoves(database: Database, after: number, limit: number): Promise<PlacedMove[]> {
  const rows = (await database('card_moves as m')
    .join('cards as c', 'c.id', 'm.card_id')
    .where('m.position', '>', after)
    .orderBy('m.position')
    .limit(limit)
    .select('m.position', 'm.id', 'm.at', 'c.issue_serial as cardSerial', 'm.move')
    .select('m.from_state as from', 'm.to_state as to', 'm.county_code as countyCode')) as (Omit<
    PlacedMove,
    'position' | 'id'
  > & { position: unknown; id: unknown })[];
  return rows.map((row) => ({ ...row, position: integer(row.position), id: integer(row.id) }));
}

/** The last place that is older than a moment; 0 when there is none. */
export async function lastPlaceBefore(database: Database, at: string): Promise<number> {
  const row = (await database('card_moves').where('at', '<', at).max({ last: 'position' }).first()) as {
    last: unknown;
  };
  return row.last === null ? 0 : integer(row.last);
}
