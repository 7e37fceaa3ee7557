/** Personalization jobs: one a card, claimed by one node at a time, progress kept so that a restart can show it. */
import type { ErrorBody } from '@rhc/card/errors';
import type { Job, JobProgress, JobState } from '../domain/job.ts';
import type { Database } from './database.ts';
import { integer, parseJson } from './rows.ts';

export interface JobRow {
  readonly id: string;
  readonly card_id: string;
  readonly state: JobState;
  readonly card_factor: string | null;
  readonly attempt: unknown;
  readonly agent_id: string | null;
  readonly reader: string | null;
  readonly stage: string | null;
  readonly apdus_done: unknown;
  readonly apdus_total: unknown;
  readonly batches: unknown;
  readonly key_service_calls: unknown;
  readonly stage_ms: string;
  readonly error: string | null;
}

/** The columns of `JobRow`, for those who join them. */
export const JOB_COLUMNS = [
  'id',
  'card_id',
  'state',
  'card_factor',
  'attempt',
  'agent_id',
  'reader',
  'stage',
  'apdus_done',
  'apdus_total',
  'batches',
  'key_service_calls',
  'stage_ms',
  'error',
] as const satisfies readonly (keyof JobRow)[];

export function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    cardId: row.card_id,
    state: row.state,
    cardFactor: row.card_factor,
    attempt: integer(row.attempt),
    agentId: row.agent_id,
    reader: row.reader,
    stage: row.stage,
    apdusDone: integer(row.apdus_done),
    apdusTotal: integer(row.apdus_total),
    batches: integer(row.batches),
    keyServiceCalls: integer(row.key_service_calls),
    stageMs: parseJson<Record<string, number>>(row.stage_ms),
    error: row.error === null ? null : parseJson<ErrorBody>(row.error),
  };
}

export interface WantedJob {
  readonly id: string;
  readonly cardId: string;
  readonly cardFactor: string;
  readonly at: string;
  /** True when no job of the card was found: made at the first try, and one that came meanwhile is pointed. */
  readonly isNew?: boolean;
}

/**
 * Makes the job of a card, or points the one that waits at another chip (a person put another blank in before anything was
 * written). False when the job is not to be had: it runs, here or on another node, it has
 * ended, or the order was bound to another chip since it was read.
 * @throws a unique violation when another order waits for the chip
 */
export async function prepareJob(database: Database, job: WantedJob): Promise<boolean> {
  if (job.isNew === true) return (await makeJob(database, job)) || pointJob(database, job);
  return (await pointJob(database, job)) || makeJob(database, job);
}

async function pointJob(database: Database, job: WantedJob): Promise<boolean> {
  const changed = await database('jobs')
    .where({ card_id: job.cardId })
    .where((free) => {
      free.where('state', 'waiting').orWhere((expired) => {
        expired.where('state', 'running').where('claimed_until', '<', job.at);
      });
    })
    .whereNotExists((bound) => {
      bound
        .from('cards')
        .whereRaw('cards.id = jobs.card_id')
        .whereNotNull('cards.card_factor')
        .whereNot('cards.card_factor', job.cardFactor);
    })
    .update({ card_factor: job.cardFactor, updated_at: job.at });
  return changed > 0;
}

async function makeJob(database: Database, job: WantedJob): Promise<boolean> {
  const made = (await database('jobs')
    .insert({
      id: job.id,
      card_id: job.cardId,
      state: 'waiting',
      card_factor: job.cardFactor,
      updated_at: job.at,
    })
    .onConflict('card_id')
    .ignore()
    .returning('id')) as { id: string }[];
  return made.length > 0;
}

export async function findJobOfCard(database: Database, cardId: string): Promise<Job | null> {
  const row = (await database('jobs').where({ card_id: cardId }).first()) as JobRow | undefined;
  return row === undefined ? null : jobOf(row);
}

/**
 * Claims a job for a new run with this chip; null when it is done, runs on another node whose claim still holds, or waits
 * for another chip (another clerk put one in at the same moment). On PostgreSQL the
 * row is locked with SKIP LOCKED first, so that nodes do not queue behind each other. Within a transaction.
 */
