/**
 * Runs personalization jobs: claims a job when its chip lies in a reader, personalizes, and writes the outcome down. Three
 * things start a run: a person, the chip's appearance at any agent, and a growing wait after a failure while the chip
 * stays where it is. Nothing of a run needs to survive it: the chip tells where it is, the frozen data what is to be written.
 */
import { hexToBytes } from '@rhc/card/bytes';
import { type ErrorBody, isRhcError } from '@rhc/card/errors';
import type { RandomBytes } from '@rhc/card/session';
import type { Logger } from '@rhc/service-shell';
import { type Clock, timestamp } from '../clock.ts';
import { type Job, retryWaitMs } from '../domain/job.ts';
import { issuerErrors } from '../errors.ts';
import { cards, type Database, jobs } from '../store/index.ts';
import type { AgentHub } from './agent-hub.ts';
import type { EventFeed } from './event-feed.ts';
import { JobProgressKeeper } from './job-progress.ts';
import { isRejection, type PersonalizeOneCard } from './personalize-one-card.ts';
import { type CardPlace, RemoteBatchTransport } from './remote-batch-transport.ts';

export interface JobRunnerOptions {
  readonly database: Database;
  readonly hub: AgentHub;
  readonly feed: EventFeed;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly logger: Logger;
  /** Name of this node: what it ran before a restart it may take up at once. */
  readonly node: string;
  readonly claimMs: number;
  readonly personalizeOneCard: PersonalizeOneCard;
}

const bySystem = (at: string) => ({ actor: 'system', at });

/** With an `id`: the job is made, or pointed at the chip, before it is claimed. */
type RunWish = Pick<jobs.WantedJob, 'cardId' | 'cardFactor'> & Partial<Pick<jobs.WantedJob, 'id' | 'isNew'>>;

interface Setback {
  /** Where the chip lay, with the number of the agent's connection: any change gives the job a new chance at once. */
  readonly place: string;
  readonly failures: number;
  /** Monotonic time before which the runner does not try again by itself; Infinity = a person or a change must act. */
  readonly notBeforeMs: number;
}

export class JobRunner {
  #options: JobRunnerOptions;
  #running = new Map<string, Promise<void>>();
  #setbacks = new Map<string, Setback>();
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** Takes up what this node left, and everything whose chip is already there. */
  async start(): Promise<void> {
    const { database, node, clock } = this.#options;
    await jobs.releaseClaims(database, node, timestamp(clock.nowMs()));
    await this.look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#looking;
    await Promise.all(this.#running.values());
  }

  isRunning(cardId: string): boolean {
    return this.#running.has(cardId);
  }

  /** Resolves when the card's present run has ended, at once when there is none. */
  async settled(cardId: string): Promise<void> {
    await this.#looking;
    await this.#running.get(cardId);
  }

  /**
   * A person asked for it: earlier setbacks do not count. Makes the job, or points the waiting one at the chip in this place,
   * and claims it, in one transaction. Resolves when it runs, or when it is not to be had (another clerk was first).
   * @throws a unique violation when another order waits for the chip
   */
  async run(wanted: Omit<jobs.WantedJob, 'at'>, place: CardPlace): Promise<void> {
    this.#setbacks.delete(wanted.cardId);
    await this.#begin(wanted, place);
  }

  /** Looks for chips whose jobs wait. Called when readers change and when a wait is over; calls queue up. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      if (this.#stopped) return;
      try {
        await this.#lookOnce();
      } catch (error) {
        this.#options.logger.error({ err: error }, 'looking for waiting chips failed');
      }
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { database, hub, clock } = this.#options;
    const waiting = await jobs.listWaitingChips(database, timestamp(clock.nowMs()));
    if (waiting.size === 0) return;
    for (const agent of hub.agents()) {
      for (const reader of agent.readers) {
        const factor = reader.card?.cardFactor ?? null;
        const cardId = factor === null ? undefined : waiting.get(factor);
        if (cardId === undefined || factor === null || reader.card === null || this.#running.has(cardId)) continue;
        const place = { agentId: agent.agentId, reader: reader.reader, insertion: reader.card.insertion };
        const setback = this.#setbacks.get(cardId);
        const held = setback?.place === this.#placeKey(place) && clock.monotonicMs() < setback.notBeforeMs;
        if (held) continue;
        this.#begin({ cardId, cardFactor: factor }, place).catch((error: unknown) => {
          this.#options.logger.error({ err: error, cardId }, 'a waiting job was not claimed');
        });
      }
    }
  }

  #placeKey(place: CardPlace): string {
    const connection = this.#options.hub.agent(place.agentId)?.connection ?? 0;
    return `${place.agentId}/${connection}/${place.reader}/${place.insertion}`;
  }

  /** @param wish with an `id` when the job is to be made or pointed first */
  async #begin(wish: RunWish, place: CardPlace): Promise<void> {
    const { cardId } = wish;
    if (this.#stopped || this.#running.has(cardId)) return;
    const claimed = this.#claim(wish, place);
    const run = claimed
      .then(
        async (job) => {
          if (job !== null) await this.#run(job, cardId, place);
          return job !== null;
        },
        // Told to the one who waits for the claim.
        () => true,
      )
      .catch((error: unknown) => {
        this.#options.logger.error({ err: error, cardId }, 'personalization run broke off');
        return true;
      })
      .then((ran) => {
        this.#running.delete(cardId);
        // The job waits for another chip, which a second clerk put in at the same moment and asked for in vain meanwhile.
        if (!ran) void this.look();
      });
    this.#running.set(cardId, run);
    await claimed;
  }

  /** Null when the job is not to be had with this chip. */
  async #claim(wish: RunWish, place: CardPlace): Promise<Job | null> {
    const { database, clock, node, claimMs, feed } = this.#options;
    const { cardId, cardFactor } = wish;
    const nowMs = clock.nowMs();
    const now = timestamp(nowMs);
    const { agentId, reader } = place;
    const begun = await database.transaction(async (transaction) => {
      if (wish.id !== undefined) {
        const wanted = { id: wish.id, isNew: wish.isNew ?? false, cardId, cardFactor, at: now };
        if (!(await jobs.prepareJob(transaction, wanted))) return null;
      }
      const claim = { node, now, until: timestamp(nowMs + claimMs), agentId, reader, cardFactor };
      const job = await jobs.claimJob(transaction, cardId, claim);
      if (job === null) return null;
      const told = { attempt: job.attempt, reader };
      return { job, tell: await feed.recordWithin(transaction, 'personalization-started', cardId, told) };
    });
    begun?.tell();
    return begun?.job ?? null;
  }

