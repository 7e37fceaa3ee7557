/** What the database is for. */
import { type Database, isUniqueViolation } from './database.ts';

export type InstallationMode = 'live' | 'training';

/**
 * The database's mode; `wanted` becomes it where nothing was said yet. A database that holds residents and says nothing is
 * older than the question: it is live.
 */
export async function installationMode(
  database: Database,
  wanted: InstallationMode,
  at: string,
): Promise<InstallationMode> {
  const said = () => database('installation').first('mode') as Promise<{ mode: InstallationMode } | undefined>;
  const before = await said();
  if (before !== undefined) return before.mode;
  const used = (await database('residents').first('id')) !== undefined;
  try {
    await database('installation').insert({ id: 1, mode: used ? 'live' : wanted, since: at });
  } catch (error) {
    // Another node started at the same moment and said it.
    if (!isUniqueViolation(error)) throw error;
  }
  return (await said())?.mode ?? wanted;
}
