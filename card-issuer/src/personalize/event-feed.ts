/** What happens, for those who watch: stored events and the fleeting progress of running cards. */
import type { Clock } from '../clock.ts';
import { timestamp } from '../clock.ts';
import { type Database, events, givePlaces } from '../store/index.ts';

export interface FeedEvent {
  /** Number of the stored event; null for progress, which nobody needs afterwards. */
  readonly id: number | null;
  readonly at: string;
  readonly type: string;
  readonly cardId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export class EventFeed {
  #database: Database;
  #clock: Clock;
  #listeners = new Set<(event: FeedEvent) => void>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  subscribe(listener: (event: FeedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stored first, told afterwards: who reconnects with the last number misses nothing. */
  async record(type: string, cardId: string | null, detail: Readonly<Record<string, unknown>> = {}): Promise<void> {
    this.#tell(await events.insertEvent(this.#database, { at: timestamp(this.#clock.nowMs()), type, cardId, detail }));
  }

  /**
   * Stores an event in the transaction of what it tells of, so that none of the two is ever without the other.
   * @returns tells those who watch: to be called once the transaction stands
   */
  async recordWithin(
    transaction: Database,
    type: string,
    cardId: string | null,
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<() => void> {
    const event = await events.insertEvent(transaction, { at: timestamp(this.#clock.nowMs()), type, cardId, detail });
    return () => this.#tell(event);
  }

  progress(cardId: string | null, type: string, detail: Readonly<Record<string, unknown>>): void {
    this.#tell({ id: null, at: timestamp(this.#clock.nowMs()), type, cardId, detail });
  }

  /** Tells those who watch that the card moved; the move itself is stored with the card. */
  cardMoved(cardId: string, move: string): void {
    this.progress(cardId, 'card-moved', { move });
  }

  since(afterId: number, limit: number): Promise<FeedEvent[]> {
    return events.listEvents(this.#database, afterId, limit);
  }

  /** For readers that come back by a place: in line, and nothing is passed by (`store/positions.ts`). */
  async placedAfter(place: number, limit: number): Promise<(FeedEvent & { readonly position: number })[]> {
    await givePlaces(this.#database, 'events');
    return events.listPlacedEvents(this.#database, place, limit);
  }

  #tell(event: FeedEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
