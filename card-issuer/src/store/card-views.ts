/** A card with what stands beside it wherever it is shown, in one query: every call about a card answers with it. */
import type { Job } from '../domain/job.ts';
import { type Card, cardOf } from './cards.ts';
import type { Database } from './database.ts';
import { JOB_COLUMNS, type JobRow, jobOf } from './jobs.ts';
import { personalDataOf } from './personal-data.ts';
import type { ResidentIdentity } from './resident-columns.ts';
import { type CardRow, parseJson } from './rows.ts';

export interface CardBeside {
  readonly card: Card;
  /** Empty when the resident was erased. */
  readonly residentName: string;
  readonly job: Job | null;
  /** Id of the card that takes the place of this one, waste left aside. */
  readonly successor: string | null;
}

type JobBeside = { readonly [Column in keyof JobRow as `job_${Column}`]: JobRow[Column] };

type Row = CardRow & {
  readonly successor: string | null;
  readonly resident_state: string | null;
  readonly resident_identity: string | null;
} & { readonly [Column in keyof JobBeside]: JobBeside[Column] | null };

export async function findCardBeside(database: Database, id: string): Promise<CardBeside | null> {
  const successor = database('cards as s')
    .where('s.replaces', database.ref('c.id'))
    .whereNot('s.state', 'spoiled')
    .limit(1)
    .select('s.id');
  const row = (await database('cards as c')
    .leftJoin('residents as r', 'r.id', 'c.resident_id')
    .leftJoin('jobs as j', 'j.card_id', 'c.id')
    .where('c.id', id)
    .select('c.*', 'r.state as resident_state', 'r.identity_sealed as resident_identity')
    .select(JOB_COLUMNS.map((column) => `j.${column} as job_${column}`))
    .select(successor.as('successor'))
    .first()) as Row | undefined;
  if (row === undefined) return null;
  return {
    card: cardOf(database, row),
    residentName: nameIn(database, row),
    job: row.job_id === null ? null : jobOf(jobColumnsOf(row)),
    successor: row.successor,
  };
}

function nameIn(database: Database, row: Row): string {
  if (row.resident_identity === null || row.resident_state === 'erased') return '';
  const sealed = personalDataOf(database).open(`residents.identity/${row.resident_id}`, row.resident_identity);
  return parseJson<ResidentIdentity>(sealed).name;
}

function jobColumnsOf(row: Row): JobRow {
  return Object.fromEntries(JOB_COLUMNS.map((column) => [column, row[`job_${column}`]])) as unknown as JobRow;
}
