/**
 * `npm run restore-drill -- --backup FILE --database FILE|URL --recovery DIR [--key HEX]`: rebuilds a scratch token and
 * compares all check values. Exit status 0: no difference; 1: differences; 2: it could not be done.
 */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Text } from '@rhc/card/errors';
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
    const { tokenSerial, rows, differences, counted, replaced } = await restoreDrill({
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
      '密钥 key            登记 recorded  恢复 restored',
      ...rows.map((row) => `${row.root.padEnd(20)}${cell(row.recorded)}       ${cell(row.restored)}`),
      '',
      ...differences.map(({ zh, en }) => `✗ ${zh} · ${en}`),
      ...notInBackup(replaced),
      ...SAM_TOKEN,
      verdict(rows.length, counted, replaced.length, differences.length, Date.now() - started),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return differences.length === 0 ? 0 : 1;
  } finally {
    await database.destroy();
  }
}

/** What a person must know before they rely on the backup. */
function notInBackup(replaced: readonly { readonly name: string; readonly text: Text }[]): string[] {
  if (replaced.length === 0) return [];
  return [
    `! ${replaced.length} 个密钥不在备份中,恢复后由下列办法代替 · ${replaced.length} keys are NOT in the backup; after a restore this takes their place:`,
    ...replaced.map(({ name, text: { zh, en } }) => `  ${name}: ${zh} · ${en}`),
    '',
  ];
}

/** A token of its own, with a PIN of its own. */
const SAM_TOKEN = [
  '! SAM 令牌是另一个令牌,不在此备份内 · the SAM token is another token and not in this backup:',
  '  SAM.ROOTS#1, DEK.SAM-PIN#1: npm run sam-token --reseal 用此备份为新 SAM 令牌重新封装;密码信封未打印的 SAM 须重新发行 · npm run sam-token --reseal seals for a new one from this backup; a SAM whose PIN mailer was not printed is issued again',
  '',
];

/** That all agree is said of what was compared; what a restore does not bring back stands beside it. */
function verdict(compared: number, counted: number | null, replaced: number, differences: number, ms: number): string {
  const zh = counted === null ? '' : `令牌共 ${counted} 个密钥:`;
  const en = counted === null ? '' : `of ${counted} keys of the token `;
  if (differences > 0) return `${zh}${differences} 处不一致 · ${en}${differences} differences`;
  return `${zh}${compared} 个已恢复且校验值一致,${replaced} 个不在备份中(见上),${ms} 毫秒 · ${en}${compared} are restored and their check values agree, ${replaced} are not in the backup (see above), ${ms} ms`;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  return (error as { code?: unknown }).code === 'BACKUP_REFUSED' ? 1 : 2;
});
