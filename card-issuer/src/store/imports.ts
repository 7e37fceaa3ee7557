/** Imports with their sealed file parts, their checkpoint and the rows that have something to say. */
import type { ErrorBody, FieldFault, Text } from '@rhc/card/errors';
import type { RosterMapping } from '../domain/roster-mappings.ts';
import type { Database } from './database.ts';
import { insertMany } from './insert-many.ts';
import { personalDataOf } from './personal-data.ts';
import { integer, parseJson } from './rows.ts';

export type ImportState = 'waiting' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled';

export interface RosterImport {
  readonly id: string;
  readonly source: string;
  readonly fileName: string;
  readonly format: 'csv' | 'xlsx' | 'zip';
  readonly encoding: 'utf-8' | 'gb18030';
  readonly mapping: RosterMapping;
  readonly dryRun: boolean;
  readonly state: ImportState;
  readonly actor: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rowsTotal: number;
  readonly rowsDone: number;
  readonly taken: number;
  readonly known: number;
  readonly refused: number;
  readonly candidates: number;
  readonly runningMs: number;
  readonly error: ErrorBody | null;
}

export interface ImportedRow {
  readonly row: number;
  readonly outcome: 'taken' | 'known' | 'refused';
  readonly residentId: string | null;
  readonly name: string;
  readonly faults: readonly (FieldFault & { readonly value: string })[];
  readonly nextStep: Text | null;
}

type Row = Record<string, unknown>;

const importOf = (row: Row): RosterImport => ({
  id: String(row.id),
  source: String(row.source),
  fileName: String(row.file_name),
  format: row.format as RosterImport['format'],
  encoding: row.encoding as 'utf-8' | 'gb18030',
  mapping: parseJson<RosterMapping>(String(row.mapping)),
  dryRun: integer(row.dry_run) === 1,
  state: row.state as ImportState,
  actor: String(row.actor),
  createdAt: String(row.created_at),
  updatedAt: String(row.updated_at),
  bytes: integer(row.bytes),
  sha256: String(row.sha256),
  rowsTotal: integer(row.rows_total),
  rowsDone: integer(row.rows_done),
  taken: integer(row.taken),
  known: integer(row.known),
  refused: integer(row.refused),
  candidates: integer(row.candidates),
  runningMs: integer(row.running_ms),
  error: row.error == null ? null : parseJson<ErrorBody>(String(row.error)),
});

export async function insertImport(
  database: Database,
  given: Pick<
    RosterImport,
    | 'id'
    | 'source'
    | 'fileName'
    | 'format'
    | 'encoding'
    | 'mapping'
    | 'dryRun'
    | 'actor'
    | 'bytes'
    | 'sha256'
    | 'rowsTotal'
  > & { readonly at: string },
): Promise<void> {
  await database('imports').insert({
    id: given.id,
    source: given.source,
    file_name: given.fileName,
    format: given.format,
    encoding: given.encoding,
    mapping: JSON.stringify(given.mapping),
    dry_run: given.dryRun ? 1 : 0,
    state: 'waiting',
    actor: given.actor,
    created_at: given.at,
    updated_at: given.at,
    bytes: given.bytes,
    sha256: given.sha256,
    rows_total: given.rowsTotal,
  });
}

export async function insertPart(database: Database, importId: string, part: number, bytes: Uint8Array): Promise<void> {
  const sealed = personalDataOf(database).sealBytes(`import_parts/${importId}/${part}`, bytes);
  await database('import_parts').insert({ import_id: importId, part, sealed: Buffer.from(sealed) });
}

/** Null past the last one. */
export async function readPart(database: Database, importId: string, part: number): Promise<Uint8Array | null> {
  const row = (await database('import_parts').where({ import_id: importId, part }).first('sealed')) as
    | { sealed: Uint8Array }
    | undefined;
  if (row === undefined) return null;
  return personalDataOf(database).openBytes(`import_parts/${importId}/${part}`, new Uint8Array(row.sealed));
}

/** What the file turned out to be, once all of it had come. */
export async function describeFile(
  database: Database,
  id: string,
  file: Pick<RosterImport, 'format' | 'encoding' | 'bytes' | 'sha256' | 'rowsTotal'>,
): Promise<void> {
  await database('imports').where({ id }).update({
    format: file.format,
    encoding: file.encoding,
    bytes: file.bytes,
    sha256: file.sha256,
    rows_total: file.rowsTotal,
  });
}

/** The file is needed no more. */
export async function deleteParts(database: Database, importId: string): Promise<void> {
  await database('import_parts').where({ import_id: importId }).delete();
}

export async function findImport(database: Database, id: string): Promise<RosterImport | null> {
  const row = (await database('imports').where({ id }).first()) as Row | undefined;
  return row === undefined ? null : importOf(row);
}

