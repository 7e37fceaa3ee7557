/**
 * Opens the issuer's database: SQLite in a file by default (WAL, busy timeout, foreign keys), PostgreSQL by address.
 * Both carry the same schema; everything is text or integer, so that a row reads alike from either.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ACQUIRE_CONNECTION_MS, DATABASE_LOG, keepStatements, syncCommits } from '@rhc/service-shell';
import knex, { type Knex } from 'knex';
import type { PersonalData } from '../personal-data/vault.ts';
import { MIGRATIONS, migrationsThrough } from './migrations/index.ts';
import { bindPersonalData } from './personal-data.ts';

export type { Knex };
/** A connection or a transaction; every repository function takes it first. */
export type Database = Knex;

type SqliteConnection = Parameters<typeof keepStatements>[0] & Parameters<typeof syncCommits>[0];

const BUSY_TIMEOUT_MS = 5000;
/**
 * 64 MiB of 4 KiB pages. Rows found by blind tokens dirty pages all over the indexes: at SQLite's own 1000 pages every
 * batch of an import is checkpointed, and the same pages are written again and again.
 */
const CHECKPOINT_PAGES = 16_384;

/** @param address path of a SQLite file, `:memory:`, or `postgres://…` (password by PGPASSFILE, never in the address) */
export function openDatabase(address: string, options: { readonly schema?: string } = {}): Database {
  if (/^postgres(ql)?:\/\//.test(address)) {
    return knex({
      client: 'pg',
      connection: address,
      pool: { min: 0, max: 8 },
      acquireConnectionTimeout: ACQUIRE_CONNECTION_MS,
      log: DATABASE_LOG,
      ...(options.schema === undefined ? {} : { searchPath: [options.schema] }),
    });
  }
  if (address !== ':memory:') mkdirSync(dirname(address), { recursive: true, mode: 0o700 });
  return knex({
    client: 'better-sqlite3',
    connection: { filename: address },
    useNullAsDefault: true,
    log: DATABASE_LOG,
    // One connection: SQLite has one writer anyway, and `:memory:` lives in its connection.
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: SqliteConnection, done: (error: Error | null) => void) => {
        connection.pragma('journal_mode = WAL');
        connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
        connection.pragma('foreign_keys = ON');
        connection.pragma('secure_delete = ON');
        connection.pragma('cache_size = -262144');
        connection.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
        syncCommits(connection);
        keepStatements(connection);
        done(null);
      },
    },
  });
}

const MIGRATION_TABLE = { tableName: 'schema_migrations' } as const;

/**
 * Brings the schema up to date and opens the connection's vault; safe to call at every start.
 * @param openVault called once the table of data keys stands
 */
export async function migrate(
  database: Database,
  openVault: (database: Database) => Promise<PersonalData>,
): Promise<void> {
  const first = migrationsThrough('012-data-keys');
  // Steps that are published later are known to the second call only.
  await database.migrate.latest({ ...MIGRATION_TABLE, migrationSource: first, disableMigrationsListValidation: true });
  bindPersonalData(database, await openVault(database));
  const [, done] = (await database.migrate.latest({ ...MIGRATION_TABLE, migrationSource: MIGRATIONS })) as [
    number,
    string[],
  ];
  if (done.includes('013-residents')) await forgetOldPages(database);
}

/** What stood in the clear before is still in free pages: the file is written anew. */
async function forgetOldPages(database: Database): Promise<void> {
  if (isPostgres(database)) {
    for (const table of ['residents', 'cards']) await database.raw(`VACUUM FULL ${table}`);
    return;
  }
  await database.raw('VACUUM');
  await database.raw('PRAGMA wal_checkpoint(TRUNCATE)');
}

export function isPostgres(database: Database): boolean {
  return database.client.config.client === 'pg';
}

/** True when a write met a UNIQUE constraint, on either engine. */
export function isUniqueViolation(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}
