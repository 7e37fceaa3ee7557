/** Residents: found by their document, enrolled once. */
import type { Resident } from '../domain/resident.ts';
import type { Database } from './database.ts';
import { integer, parseJson } from './rows.ts';

export interface StoredResident {
  readonly id: string;
  readonly enrolledAt: string;
  readonly resident: Resident;
}

/** One resident as lists show it; the state of the newest card beside it. */
export interface ResidentListEntry {
  readonly id: string;
  readonly name: string;
  readonly birthDate: string;
  readonly documentNumber: string;
  readonly areaCode: string;
  readonly enrolledAt: string;
  readonly cardId: string | null;
  readonly cardState: string | null;
}

interface ResidentRow {
  readonly id: string;
  readonly record: string;
  readonly enrolled_at: string;
}

const stored = (row: ResidentRow): StoredResident => ({
  id: row.id,
  enrolledAt: row.enrolled_at,
  resident: parseJson<Resident>(row.record),
});

/** By issue serial, which grows with every order; one row for a resident with many cards. */
const NEWEST_CARD = `(SELECT n.id FROM cards n WHERE n.resident_id = r.id AND n.state <> 'spoiled'
  ORDER BY n.issue_serial DESC LIMIT 1)`;

export async function insertResident(database: Database, entry: StoredResident): Promise<void> {
  const { resident } = entry;
  await database('residents').insert({
    id: entry.id,
    document_type: resident.documentType,
    document_number: resident.documentNumber,
    name: resident.name,
    birth_date: resident.birthDate,
    area_code: resident.areaCode,
    record: JSON.stringify(resident),
    enrolled_at: entry.enrolledAt,
  });
}

export async function findResident(database: Database, id: string): Promise<StoredResident | null> {
  const row = await database<ResidentRow>('residents').where({ id }).first();
  return row === undefined ? null : stored(row);
}

/** Those of the documents that are enrolled already. */
export async function findResidentsByDocument(
  database: Database,
  documentNumbers: readonly string[],
): Promise<StoredResident[]> {
  if (documentNumbers.length === 0) return [];
  const rows = await database<ResidentRow>('residents').whereIn(
    'document_number' as never,
    [...documentNumbers] as never,
  );
  return (rows as ResidentRow[]).map(stored);
}

export async function listResidents(
  database: Database,
  page: { readonly offset: number; readonly limit: number; readonly search?: string | undefined },
): Promise<{ total: number; residents: ResidentListEntry[] }> {
  const matching = () => {
    const query = database('residents as r');
    if (page.search === undefined || page.search === '') return query;
    const pattern = `%${page.search.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
    return query.whereRaw(`(r.name LIKE ? ESCAPE '\\' OR r.document_number LIKE ? ESCAPE '\\')`, [pattern, pattern]);
  };
  const count = (await matching().count({ total: '*' }).first()) as { total: unknown } | undefined;
  const rows = (await matching()
    .leftJoin('cards as c', (join) => {
      join.on('c.id', database.raw(NEWEST_CARD));
    })
    .select(
      'r.id',
      'r.name',
      'r.birth_date as birthDate',
      'r.document_number as documentNumber',
      'r.area_code as areaCode',
      'r.enrolled_at as enrolledAt',
      'c.id as cardId',
      'c.state as cardState',
    )
    .orderBy([
      { column: 'r.enrolled_at', order: 'asc' },
      { column: 'r.id', order: 'asc' },
    ])
    .offset(page.offset)
    .limit(page.limit)) as ResidentListEntry[];
  return { total: integer(count?.total ?? 0), residents: rows };
}
