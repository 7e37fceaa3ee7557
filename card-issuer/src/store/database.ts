/**
 * Opens the issuer's database: SQLite in a file by default (WAL, busy timeout, foreign keys), PostgreSQL by address.
 * Both carry the same schema; everything is text or integer, so that a row reads alike from either.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import knex, { type Knex } from 'knex';
import { MIGRATIONS } from './migrations/index.ts';

export type { Knex };
/** A connection or a transaction; every repository function takes it first. */
export type Database = Knex;

const BUSY_TIMEOUT_MS = 5000;

/** @param address path of a SQLite file, `:memory:`, or `postgres://…` (password by PGPASSFILE, never in the address) */
export function openDatabase(address: string, options: { readonly schema?: string } = {}): Database {
  if (/^postgres(ql)?:\/\//.test(address)) {
    return knex({
      client: 'pg',
      connection: address,
      pool: { min: 0, max: 8 },
      ...(options.schema === undefined ? {} : { searchPath: [options.schema] }),
    });
  }
  if (address !== ':memory:') mkdirSync(dirname(address), { recursive: true, mode: 0o700 });
  return knex({
    client: 'better-sqlite3',
    connection: { filename: address },
    useNullAsDefault: true,
    // One connection: SQLite has one writer anyway, and `:memory:` lives in its connection.
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: { pragma(text: string): unknown }, done: (error: Error | null) => void) => {
        connection.pragma('journal_mode = WAL');
        connection.pragma('synchronous = FULL');
        connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
        connection.pragma('foreign_keys = ON');
        done(null);
      },
    },
  });
}

/** Brings the schema up to date; safe to call at every start. */
export async function migrate(database: Database): Promise<void> {
  await database.migrate.latest({ migrationSource: MIGRATIONS, tableName: 'schema_migrations' });
}

export function isPostgres(database: Database): boolean {
  return database.client.config.client === 'pg';
}

/** True when a write met a UNIQUE constraint, on either engine. */
export function isUniqueViolation(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}
