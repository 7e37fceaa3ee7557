/** A fresh, migrated database on either engine; PostgreSQL is a cluster of the suite's own. */
import { tmpdir } from 'node:os';
import { startPostgresCluster } from '../../../scripts/postgres-cluster/postgres-cluster.mjs';
import { type Database, migrate, openDatabase } from '../../src/store/index.ts';
import { openTestVault } from '../life-cycle/in-use.ts';

export const ENGINES = ['sqlite', 'postgres'] as const;

export async function openOn(engine: (typeof ENGINES)[number]): Promise<{
  database: Database;
  close(): Promise<void>;
}> {
  const cluster = engine === 'postgres' ? await startPostgresCluster({ parentDir: tmpdir() }) : null;
  const database = openDatabase(cluster?.url ?? ':memory:');
  await migrate(database, openTestVault);
  return {
    database,
    async close() {
      await database.destroy();
      await cluster?.stop();
    },
  };
}

/** The refusal of a promise that must fail; null when it did not. */
export function refusal(work: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(work).then(
    () => null,
    (error: unknown) => error,
  );
}
