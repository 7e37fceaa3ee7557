/** A token and the database beside it, opened together or not at all. */
import { type AttachOptions, attachHsm } from './attach.ts';
import type { HsmWorkerPool } from './hsm/worker-pool.ts';
import { type Database, openDatabase } from './store/database.ts';

export interface TokenAndDatabase {
  readonly hsm: HsmWorkerPool;
  readonly database: Database;
  /** Both, also when the first does not close. */
  close(): Promise<void>;
}

/**
 * A database that does not open leaves no worker behind: a worker keeps its process, and with it the token, for ever.
 *
 * @param location see `openDatabase`
 */
export async function openTokenAndDatabase(options: AttachOptions, location: string): Promise<TokenAndDatabase> {
  const hsm = await attachHsm(options);
  try {
    const database = await openDatabase(location);
    return { hsm, database, close: () => hsm.close().finally(() => database.destroy()) };
  } catch (error) {
    await hsm.close();
    throw error;
  }
}
