/**
 * What the regional health platform is told: every move of every card once in line, by serial, states and county; nobody's
 * name, number or health. Read by a cursor and as often as one likes: the same cursor gives the same events with the same
 * ids (at least once), places have no holes, and what is older than the retention is refused, never skipped in silence.
 */
import { type Clock, timestamp } from './clock.ts';
import { issuerErrors } from './errors.ts';
import { cardMoves, type Database, events, givePlaces } from './store/index.ts';

export interface PlatformFeedParts {
  readonly database: Database;
  readonly clock: Clock;
  /** How long events can be fetched. */
  readonly retentionDays: number;
}

export const PLATFORM_SCHEMA = 'rhc-card-events/1';
const DAY_MS = 24 * 3_600_000;
/** Events that one tick takes out. */
const FORGET_AT_ONCE = 50_000;

export class PlatformFeed {
  readonly #parts: PlatformFeedParts;

  constructor(parts: PlatformFeedParts) {
    this.#parts = parts;
  }

  /**
   * @param page.cursor what the last answer gave as `next`; absent: from the oldest that is kept
   * @throws FEED_CURSOR_EXPIRED when events after it are no longer kept, FEED_CURSOR_AHEAD when it is of another database
   */
  async read(page: { readonly cursor?: number | undefined; readonly limit: number }) {
    const { database } = this.#parts;
    const last = await givePlaces(database, 'card_moves');
    const gone = await cardMoves.lastPlaceBefore(database, this.#keptFrom());
    const after = page.cursor ?? gone;
    if (after < gone) throw issuerErrors.make('FEED_CURSOR_EXPIRED');
    if (after > last) throw issuerErrors.make('FEED_CURSOR_AHEAD');
    const moves = await cardMoves.listPlacedMoves(database, after, page.limit);
    const next = moves.at(-1)?.position ?? after;
    return {
      schema: PLATFORM_SCHEMA,
      cursor: after,
      next,
      more: next < last,
      events: moves.map(({ id, ...move }) => ({ id: `card-move-${id}`, ...move })),
    };
  }

  /** The log of events forgets what is older than the retention; moves of cards stay, as history. */
  async tick(): Promise<number> {
    return events.forgetEvents(this.#parts.database, this.#keptFrom(), FORGET_AT_ONCE);
  }

  #keptFrom(): string {
    return timestamp(this.#parts.clock.nowMs() - this.#parts.retentionDays * DAY_MS);
  }
}
