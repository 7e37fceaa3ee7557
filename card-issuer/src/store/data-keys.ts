/** Sealed data keys. Append only: a key that sealed something is needed as long as that something is there. */
import { type Database, isUniqueViolation } from './database.ts';
import { integer } from './rows.ts';

export interface StoredDataKey {
  readonly id: number;
  readonly kek: string;
  readonly wrapped: string;
}

/** Oldest first: the last one seals. */
export async function listDataKeys(database: Database, use: 'data' | 'blind'): Promise<StoredDataKey[]> {
  const rows = (await database('data_keys').where({ use }).whereNull('destroyed_at').orderBy('id')) as {
    id: unknown;
    kek: string;
    wrapped: string;
  }[];
  return rows.map((row) => ({ id: integer(row.id), kek: row.kek, wrapped: row.wrapped }));
}

/** Another node may have been faster: then its key stays and ours was never used. */
export async function insertDataKey(
  database: Database,
  key: { readonly use: 'data' | 'blind'; readonly kek: string; readonly wrapped: string; readonly at: string },
): Promise<void> {
  const row = (await database('data_keys').where({ use: key.use }).max({ last: 'id' }).first()) as
    | { last: unknown }
    | undefined;
  const id = row?.last == null ? 1 : integer(row.last) + 1;
  try {
    await database('data_keys').insert({ use: key.use, id, kek: key.kek, wrapped: key.wrapped, created_at: key.at });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
}
