/**
 * Prepared statements of one SQLite connection, kept. Knex prepares each statement anew, which costs more than running it
 * (measured at a counter: 4 of 17 ms a card). Kept are the statements of the daily work, the last used ones longest; a
 * change of the schema forgets them all.
 */

/** What is used of a better-sqlite3 statement and connection. */
interface Statement {
  readonly busy: boolean;
}
interface Connection {
  prepare(sql: string): Statement;
}

const MOST_KEPT = 256;
/** Multi-row inserts of imports differ in length each time: keeping them would push out all else. */
const LONGEST_SQL = 4_096;
const DAILY_WORK = /^\s*(select|insert|update|delete|with)\b/i;
const SCHEMA_CHANGE = /^\s*(create|alter|drop|vacuum)\b/i;

/** From now on `prepare` lends a kept statement where it has one that is not in the middle of another question. */
export function keepStatements(connection: Connection, mostKept = MOST_KEPT): void {
  const prepare = connection.prepare.bind(connection);
  const kept = new Map<string, Statement>();
  connection.prepare = (sql) => {
    if (SCHEMA_CHANGE.test(sql)) kept.clear();
    if (sql.length > LONGEST_SQL || !DAILY_WORK.test(sql)) return prepare(sql);
    const known = kept.get(sql);
    if (known?.busy) return prepare(sql);
    const statement = known ?? prepare(sql);
    kept.delete(sql);
    kept.set(sql, statement);
    if (kept.size > mostKept) kept.delete(kept.keys().next().value as string);
    return statement;
  };
}
