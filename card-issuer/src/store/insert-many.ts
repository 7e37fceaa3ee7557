/** Rows by the hundred: an insert of SQLite takes 500 of them (compound terms), and 32,766 values. */
import type { Database } from './database.ts';

const INSERTED_AT_ONCE = 500;

/** @param known columns by which a row that is there already is passed over; absent: it is an error */
export async function insertMany(
  database: Database,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
  known?: readonly string[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += INSERTED_AT_ONCE) {
    const insert = database(table).insert(rows.slice(from, from + INSERTED_AT_ONCE));
    await (known === undefined ? insert : insert.onConflict([...known]).ignore());
  }
}
