/** Progress of one run: APDUs, batches, calls, milliseconds by stage; told at once, stored twice a second. */
import type { Logger } from '@rhc/service-shell';
import { type Clock, timestamp } from '../clock.ts';
import type { Job, JobProgress } from '../domain/job.ts';
import { type Database, jobs } from '../store/index.ts';
import type { EventFeed } from './event-feed.ts';

const STORE_EVERY_MS = 500;

export interface JobProgressPlaces {
  readonly database: Database;
  readonly feed: EventFeed;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly claimMs: number;
}

export class JobProgressKeeper {
  #places: JobProgressPlaces;
  #job: Job;
  #stage: string | null = null;
  #stageSinceMs = 0;
  #stageMs: Record<string, number> = {};
  #apdusDone = 0;
  #apdusTotal = 0;
  #batches = 0;
  #keyServiceCalls = 0;
  #storedAtMs: number;
  /** Of the next storing, so that a long stage is stored while it lasts. */
  #later: NodeJS.Timeout | null = null;

  constructor(places: JobProgressPlaces, job: Job) {
    this.#places = places;
    this.#job = job;
    // The claim has just been written; a card that is done sooner needs no progress in the database.
    this.#storedAtMs = places.clock.monotonicMs();
  }

  stage(stage: string): void {
    this.#closeStage();
    this.#stage = stage;
    this.#stageSinceMs = this.#places.clock.monotonicMs();
    this.#changed();
  }

  apdus(done: number, total: number): void {
    this.#apdusDone = done;
    this.#apdusTotal = total;
    this.#changed();
  }

  batch(): void {
    this.#batches += 1;
  }

  keyServiceCall(): void {
    this.#keyServiceCalls += 1;
  }

  end(): JobProgress {
    if (this.#later !== null) clearTimeout(this.#later);
    this.#later = null;
    this.#closeStage();
    return this.#snapshot();
  }

  #closeStage(): void {
    if (this.#stage === null) return;
    const spent = this.#places.clock.monotonicMs() - this.#stageSinceMs;
    this.#stageMs[this.#stage] = (this.#stageMs[this.#stage] ?? 0) + Math.round(spent * 10) / 10;
    this.#stageSinceMs = this.#places.clock.monotonicMs();
  }

  #snapshot(): JobProgress {
    return {
      stage: this.#stage,
      apdusDone: this.#apdusDone,
      apdusTotal: this.#apdusTotal,
      batches: this.#batches,
      keyServiceCalls: this.#keyServiceCalls,
      stageMs: { ...this.#stageMs },
    };
  }

  #changed(): void {
    const { feed, clock } = this.#places;
    feed.progress(this.#job.cardId, 'progress', { ...this.#snapshot() });
    if (this.#later !== null) return;
    const wait = this.#storedAtMs + STORE_EVERY_MS - clock.monotonicMs();
    if (wait <= 0) this.#store();
    else this.#later = setTimeout(() => this.#store(), wait);
  }

  #store(): void {
    const { clock, database, claimMs, logger } = this.#places;
    this.#later = null;
    this.#storedAtMs = clock.monotonicMs();
    const now = clock.nowMs();
    const claim = { now: timestamp(now), until: timestamp(now + claimMs) };
    // Not awaited: the card must not wait for its progress bar. The end of the run is written with care.
    jobs
      .saveJobProgress(database, this.#job, this.#snapshot(), claim)
      .catch((error: unknown) => logger.warn({ err: error }, 'progress was not stored'));
  }
}
