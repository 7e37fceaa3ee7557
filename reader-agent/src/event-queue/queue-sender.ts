/**
 * The way of the queue to card-issuer: the oldest first, batch after batch; an event leaves the queue when card-issuer said
 * that it has it. It runs soon after an event, and waits longer and longer while nobody answers.
 */
import { isRhcError } from '@rhc/card/errors';
import type { AgentEventsRequest, AgentEventsResponse, EventQueueState } from '../contract/agent-events.ts';
import { agentErrors } from '../errors.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import { SendingRounds } from '../sending-rounds.ts';
import { wireError } from '../wire-error.ts';
import type { EventQueue } from './event-queue.ts';

export type SendEvents = (request: AgentEventsRequest) => Promise<AgentEventsResponse>;

export interface QueueSenderOptions {
  readonly agentId: string;
  readonly queue: EventQueue;
  readonly send: SendEvents;
  readonly timers: Timers;
  readonly now: () => Date;
}

const SOON_MS = 1_000;
const EVENTS_TOGETHER = 64;
const SHOWN = 50;

export class QueueSender {
  readonly #options: QueueSenderOptions;
  readonly #unsubscribe: () => void;
  #lastSentAt: string | null = null;
  #error: EventQueueState['error'] = null;
  #refused = 0;
  readonly #rounds: SendingRounds;

  constructor(options: QueueSenderOptions) {
    this.#options = options;
    this.#rounds = new SendingRounds(options.timers, () => this.#sendAll());
    this.#unsubscribe = options.queue.onPut(() => this.#rounds.plan(SOON_MS));
    if (options.queue.waiting > 0) this.#rounds.plan(SOON_MS);
  }

  state(): EventQueueState {
    const { queue } = this.#options;
    return {
      ...queue.state(),
      lastSentAt: this.#lastSentAt,
      refused: this.#refused,
      error: this.#error,
      events: queue.oldest(SHOWN).map(({ key, kind, at }) => ({ key, kind, at })),
    };
  }

  close(): void {
    this.#unsubscribe();
    this.#rounds.close();
  }

  /** Everything that waits, now. Never rejects: the state says what became of it. */
  run(): Promise<void> {
    return this.#rounds.run();
  }

  async #sendAll(): Promise<void> {
    const { agentId, queue, send, now } = this.#options;
    try {
      while (queue.waiting > 0 && !this.#rounds.closed) {
        const events = queue.oldest(EVENTS_TOGETHER);
        const answer = await send({ agentId, events: [...events] });
        const heard = new Set(answer.events.map(({ key }) => key));
        // An answer that names none of them would have us ask for ever.
        if (!events.some(({ key }) => heard.has(key)))
          throw agentErrors.make('ISSUER_ANSWER_INVALID', { detail: 'events' });
        this.#refused += answer.events.filter(({ state }) => state === 'refused').length;
        queue.remove(heard);
        this.#lastSentAt = now().toISOString();
      }
      this.#rounds.succeeded();
      this.#error = null;
    } catch (error) {
      this.#error = isRhcError(error) ? wireError(error.toBody()) : null;
      this.#rounds.failed();
    }
  }
}
