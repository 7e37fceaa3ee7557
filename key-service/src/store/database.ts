/** Knex over SQLite (embedded default) or PostgreSQL. Opening migrates: a service never runs on an older schema. */
import { ACQUIRE_CONNECTION_MS, DATABASE_LOG, keepStatements, syncCommits } from '@rhc/service-shell';
import knex, { type Knex } from 'knex';
import { migrationSource } from './migrations.ts';

type SqliteConnection = Parameters<typeof keepStatements>[0] & Parameters<typeof syncCommits>[0];

/** For those who pass a database on without touching it. */
export type Database = Knex;

/** `location`: a file path or `:memory:` for SQLite, or a `postgres://` URL. */
export async function openDatabase(location: string): Promise<Knex> {
  const database = location.startsWith('postgres') ? postgres(location) : sqlite(location);
  try {
    await database.migrate.latest({ migrationSource });
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

function postgres(connection: string): Knex {
  return knex({
    client: 'pg',
    connection,
    pool: { min: 0, max: 8 },
    acquireConnectionTimeout: ACQUIRE_CONNECTION_MS,
    log: DATABASE_LOG,
  });
}

function sqlite(filename: string): Knex {
  return knex({
    client: 'better-sqlite3',
    connection: { filename },
    useNullAsDefault: true,
    log: DATABASE_LOG,
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: SqliteConnection, done: (error: Error | null) => void) => {
        for (const pragma of ['journal_mode = WAL', 'busy_timeout = 5000', 'foreign_keys = ON']) {
          connection.pragma(pragma);
        }
        syncCommits(connection);
        keepStatements(connection);
        done(null);
      },
    },
  });
}

/** For readiness: one short question, no waiting for a pool that hangs. */
export async function answers(database: Knex): Promise<boolean> {
  await database.raw('select 1').timeout(2_000);
  return true;
}
