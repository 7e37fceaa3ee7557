/**
 * `npm run restore-drill -- --backup FILE --database FILE|URL --recovery DIR [--key HEX]`: rebuilds a scratch token and
 * compares all check values. Exit status 0: no difference; 1: differences; 2: it could not be done.
 */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadHsmConfig } from '@rhc/hsm-config';
import { failureText } from '@rhc/service-shell';
import { readText, stateFolder } from '../ceremony-room.ts';
import { keyServiceErrors } from '../errors.ts';
import { forbidCoreDumps } from '../hsm/process-limits.ts';
import { openDatabase } from '../store/database.ts';
import { keyVersionStore } from '../store/stores.ts';
import { restoreDrill } from './restore-drill.ts';

async function main(): Promise<number> {
  // Before a PIN is in this process.
  forbidCoreDumps();
  const text = { type: 'string' } as const;
  const options = { backup: text, database: text, recovery: text, key: text, ceremony: { ...text, default: 'pilot' } };
  const { values } = parseArgs({ options });
  const { backup, database: location, recovery } = values;
  if (backup === undefined || location === undefined || recovery === undefined) {
    throw keyServiceErrors.make('RESTORE_USAGE');
  }
  const root = dirname(dirname(fileURLToPath(import.meta.resolve('@rhc/hsm-config'))));
  const database = await openDatabase(location);
  try {
    const started = Date.now();
    const { tokenSerial, rows, differences } = await restoreDrill({
      config: loadHsmConfig(root, values.ceremony, readText),
      workerPath: fileURLToPath(new URL('../hsm/worker.js', import.meta.url)),
      backup: readFileSync(backup, 'utf8'),
      trustedKey: values.key ?? null,
      recovery: stateFolder(recovery),
      versions: await keyVersionStore(database).all(),
      scratch: join(tmpdir(), 'rhc-restore-drill'),
    });
    const cell = (value: string | null) => (value ?? '------').padEnd(8);
    const lines = [
      `恢复演练 restore drill · 令牌 token ${tokenSerial}`,
      '密钥 key        登记 recorded  恢复 restored',
      ...rows.map((row) => `${row.root.padEnd(16)}${cell(row.recorded)}       ${cell(row.restored)}`),
      '',
      ...differences.map(({ zh, en }) => `✗ ${zh} · ${en}`),
      differences.length === 0
        ? `全部 ${rows.length} 个校验值一致,${Date.now() - started} 毫秒 · all ${rows.length} check values agree, ${Date.now() - started} ms`
        : `${differences.length} 处不一致 · ${differences.length} differences`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return differences.length === 0 ? 0 : 1;
  } finally {
    await database.destroy();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  return (error as { code?: unknown }).code === 'BACKUP_REFUSED' ? 1 : 2;
});
