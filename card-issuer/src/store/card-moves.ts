/** Every move of every card with who, why and when; append-only. Each is also an event of the feed, without the names. */
import type { ReasonCode } from '../domain/card-reasons.ts';
import type { CardMove, CardState } from '../domain/card-state.ts';
import type { Database } from './database.ts';
import { insertEvent } from './events.ts';

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
export async function listCardMoves(database: Database, cardId: string): Promise<CardMoveRecord[]> {
  const rows = (await database('card_moves').where({ card_id: cardId }).orderBy('id')) as {
    move: CardMove;
    from_state: CardState;
    to_state: CardState;
    actor: string;
    witness: string | null;
    reason: string | null;
    at: string;
  }[];
  return rows.map((row) => ({
    move: row.move,
    from: row.from_state,
    to: row.to_state,
    actor: row.actor,
    witness: row.witness,
    reason: row.reason,
    at: row.at,
  }));
}
