/** Personalization jobs: one a card, claimed by one node at a time, progress kept so that a restart can show it. */
import type { ErrorBody } from '@rhc/card/errors';
import type { Job, JobProgress, JobState } from '../domain/job.ts';
import type { Database } from './database.ts';
import { integer, parseJson } from './rows.ts';

interface JobRow {
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

function jobOf(row: JobRow): Job {
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

/**
 * Makes the job of a card, or points the one that waits at another chip (a person put another blank in before anything
 * was written). A chip that another open job means violates `jobs_one_chip`.
 */
export async function prepareJob(
  database: Database,
  job: { id: string; cardId: string; cardFactor: string; at: string },
): Promise<void> {
  const changed = await database('jobs')
    .where({ card_id: job.cardId })
    .whereIn('state', ['waiting', 'running'])
    .update({ card_factor: job.cardFactor, updated_at: job.at });
  if (changed > 0) return;
  await database('jobs').insert({
    id: job.id,
    card_id: job.cardId,
    state: 'waiting',
    card_factor: job.cardFactor,
    updated_at: job.at,
  });
}

export async function findJobOfCard(database: Database, cardId: string): Promise<Job | null> {
  const row = (await database('jobs').where({ card_id: cardId }).first()) as JobRow | undefined;
  return row === undefined ? null : jobOf(row);
}

/**
 * Claims a job for a new run; null when it is done, or runs on another node whose claim still holds. On PostgreSQL the
 * row is locked with SKIP LOCKED first, so that nodes do not queue behind each other.
 */
export async function claimJob(
  database: Database,
  cardId: string,
  claim: { node: string; now: string; until: string; agentId: string; reader: string },
): Promise<Job | null> {
  return database.transaction(async (transaction) => {
    const candidate = transaction('jobs')
      .where({ card_id: cardId })
      .whereIn('state', ['waiting', 'running'])
      .where((free) => {
        free.whereNull('claimed_until').orWhere('claimed_until', '<', claim.now).orWhere('claimed_by', claim.node);
      });
    const postgres = database.client.config.client === 'pg';
    const row = (await (postgres ? candidate.forUpdate().skipLocked() : candidate).first()) as JobRow | undefined;
    if (row === undefined) return null;
    const attempt = integer(row.attempt) + 1;
    await transaction('jobs').where({ id: row.id }).update({
      state: 'running',
      attempt,
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
    });
    const claimed = (await transaction('jobs').where({ id: row.id }).first()) as JobRow;
    return jobOf(claimed);
  });
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
  const row = (await database('jobs').whereIn('state', ['waiting', 'running']).count({ total: '*' }).first()) as
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
