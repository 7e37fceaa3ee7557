/** A copy of the database while the service runs: SQLite's online backup, or pg_dump. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import knex from 'knex';
import { keyServiceErrors } from '../errors.ts';

/** @param into a file that does not exist yet; SQLite file or pg_dump's custom format */
export async function backupDatabase(location: string, into: string): Promise<void> {
  if (existsSync(into)) throw keyServiceErrors.make('BACKUP_WOULD_OVERWRITE', { detail: into });
  if (location.startsWith('postgres')) await dump(location, into);
  else {
    const database = knex({
      client: 'better-sqlite3',
      connection: { filename: location, options: { readonly: true } },
      useNullAsDefault: true,
    });
    try {
      const connection: { backup(path: string): Promise<unknown> } = await database.client.acquireConnection();
      await connection.backup(into);
      await database.client.releaseConnection(connection);
    } finally {
      await database.destroy();
    }
  }
  chmodSync(into, 0o600);
}

/** The password goes by the environment: a command line is seen by everybody on the machine. */
function dump(location: string, into: string): Promise<void> {
  const url = new URL(location);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const child = spawn('pg_dump', ['--format=custom', `--file=${into}`, `--dbname=${url.href}`], {
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', ...(password === '' ? {} : { PGPASSWORD: password }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (part: Buffer) => {
    said += part.toString().slice(0, 2_000);
  });
  return new Promise((resolve, reject) => {
    const failed = (detail: string) => reject(keyServiceErrors.make('BACKUP_FAILED', { detail }));
    child.once('error', (error) => failed(error.message));
    child.once('close', (status) => (status === 0 ? resolve() : failed(said)));
  });
}
