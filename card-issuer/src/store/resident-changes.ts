/** History, consents, candidates of duplicates and merges of residents. Values rest sealed, names of fields do not. */
import type { FieldChange } from '../domain/resident-changes.ts';
import type { Database } from './database.ts';
import { insertMany } from './insert-many.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { personalDataOf } from './personal-data.ts';
import { integer, parseJson } from './rows.ts';

export interface ResidentChange {
  readonly version: number;
  readonly at: string;
  readonly actor: string;
  readonly purpose: string;
  readonly fields: readonly string[];
  /** Null after erasure. */
  readonly values: readonly FieldChange[] | null;
}

/** @param change.version the version that the change made */
export async function insertChange(
  database: Database,
  residentId: string,
  change: Omit<ResidentChange, 'fields' | 'values'> & { readonly values: readonly FieldChange[] },
): Promise<void> {
  const place = `resident_changes.values/${residentId}/${change.version}`;
  await database('resident_changes').insert({
    resident_id: residentId,
    version: change.version,
    at: change.at,
    actor: change.actor,
    purpose: change.purpose,
    fields: JSON.stringify(change.values.map(({ field }) => field)),
    values_sealed: personalDataOf(database).seal(place, JSON.stringify(change.values)),
  });
}

/** Version 1 of each: who enrolled, what for; there is nothing to compare with. */
export async function insertEnrolments(
  database: Database,
  residentIds: readonly string[],
  by: { readonly actor: string; readonly purpose: string; readonly at: string },
): Promise<void> {
  const rows = residentIds.map((id) => ({
    resident_id: id,
    version: 1,
    at: by.at,
    actor: by.actor,
    purpose: by.purpose,
    fields: '[]',
    values_sealed: null,
  }));
  await insertMany(database, 'resident_changes', rows);
}

/** Oldest first. */
export async function listChanges(database: Database, residentId: string, page?: ListPage): Promise<ResidentChange[]> {
  const vault = personalDataOf(database);
  const query = database('resident_changes').where({ resident_id: residentId });
  inPages(query, [{ column: 'version', order: 'asc' }], page);
  const rows = (await query) as {
    version: unknown;
    at: string;
    actor: string;
    purpose: string;
    fields: string;
    values_sealed: string | null;
  }[];
  return rows.map((row) => {
    const version = integer(row.version);
    const place = `resident_changes.values/${residentId}/${version}`;
    return {
      version,
      at: row.at,
      actor: row.actor,
      purpose: row.purpose,
      fields: parseJson<string[]>(row.fields),
      values: row.values_sealed === null ? null : parseJson<FieldChange[]>(vault.open(place, row.values_sealed)),
    };
  });
}

export interface Consent {
  readonly id: string;
  readonly purpose: string;
  readonly basis: string;
  readonly givenAt: string;
  readonly givenTo: string;
  readonly withdrawnAt: string | null;
  readonly withdrawnTo: string | null;
}

export async function insertConsent(
  database: Database,
  residentId: string,
  consent: Pick<Consent, 'id' | 'purpose' | 'basis' | 'givenAt' | 'givenTo'>,
): Promise<void> {
  await database('resident_consents').insert({
    id: consent.id,
    resident_id: residentId,
    purpose: consent.purpose,
    basis: consent.basis,
    given_at: consent.givenAt,
    given_to: consent.givenTo,
  });
}

export async function withdrawConsent(
  database: Database,
  where: { readonly residentId: string; readonly id: string },
  withdrawal: { readonly at: string; readonly to: string },
): Promise<boolean> {
  const changed = await database('resident_consents')
    .where({ id: where.id, resident_id: where.residentId })
    .whereNull('withdrawn_at')
    .update({ withdrawn_at: withdrawal.at, withdrawn_to: withdrawal.to });
  return changed === 1;
}

