/**
 * Residents: enrolled once, found by blind tokens, read by opening. A change names the version it starts from, so that
 * of two writers one is told. What was merged redirects; what was erased leaves a tombstone.
 */

import { completed, type Resident } from '../domain/resident.ts';
import { numberKey } from '../domain/resident-keys.ts';
import type { BlindKind } from '../personal-data/vault.ts';
import type { Database, Knex } from './database.ts';
import { insertMany } from './insert-many.ts';
import { personalDataOf } from './personal-data.ts';
import { type ResidentIdentity, residentColumns } from './resident-columns.ts';
import { integer, parseJson } from './rows.ts';

export interface StoredResident {
  readonly id: string;
  readonly enrolledAt: string;
  readonly resident: Resident;
}

export interface ResidentRecord extends StoredResident {
  readonly version: number;
  readonly state: 'live' | 'merged';
  readonly mergedInto: string | null;
  readonly changedAt: string | null;
}

/** One resident as lists show it; the state of the newest card beside it. */
export interface ResidentListEntry extends ResidentIdentity {
  readonly id: string;
  readonly areaCode: string;
  readonly enrolledAt: string;
  readonly cardId: string | null;
  readonly cardState: string | null;
}

interface ResidentRow {
  readonly id: string;
  readonly identity_sealed: string | null;
  readonly record_sealed: string | null;
  readonly photo_sealed: string | null;
  readonly enrolled_at: string;
  readonly version: unknown;
  readonly state: 'live' | 'merged' | 'erased';
  readonly merged_into: string | null;
  readonly changed_at: string | null;
}

function opened(database: Database, row: ResidentRow): ResidentRecord | null {
  if (row.record_sealed === null || row.state === 'erased') return null;
  const vault = personalDataOf(database);
  const record = parseJson<Resident>(vault.open(`residents.record/${row.id}`, row.record_sealed));
  const photo = row.photo_sealed === null ? null : vault.open(`residents.photo/${row.id}`, row.photo_sealed);
  return {
    id: row.id,
    enrolledAt: row.enrolled_at,
    resident: completed({ ...record, photo }),
    version: integer(row.version),
    state: row.state,
    mergedInto: row.merged_into,
    changedAt: row.changed_at,
  };
}

/** By issue serial, which grows with every order; one row for a resident with many cards. */
const NEWEST_CARD = `(SELECT n.id FROM cards n WHERE n.resident_id = r.id AND n.state <> 'spoiled'
  ORDER BY n.issue_serial DESC LIMIT 1)`;

export function insertResident(database: Database, entry: StoredResident): Promise<void> {
  return insertResidents(database, [entry]);
}

export async function insertResidents(database: Database, entries: readonly StoredResident[]): Promise<void> {
  const vault = personalDataOf(database);
  const rows = entries.map(({ id, resident, enrolledAt }) => ({
    id,
    document_type: resident.documentType,
    area_code: resident.areaCode,
    enrolled_at: enrolledAt,
    ...residentColumns(vault, id, resident),
  }));
  await insertMany(database, 'residents', rows);
  const documents = entries.flatMap(({ id, resident }) => documentRows(database, id, resident));
  await insertMany(database, 'resident_documents', documents);
}

function documentRows(database: Database, id: string, resident: Resident) {
  const vault = personalDataOf(database);
  return (resident.otherDocuments ?? []).map(({ documentType, documentNumber }) => ({
    resident_id: id,
    document_type: documentType,
    number_token: vault.blind('number', numberKey(documentNumber)),
  }));
}

/** False when the version had changed meanwhile. */
export async function updateResident(
  database: Database,
  change: { readonly id: string; readonly version: number; readonly resident: Resident; readonly at: string },
): Promise<boolean> {
  const changed = await database('residents')
    .where({ id: change.id, version: change.version })
    .whereNot({ state: 'erased' })
    .update({
      ...residentColumns(personalDataOf(database), change.id, change.resident),
      document_type: change.resident.documentType,
      area_code: change.resident.areaCode,
      version: change.version + 1,
      changed_at: change.at,
    });
  if (changed !== 1) return false;
  await database('resident_documents').where({ resident_id: change.id }).delete();
  const rows = documentRows(database, change.id, change.resident);
  if (rows.length > 0) await database('resident_documents').insert(rows);
  return true;
}

/** Null when there is none, and when it was erased. */
export async function findResident(database: Database, id: string): Promise<ResidentRecord | null> {
  const row = (await database('residents').where({ id }).first()) as ResidentRow | undefined;
  return row === undefined ? null : opened(database, row);
}

/** Those of the ids whose records are there and not erased. */
export async function enrolledAmong(database: Database, ids: readonly string[]): Promise<Set<string>> {
  const rows = (await database('residents')
    .whereIn('id', [...ids])
    .whereNot({ state: 'erased' })
    .select('id')) as { readonly id: string }[];
  return new Set(rows.map(({ id }) => id));
}

/** Name, birth date and number by id; of the erased, none. */
export async function identitiesOf(database: Database, ids: readonly string[]): Promise<Map<string, ResidentIdentity>> {
  if (ids.length === 0) return new Map();
  const vault = personalDataOf(database);
  const rows = (await database('residents')
    .whereIn('id', [...ids])
    .whereNotNull('identity_sealed')
    .select('id', 'identity_sealed')) as { readonly id: string; readonly identity_sealed: string }[];
  const opened = ({ id, identity_sealed: sealed }: (typeof rows)[number]) =>
    parseJson<ResidentIdentity>(vault.open(`residents.identity/${id}`, sealed));
  return new Map(rows.map((row) => [row.id, opened(row)]));
}

