/** `npm run database-backup -- --database FILE|URL --out FILE`: a copy of key-service's database while it runs. */
import { parseArgs } from 'node:util';
import { failureText } from '@rhc/service-shell';
import { keyServiceErrors } from '../errors.ts';
import { forbidCoreDumps } from '../hsm/process-limits.ts';
import { backupDatabase } from '../store/database-backup.ts';

async function main(): Promise<void> {
  // The database's address may hold a password.
  forbidCoreDumps();
  const { values } = parseArgs({ options: { database: { type: 'string' }, out: { type: 'string' } } });
  const { database = process.env.RHC_KEY_SERVICE_DATABASE, out } = values;
  if (database === undefined || out === undefined) throw keyServiceErrors.make('BACKUP_USAGE');
  await backupDatabase(database, out);
  process.stdout.write(`已备份到 ${out} · backed up to ${out}\n`);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  process.exitCode = 1;
});