/** Oldest first. */
export async function listConsents(database: Database, residentId: string, page?: ListPage): Promise<Consent[]> {
  const query = database('resident_consents').where({ resident_id: residentId });
  inPages(
    query,
    [
      { column: 'given_at', order: 'asc' },
      { column: 'id', order: 'asc' },
    ],
    page,
  );
  return (await query
    .select('id', 'purpose', 'basis', 'given_at as givenAt', 'given_to as givenTo')
    .select('withdrawn_at as withdrawnAt', 'withdrawn_to as withdrawnTo')) as Consent[];
}

export interface CandidatePair {
  readonly residentA: string;
  readonly residentB: string;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly foundAt: string;
  readonly state: 'open' | 'different' | 'merged';
  readonly decidedBy: string | null;
}

/** A pair that is known stays as it was decided. */
export async function insertCandidates(
  database: Database,
  pairs: readonly Pick<CandidatePair, 'residentA' | 'residentB' | 'score' | 'reasons' | 'foundAt'>[],
): Promise<void> {
  const rows = pairs.map((pair) => {
    const [a, b] = [pair.residentA, pair.residentB].toSorted();
    const reasons = JSON.stringify(pair.reasons);
    return { resident_a: a, resident_b: b, score: pair.score, reasons, found_at: pair.foundAt, state: 'open' };
  });
  await insertMany(database, 'resident_candidates', rows, ['resident_a', 'resident_b']);
}

export async function listCandidates(
  database: Database,
  filter: {
    readonly state: CandidatePair['state'];
    readonly residentId?: string | undefined;
    readonly after?: { readonly at: string; readonly id: string } | null;
    readonly limit: number;
  },
): Promise<CandidatePair[]> {
  const query = database('resident_candidates')
    .where({ state: filter.state })
    .orderBy([{ column: 'found_at' }, { column: 'resident_a' }, { column: 'resident_b' }])
    .limit(filter.limit);
  const { residentId, after } = filter;
  if (residentId !== undefined) {
    query.where((pair) => {
      pair.where({ resident_a: residentId }).orWhere({ resident_b: residentId });
    });
  }
  if (after != null) {
    const [a = '', b = ''] = after.id.split('+');
    query.whereRaw('(found_at, resident_a, resident_b) > (?, ?, ?)', [after.at, a, b]);
  }
  const rows = (await query) as {
    resident_a: string;
    resident_b: string;
    score: unknown;
    reasons: string;
    found_at: string;
    state: CandidatePair['state'];
    decided_by: string | null;
  }[];
  return rows.map((row) => ({
    residentA: row.resident_a,
    residentB: row.resident_b,
    score: integer(row.score),
    reasons: parseJson<string[]>(row.reasons),
    foundAt: row.found_at,
    state: row.state,
    decidedBy: row.decided_by,
  }));
}

export async function decideCandidates(
  database: Database,
  pair: readonly [string, string],
  decision: { readonly state: CandidatePair['state']; readonly by: string | null; readonly at: string | null },
): Promise<number> {
  const [a, b] = pair.toSorted();
  return database('resident_candidates')
    .where({ resident_a: a, resident_b: b })
    .update({ state: decision.state, decided_by: decision.by, decided_at: decision.at });
}

export interface Merge {
  readonly id: string;
  readonly kept: string;
  readonly merged: string;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
}

export async function insertMerge(database: Database, merge: Merge): Promise<void> {
  await database('resident_merges').insert(merge);
}

/** The merge that holds for a resident who was merged away; null when it was undone or never was. */
export async function findMerge(database: Database, merged: string): Promise<Merge | null> {
  const row = (await database('resident_merges').where({ merged }).whereNull('undone_at').first()) as Merge | undefined;
  return row ?? null;
}

export async function undoMerge(database: Database, id: string, by: string, at: string): Promise<boolean> {
  const changed = await database('resident_merges')
    .where({ id })
    .whereNull('undone_at')
    .update({ undone_at: at, undone_by: by });
  return changed === 1;
}
