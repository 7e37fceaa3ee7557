/** Chips that were seen in a reader, by card factor. */
import type { Database } from './database.ts';

export interface Blank {
  readonly cardFactor: string;
  readonly atr: string;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly spoiledAt: string | null;
}

export async function noteBlank(database: Database, cardFactor: string, atr: string, at: string): Promise<void> {
  await database('blanks')
    .insert({ card_factor: cardFactor, atr, first_seen_at: at, last_seen_at: at })
    .onConflict('card_factor')
    .merge({ atr, last_seen_at: at });
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

export async function markBlankSpoiled(database: Database, cardFactor: string, at: string): Promise<void> {
  await database('blanks').where({ card_factor: cardFactor }).update({ spoiled_at: at });
}
