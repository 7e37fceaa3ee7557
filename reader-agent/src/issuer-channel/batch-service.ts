/**
 * What card-issuer may do with the cards of this desk: run batches, hold a card between them, give it back. Knows no
 * socket: answers go to whichever connection stands when they are ready.
 */

import { isRhcError } from '@rhc/card/errors';
import type { AgentMessage, IssuerMessage } from '../contract/index.ts';
import { type BatchOutcome, runBatch } from '../core/run-batch.ts';
import type { Desk } from '../desk/desk.ts';
import { agentErrors } from '../errors.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import { wireError } from '../wire-error.ts';
import { BatchMemory } from './batch-memory.ts';

export type BatchRequest = Extract<IssuerMessage, { type: 'batch' }>;
export type BatchAnswer = Extract<AgentMessage, { type: 'answers' | 'failed' }>;

/** All jobs of the one issuer share its name: it keeps its own jobs on one reader apart. */
export const ISSUER_OWNER = 'card-issuer';

export interface BatchServiceOptions {
  readonly desk: Desk;
  readonly timers: Timers;
  readonly rememberedBatches: number;
  readonly maxRunning: number;
  /** Least steps between two progress messages, so that progress costs no time. */
  readonly progressEvery: number;
}

export class BatchService {
  #options: BatchServiceOptions;
  #memory: BatchMemory<BatchAnswer>;
  /** Batches for one reader run one after the other, in the order in which they came. */
  #queues = new Map<string, Promise<unknown>>();

  constructor(options: BatchServiceOptions) {
    this.#options = options;
    this.#memory = new BatchMemory(options.rememberedBatches);
  }

  /** Never rejects. A repeated id gets the answer of its first run. */
  answer(batch: BatchRequest, onProgress: (done: number, total: number) => void): Promise<BatchAnswer> {
    return this.#memory.once(batch.id, () => {
      if (this.#memory.running >= this.#options.maxRunning) {
        return Promise.resolve(failed(batch, [], agentErrors.make('BATCH_TOO_MANY')));
      }
      return this.#inOrder(batch.reader, () => this.#run(batch, onProgress));
    }).answer;
  }

  async release(reader: string): Promise<void> {
    await this.#inOrder(reader, () => this.#options.desk.release(reader, ISSUER_OWNER));
  }

  async #run(batch: BatchRequest, onProgress: (done: number, total: number) => void): Promise<BatchAnswer> {
    const { desk, timers, progressEvery } = this.#options;
    const startedAt = timers.now();
    let outcome: BatchOutcome;
    try {
      const channel = await desk.hold(batch.reader, batch.insertion, ISSUER_OWNER);
      outcome = await runBatch(channel, batch.steps, (done) => {
        if (done % progressEvery === 0 && done < batch.steps.length) onProgress(done, batch.steps.length);
      });
    } catch (cause) {
      const error = isRhcError(cause) ? cause : agentErrors.make('READER_REPLUG', { cause });
      outcome = { kind: 'failed', responses: [], error };
    }
    // After a failure nothing of the card's state is certain: the job begins again from what the chip says.
    if (outcome.kind === 'failed' || batch.lock === 'release') await desk.release(batch.reader, ISSUER_OWNER);
    else desk.idle(batch.reader, ISSUER_OWNER);
    if (outcome.kind === 'failed') return failed(batch, outcome.responses, outcome.error);
    return {
      type: 'answers',
      id: batch.id,
      responses: [...outcome.responses],
      elapsedMs: timers.now() - startedAt,
    };
  }

  #inOrder<T>(reader: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(reader) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#queues.set(reader, tail);
    void tail.then(() => {
      if (this.#queues.get(reader) === tail) this.#queues.delete(reader);
    });
    return mine;
  }
}

function failed(
  batch: BatchRequest,
  responses: readonly string[],
  error: ReturnType<typeof agentErrors.make>,
): BatchAnswer {
  return { type: 'failed', id: batch.id, responses: [...responses], error: wireError(error.toBody()) };
}
