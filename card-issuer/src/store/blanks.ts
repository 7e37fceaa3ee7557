/** Chips that were seen in a reader, by card factor. */
import type { Database } from './database.ts';

export interface Blank {
  readonly cardFactor: string;
  /** Hex; empty for a chip that no reader reported. */
  readonly atr: string;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly spoiledAt: string | null;
}

export interface SeenBlank {
  readonly cardFactor: string;
  readonly atr: string;
  readonly at: string;
}

/** Each chip at most once in a call. */
export async function noteBlanks(database: Database, seen: readonly SeenBlank[]): Promise<void> {
  if (seen.length === 0) return;
  await database('blanks')
    .insert(
      seen.map(({ cardFactor, atr, at }) => ({ card_factor: cardFactor, atr, first_seen_at: at, last_seen_at: at })),
    )
    .onConflict('card_factor')
    .merge(['atr', 'last_seen_at']);
}

export async function findBlank(database: Database, cardFactor: string): Promise<Blank | null> {
  const row = (await database('blanks').where({ card_factor: cardFactor }).first()) as
    | { card_factor: string; atr: string; first_seen_at: string; last_seen_at: string; spoiled_at: string | null }
    | undefined;
  if (row === undefined) return null;
  return {
    cardFactor: row.card_factor,
    atr: row.atr,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    spoiledAt: row.spoiled_at,
  };
}

/** Waste for ever, whether a reader was seen to hold the chip or not (a bureau's never lay in one here). */
export async function spoilBlank(database: Database, cardFactor: string, at: string): Promise<void> {
  await database('blanks')
    .insert({ card_factor: cardFactor, atr: '', first_seen_at: at, last_seen_at: at, spoiled_at: at })
    .onConflict('card_factor')
    .merge({ spoiled_at: at });
}
