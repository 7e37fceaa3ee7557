/** Versions of the hotlist, and the serials that the next one is made of. */
import { LISTED_CARD_STATES } from '../domain/card-state.ts';
import type { Database } from './database.ts';
import { inPages, type ListPage } from './list-pages.ts';
import { integer } from './rows.ts';

export interface StoredHotlist {
  readonly version: number;
  readonly madeAt: string;
  readonly entries: number;
}

/**
 * Serials of cards that must not be served; one that is out of date says so itself. Oldest order first.
 * @param countyCode six digits: only cards whose holders live there
 */
export async function listListedSerials(database: Database, day: string, countyCode?: string): Promise<string[]> {
  const query = database('cards as c')
    .whereIn('c.state', [...LISTED_CARD_STATES])
    .where('c.expiry_date', '>=', day)
    .orderBy('c.issue_serial')
    .select('c.issue_serial');
  if (countyCode !== undefined) {
    query.join('residents as r', 'r.id', 'c.resident_id').where('r.area_code', 'like', `${countyCode}%`);
  }
  const rows = (await query) as { issue_serial: string }[];
  return rows.map((row) => row.issue_serial);
}

/** The newest version with its whole file. */
export async function findNewest(database: Database): Promise<(StoredHotlist & { readonly file: Uint8Array }) | null> {
  const row = (await database('hotlists').whereNotNull('full_file').orderBy('version', 'desc').first()) as
    | { version: unknown; made_at: string; entries: unknown; full_file: Uint8Array }
    | undefined;
  if (row === undefined) return null;
  const { version, made_at: madeAt, entries, full_file: file } = row;
  return { version: integer(version), madeAt, entries: integer(entries), file: new Uint8Array(file) };
}

export interface HotlistVersion extends StoredHotlist {
  /** Null: the file of that version was let go. */
  readonly fullBytes: number | null;
  readonly deltaBytes: number | null;
}

/** Newest first, with sizes and without the files. */
export async function listVersions(database: Database, page: ListPage): Promise<HotlistVersion[]> {
  const size = (column: string, name: string) => database.raw(`length(${column}) AS ${name}`);
  const query = database('hotlists');
  inPages(query, [{ column: 'version', order: 'desc' }], page);
  const rows = (await query.select(
    'version',
    'made_at',
    'entries',
    size('full_file', 'full_bytes'),
    size('delta_file', 'delta_bytes'),
  )) as {
    version: unknown;
    made_at: string;
    entries: unknown;
    full_bytes: unknown;
    delta_bytes: unknown;
  }[];
  const bytes = (value: unknown) => (value == null ? null : integer(value));
  return rows.map((row) => ({
    version: integer(row.version),
    madeAt: row.made_at,
    entries: integer(row.entries),
    fullBytes: bytes(row.full_bytes),
    deltaBytes: bytes(row.delta_bytes),
  }));
}

/** From the version before to this one. */
export async function findDelta(database: Database, version: number): Promise<Uint8Array | null> {
  const row = (await database('hotlists').where({ version }).first('delta_file')) as
    | { delta_file: Uint8Array | null }
    | undefined;
  return row?.delta_file == null ? null : new Uint8Array(row.delta_file);
}

/** Two writers of one version violate the primary key. The file of the version before is let go: its delta stays. */
export async function insertHotlist(
  database: Database,
  list: StoredHotlist & { readonly file: Uint8Array; readonly delta: Uint8Array | null },
): Promise<void> {
  await database('hotlists').insert({
    version: list.version,
    made_at: list.madeAt,
    entries: list.entries,
    full_file: Buffer.from(list.file),
    delta_file: list.delta === null ? null : Buffer.from(list.delta),
  });
  await database('hotlists').where('version', '<', list.version).whereNotNull('full_file').update({ full_file: null });
}