/** Newest first. */
export async function listImports(
  database: Database,
  page: { readonly limit: number; readonly before: { readonly at: string; readonly id: string } | null },
): Promise<RosterImport[]> {
  const query = database('imports')
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(page.limit);
  const { before } = page;
  if (before !== null) query.whereRaw('(created_at, id) < (?, ?)', [before.at, before.id]);
  return ((await query) as Row[]).map(importOf);
}

/** What a restart takes up again. */
export async function listUnfinished(database: Database): Promise<RosterImport[]> {
  const rows = (await database('imports').whereIn('state', ['waiting', 'running']).orderBy('created_at')) as Row[];
  return rows.map(importOf);
}

/** False when it stood in no such state. */
export async function setState(
  database: Database,
  id: string,
  from: readonly ImportState[],
  to: ImportState,
  change: { readonly at: string; readonly error?: ErrorBody | null; readonly rowsTotal?: number },
): Promise<boolean> {
  const changed = await database('imports')
    .where({ id })
    .whereIn('state', [...from])
    .update({
      state: to,
      updated_at: change.at,
      ...(change.error === undefined ? {} : { error: change.error === null ? null : JSON.stringify(change.error) }),
      ...(change.rowsTotal === undefined ? {} : { rows_total: change.rowsTotal }),
    });
  return changed === 1;
}

/** A dry run that was cut off begins anew: what it had seen of the file is gone with its process. */
export async function restart(database: Database, id: string): Promise<void> {
  await database('import_rows').where({ import_id: id }).delete();
  await database('imports').where({ id }).update({ rows_done: 0, taken: 0, known: 0, refused: 0, candidates: 0 });
}

export interface Checkpoint {
  readonly rows: number;
  readonly taken: number;
  readonly known: number;
  readonly refused: number;
  readonly candidates: number;
  readonly ms: number;
  readonly at: string;
}

/** Inside the batch's transaction. False when the import was paused, cancelled, or moved by another node. */
export async function moveCheckpoint(
  database: Database,
  id: string,
  rowsDone: number,
  by: Checkpoint,
): Promise<boolean> {
  const plus = (column: string, value: number) => database.raw('?? + ?', [column, value]);
  const changed = await database('imports')
    .where({ id, state: 'running', rows_done: rowsDone })
    .update({
      rows_done: rowsDone + by.rows,
      taken: plus('taken', by.taken),
      known: plus('known', by.known),
      refused: plus('refused', by.refused),
      candidates: plus('candidates', by.candidates),
      running_ms: plus('running_ms', Math.round(by.ms)),
      updated_at: by.at,
    });
  return changed === 1;
}

export async function insertRows(database: Database, importId: string, rows: readonly ImportedRow[]): Promise<void> {
  const vault = personalDataOf(database);
  const written = rows.map(({ row, outcome, residentId, ...report }) => ({
    import_id: importId,
    row,
    outcome,
    resident_id: residentId,
    report_sealed: vault.seal(`import_rows/${importId}/${row}`, JSON.stringify(report)),
  }));
  await insertMany(database, 'import_rows', written);
}

/** In the order of the file. */
export async function listRows(
  database: Database,
  importId: string,
  page: { readonly after: number; readonly limit: number; readonly outcome?: ImportedRow['outcome'] | undefined },
): Promise<ImportedRow[]> {
  const vault = personalDataOf(database);
  const query = database('import_rows')
    .where({ import_id: importId })
    .where('row', '>', page.after)
    .orderBy('row')
    .limit(page.limit);
  if (page.outcome !== undefined) query.where({ outcome: page.outcome });
  const rows = (await query) as {
    row: unknown;
    outcome: ImportedRow['outcome'];
    resident_id: string | null;
    report_sealed: string;
  }[];
  return rows.map((row) => {
    const number = integer(row.row);
    const report = parseJson<Pick<ImportedRow, 'name' | 'faults' | 'nextStep'>>(
      vault.open(`import_rows/${importId}/${number}`, row.report_sealed),
    );
    return { row: number, outcome: row.outcome, residentId: row.resident_id, ...report };
  });
}

export async function findMapping(database: Database, source: string): Promise<RosterMapping | null> {
  const row = (await database('roster_mappings').where({ source }).first('mapping')) as { mapping: string } | undefined;
  return row === undefined ? null : parseJson<RosterMapping>(row.mapping);
}

export async function listMappings(database: Database): Promise<RosterMapping[]> {
  const rows = (await database('roster_mappings').orderBy('source').select('mapping')) as { mapping: string }[];
  return rows.map(({ mapping }) => parseJson<RosterMapping>(mapping));
}

export async function saveMapping(
  database: Database,
  mapping: RosterMapping,
  by: { readonly actor: string; readonly at: string },
): Promise<void> {
  await database('roster_mappings')
    .insert({ source: mapping.source, mapping: JSON.stringify(mapping), updated_by: by.actor, updated_at: by.at })
    .onConflict('source')
    .merge();
}