export async function claimJob(
  transaction: Database,
  cardId: string,
  claim: { node: string; now: string; until: string; agentId: string; reader: string; cardFactor: string },
): Promise<Job | null> {
  const candidate = transaction('jobs')
    .where({ card_id: cardId, card_factor: claim.cardFactor })
    .whereIn('state', ['waiting', 'running'])
    .where((free) => {
      free.whereNull('claimed_until').orWhere('claimed_until', '<', claim.now).orWhere('claimed_by', claim.node);
    });
  const postgres = transaction.client.config.client === 'pg';
  const [claimed] = (await transaction('jobs')
    .whereIn('id', (postgres ? candidate.forUpdate().skipLocked() : candidate).select('id'))
    .update({
      state: 'running',
      attempt: transaction.raw('attempt + 1'),
      agent_id: claim.agentId,
      reader: claim.reader,
      stage: null,
      apdus_done: 0,
      apdus_total: 0,
      batches: 0,
      key_service_calls: 0,
      stage_ms: '{}',
      error: null,
      claimed_by: claim.node,
      claimed_until: claim.until,
      updated_at: claim.now,
    })
    .returning('*')) as JobRow[];
  return claimed === undefined ? null : jobOf(claimed);
}

/** Writes progress and prolongs the claim. False when the claim was lost meanwhile. */
export async function saveJobProgress(
  database: Database,
  job: Pick<Job, 'id' | 'attempt'>,
  progress: JobProgress,
  claim: { now: string; until: string },
): Promise<boolean> {
  const changed = await database('jobs')
    .where({ id: job.id, attempt: job.attempt, state: 'running' })
    .update({
      ...progressColumns(progress),
      claimed_until: claim.until,
      updated_at: claim.now,
    });
  return changed === 1;
}

/** Ends a run. */
export async function endJobRun(
  database: Database,
  job: Pick<Job, 'id' | 'attempt'>,
  end: {
    state: Exclude<JobState, 'running'>;
    progress: JobProgress;
    error: ErrorBody | null;
    at: string;
    /** True when the chip turned out to be no blank: the job waits for another one. */
    forgetChip?: boolean;
  },
): Promise<void> {
  await database('jobs')
    .where({ id: job.id, attempt: job.attempt })
    .update({
      ...progressColumns(end.progress),
      state: end.state,
      error: end.error === null ? null : JSON.stringify(end.error),
      claimed_by: null,
      claimed_until: null,
      updated_at: end.at,
      ...(end.forgetChip === true ? { card_factor: null } : {}),
    });
}

/** Lets a rejected job run again; used with the card's move `retry`. */
export async function reopenJob(database: Database, cardId: string, at: string): Promise<void> {
  await database('jobs').where({ card_id: cardId, state: 'rejected' }).update({ state: 'waiting', updated_at: at });
}

/** At start: what this node ran when it was killed waits again. */
export async function releaseClaims(database: Database, node: string, at: string): Promise<number> {
  return database('jobs')
    .where({ state: 'running', claimed_by: node })
    .update({ state: 'waiting', claimed_by: null, claimed_until: null, updated_at: at });
}

/** Card factor → card id of every job that waits for its chip. */
export async function listWaitingChips(database: Database, now: string): Promise<Map<string, string>> {
  const rows = (await database('jobs')
    .whereNotNull('card_factor')
    .where((open) => {
      open.where('state', 'waiting').orWhere((expired) => {
        expired.where('state', 'running').where('claimed_until', '<', now);
      });
    })
    .select('card_factor as cardFactor', 'card_id as cardId')) as { cardFactor: string; cardId: string }[];
  return new Map(rows.map((row) => [row.cardFactor, row.cardId]));
}

export async function countOpenJobs(database: Database): Promise<number> {
  // Literals, so that SQLite sees that the partial index `jobs_one_chip` holds all of them (a job with no chip chosen, too).
  const row = (await database('jobs').whereRaw(`state IN ('waiting', 'running')`).count({ total: '*' }).first()) as
    | { total: unknown }
    | undefined;
  return integer(row?.total ?? 0);
}

function progressColumns(progress: JobProgress) {
  return {
    stage: progress.stage,
    apdus_done: progress.apdusDone,
    apdus_total: progress.apdusTotal,
    batches: progress.batches,
    key_service_calls: progress.keyServiceCalls,
    stage_ms: JSON.stringify(progress.stageMs),
  };
}

/** The job of a card that is given up: its chip is meant by nobody any more. */
export async function dropJob(database: Database, cardId: string): Promise<void> {
  await database('jobs').where({ card_id: cardId }).delete();
}