/** True also for a tombstone. */
export async function residentStateOf(database: Database, id: string): Promise<ResidentRow['state'] | null> {
  const row = (await database('residents').where({ id }).first('state')) as Pick<ResidentRow, 'state'> | undefined;
  return row?.state ?? null;
}

/** Those of the documents that are enrolled already, whatever their type. */
export async function findResidentsByDocument(
  database: Database,
  documentNumbers: readonly string[],
): Promise<ResidentRecord[]> {
  if (documentNumbers.length === 0) return [];
  const vault = personalDataOf(database);
  const tokens = documentNumbers.map((number) => vault.blind('number', numberKey(number)));
  const rows = (await database('residents').whereIn('number_token', tokens)) as ResidentRow[];
  return rows.flatMap((row) => opened(database, row) ?? []);
}

/** Ids of live residents with one of the tokens, by token: the first look of the search for duplicates. */
export async function findByTokens(
  database: Database,
  column: 'person_token' | 'dwelling_token',
  tokens: readonly string[],
): Promise<{ readonly token: string; readonly id: string }[]> {
  if (tokens.length === 0) return [];
  return (await database('residents')
    .whereIn(column, [...tokens])
    .where({ state: 'live' })
    .select(`${column} as token`, 'id')) as { token: string; id: string }[];
}

export async function markMerged(database: Database, id: string, into: string | null): Promise<void> {
  await database('residents')
    .where({ id })
    .update({ state: into === null ? 'live' : 'merged', merged_into: into });
}

/** Nothing personal is left: neither sealed values nor tokens, in the record, its history and its cards' orders. */
export async function eraseResident(database: Database, id: string, at: string): Promise<void> {
  const nothing = ['identity_sealed', 'record_sealed', 'photo_sealed', ...TOKEN_COLUMNS].map((name) => [name, null]);
  await database('residents')
    .where({ id })
    .update({ ...Object.fromEntries(nothing), area_code: '', state: 'erased', changed_at: at });
  await database('resident_documents').where({ resident_id: id }).delete();
  await database('resident_changes').where({ resident_id: id }).update({ values_sealed: null });
  await database('resident_candidates').where({ resident_a: id }).orWhere({ resident_b: id }).delete();
  await database('cards')
    .where({ resident_id: id, state: 'spoiled' })
    .update({ card_number: '', card_data: null, medical_copy: null });
}

const TOKEN_COLUMNS = ['number', 'name', 'initials', 'phone', 'person', 'dwelling'].map((name) => `${name}_token`);

export interface ResidentLookUp {
  /** Any of these tokens; empty: everybody. */
  readonly tokens: readonly { readonly kind: BlindKind; readonly value: string }[];
  readonly after?: { readonly at: string; readonly id: string } | null;
  readonly offset?: number;
  readonly limit: number;
}

export async function countResidents(database: Database): Promise<number> {
  const row = (await database('residents').count({ total: '*' }).first()) as { total: unknown } | undefined;
  return integer(row?.total ?? 0);
}

/** In the order of enrolment. */
export async function listResidents(database: Database, lookUp: ResidentLookUp): Promise<ResidentListEntry[]> {
  const vault = personalDataOf(database);
  const query = enrolledLater(database('residents as r').whereNot('r.state', 'erased'), lookUp.after ?? null);
  if (lookUp.tokens.length > 0) {
    query.whereIn('r.id', (ids) => {
      // A union and not OR: each branch goes through its own index.
      const [first, ...more] = lookUp.tokens.flatMap(({ kind, value }) =>
        branches(database, lookUp, kind, vault.blind(kind, value)),
      );
      if (first !== undefined) ids.select('id').from(first.unionAll(more).as('found'));
    });
  }
  if (lookUp.offset !== undefined && lookUp.offset > 0) query.offset(lookUp.offset);
  const rows = (await query
    .leftJoin('cards as c', (join) => {
      join.on('c.id', database.raw(NEWEST_CARD));
    })
    .select('r.id', 'r.identity_sealed', 'r.area_code as areaCode', 'r.enrolled_at as enrolledAt')
    .select('c.id as cardId', 'c.state as cardState')
    .orderBy([
      { column: 'r.enrolled_at', order: 'asc' },
      { column: 'r.id', order: 'asc' },
    ])
    .limit(lookUp.limit)) as (Omit<ResidentListEntry, keyof ResidentIdentity> & { identity_sealed: string })[];
  return rows.map(({ identity_sealed: sealed, ...row }) => ({
    ...row,
    ...parseJson<ResidentIdentity>(vault.open(`residents.identity/${row.id}`, sealed)),
  }));
}

/** In the order of enrolment, from where the page before ended. */
function enrolledLater(query: Knex.QueryBuilder, after: ResidentLookUp['after']): Knex.QueryBuilder {
  if (after == null) return query;
  return query.where((later) => {
    later.where('r.enrolled_at', '>', after.at).orWhere((same) => {
      same.where('r.enrolled_at', after.at).where('r.id', '>', after.id);
    });
  });
}

/**
 * Ids of those with one token. Each branch ends with the page (migration 021 keeps them in its order): a province has fifty
 * thousand people of one name, and initials have a million.
 */
function branches(database: Database, lookUp: ResidentLookUp, kind: BlindKind, token: string): Knex.QueryBuilder[] {
  const byToken = enrolledLater(database('residents as r').where(`r.${kind}_token`, token), lookUp.after ?? null)
    .orderBy([
      { column: 'r.enrolled_at', order: 'asc' },
      { column: 'r.id', order: 'asc' },
    ])
    .limit((lookUp.offset ?? 0) + lookUp.limit)
    .select('r.id');
  const found = database.select('id').from(byToken.as('page'));
  if (kind !== 'number') return [found];
  return [found, database('resident_documents').where({ number_token: token }).select('resident_id as id')];
}
