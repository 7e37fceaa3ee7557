/**
 * The personalization job of a card. `waiting`: may run as soon as its chip lies in a reader; `running`: claimed by a
 * node; `done`; `rejected`: the chip gave a verdict that repetition does not cure, a person must look.
 * A job has no position of its own: the chip says where it is (CARD.md, "Resume"), and the card's frozen data says what
 * is to be written. That is why a job survives the loss of any process at any moment.
 */
import type { ErrorBody } from '@rhc/card/errors';

export const JOB_STATES = ['waiting', 'running', 'done', 'rejected'] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface JobProgress {
  readonly stage: string | null;
  readonly apdusDone: number;
  readonly apdusTotal: number;
  readonly batches: number;
  readonly keyServiceCalls: number;
  readonly stageMs: Readonly<Record<string, number>>;
}

export interface Job extends JobProgress {
  readonly id: string;
  readonly cardId: string;
  readonly state: JobState;
  /** The chip that is meant; null when it turned out to be no blank. */
  readonly cardFactor: string | null;
  /** Grows with every run; part of the batch ids, so that no old answer is taken for a new one. */
  readonly attempt: number;
  readonly agentId: string | null;
  readonly reader: string | null;
  readonly error: ErrorBody | null;
}

export const NO_PROGRESS: JobProgress = {
  stage: null,
  apdusDone: 0,
  apdusTotal: 0,
  batches: 0,
  keyServiceCalls: 0,
  stageMs: {},
};

/** Waits of a job whose chip stays in the reader while something else is down; afterwards the last one repeats. */
const RETRY_WAITS_MS = [1000, 2000, 5000, 10_000, 30_000] as const;

export function retryWaitMs(failuresInARow: number): number {
  if (!Number.isInteger(failuresInARow) || failuresInARow < 1) throw new RangeError('failures in a row: 1 or more');
  return RETRY_WAITS_MS[Math.min(failuresInARow, RETRY_WAITS_MS.length) - 1] ?? 30_000;
}