  async #run(job: Job, cardId: string, place: CardPlace): Promise<void> {
    const { database, hub } = this.#options;
    const progress = new JobProgressKeeper(this.#options, job);
    const batchIdPrefix = `${job.id}.${job.attempt}.${Buffer.from(this.#options.random(4)).toString('hex')}`;
    const transport = new RemoteBatchTransport(hub, place, batchIdPrefix);
    try {
      const card = await cards.findCard(database, cardId);
      if (card === null || job.cardFactor === null) throw issuerErrors.make('CARD_UNKNOWN');
      const verdict = await this.#options.personalizeOneCard({
        card,
        cardFactor: hexToBytes(job.cardFactor),
        transport,
        progress,
      });
      await this.#finish(job, cardId, verdict, progress);
      this.#setbacks.delete(cardId);
    } catch (error) {
      await this.#interrupt(job, cardId, place, error, progress);
    } finally {
      transport.release();
    }
  }

  /** The card and its job end together: no moment in which one says issued and the other does not. */
  async #finish(job: Job, cardId: string, verdict: cards.CardVerdict, progress: JobProgressKeeper): Promise<void> {
    const { database, clock, feed } = this.#options;
    const at = timestamp(clock.nowMs());
    const finished = progress.end();
    const tell = await database.transaction(async (transaction) => {
      // The move itself refuses a card that is in another state by now.
      await cards.moveCard(transaction, { id: cardId, state: 'personalizing' }, 'verified', bySystem(at), {
        verdict: JSON.stringify(verdict),
        personalized_at: at,
      });
      await jobs.endJobRun(transaction, job, { state: 'done', progress: finished, error: null, at });
      const { genuine, readBack } = verdict;
      return feed.recordWithin(transaction, 'personalized', cardId, { ...finished, genuine, readBack });
    });
    tell();
  }

  async #interrupt(
    job: Job,
    cardId: string,
    place: CardPlace,
    cause: unknown,
    progress: JobProgressKeeper,
  ): Promise<void> {
    const { database, clock, feed, logger } = this.#options;
    const known = isRhcError(cause) ? cause : issuerErrors.make('UNEXPECTED', { cause });
    const error: ErrorBody = known.toBody();
    const at = timestamp(clock.nowMs());
    const ended = progress.end();
    logger.warn({ err: cause, cardId, attempt: job.attempt, stage: ended.stage }, 'personalization run ended early');
    const { rejected, tell } = await database.transaction(async (transaction) => {
      const card = await cards.findCard(transaction, cardId);
      const verdict = card?.state === 'personalizing' && isRejection(known.code, job.attempt);
      if (card !== null && verdict) await cards.moveCard(transaction, card, 'rejected', bySystem(at));
      const forgetChip = known.code === 'BLANK_NOT_BLANK';
      await jobs.endJobRun(transaction, job, {
        state: verdict ? 'rejected' : 'waiting',
        progress: ended,
        error,
        at,
        forgetChip,
      });
      const told = { attempt: job.attempt, stage: ended.stage, error };
      const type = verdict ? 'rejected' : 'interrupted';
      return { rejected: verdict, tell: await feed.recordWithin(transaction, type, cardId, told) };
    });
    tell();
    if (!rejected) this.#noteSetback(cardId, place, error);
  }

  /** A failure that waiting may cure is tried again and again; another one once (the agent may have restarted). */
  #noteSetback(cardId: string, place: CardPlace, error: ErrorBody): void {
    const { clock } = this.#options;
    const key = this.#placeKey(place);
    const before = this.#setbacks.get(cardId);
    const failures = before?.place === key ? before.failures + 1 : 1;
    const again = error.retriable || failures === 1;
    const waitMs = retryWaitMs(failures);
    const notBeforeMs = again ? clock.monotonicMs() + waitMs : Number.POSITIVE_INFINITY;
    this.#setbacks.set(cardId, { place: key, failures, notBeforeMs });
    // 1 ms more, so that a timer that fires early finds the wait over.
    if (again) clock.after(waitMs + 1, () => void this.look());
  }
}
