/**
 * `npm run roster -- --state DIR --file FILE [--confirm SHA-256]`: founds the first roster of approvers (ADR 013). Without
 * `--confirm` it shows who may approve what, and the hash to compare by people; with that very hash the token seals it.
 * Exit status: 0 founded or shown, 2 refused or a fault.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadHsmConfig } from '@rhc/hsm-config';
import { failureText } from '@rhc/service-shell';
import { openAuditRoom } from './audit/audit-room.ts';
import { readText, stateFolder } from './ceremony-room.ts';
import { firstRoster, parseRoster, rosterHash } from './domain/quorum/roster.ts';
import { keyServiceErrors } from './errors.ts';
import { forbidCoreDumps } from './hsm/process-limits.ts';
import { rosterAccount } from './roster-account.ts';
import { approvalStore } from './store/approval-store.ts';
import { auditStore } from './store/audit-store.ts';
import { openTokenAndDatabase } from './token-and-database.ts';

const print = (text: string) => void process.stdout.write(`${text}\n`);
const text = { type: 'string' } as const;
const OPTIONS = {
  state: text,
  file: text,
  confirm: text,
  label: { ...text, default: process.env.RHC_KEY_SERVICE_TOKEN_LABEL ?? 'rhc-pilot' },
  database: text,
  ceremony: { ...text, default: 'pilot' },
} as const;

function words() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (values.state === undefined || values.file === undefined) throw new Error('--state, --file');
    return { ...values, state: values.state, given: readFileSync(values.file, 'utf8') };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : '';
    const fields = [{ field: '--state, --file', rule: { zh: `须给出且可读:${why}`, en: why } }];
    throw keyServiceErrors.make('ROSTER_USAGE', { cause, fields });
  }
}

async function main(): Promise<number> {
  // Before a PIN is in this process.
  forbidCoreDumps();
  const { state, given, confirm, label: tokenLabel, database: location, ceremony } = words();
  const root = dirname(dirname(fileURLToPath(import.meta.resolve('@rhc/hsm-config'))));
  const config = loadHsmConfig(root, ceremony, readText);
  const folder = stateFolder(state);
  const workerPath = fileURLToPath(new URL('./hsm/worker.js', import.meta.url));
  const both = await openTokenAndDatabase(
    { ...folder, config, workerPath, tokenLabel, workers: 1 },
    location ?? folder.database,
  );
  const { hsm, database } = both;
  try {
    const roster = firstRoster(given, hsm.token.serial);
    const sha256 = rosterHash(roster);
    print(rosterAccount(parseRoster(roster), sha256));
    if (confirm === undefined) {
      print(`\n请在场的人核对以上内容，再运行 · Those present compare it, then run again with: --confirm ${sha256}`);
      return 0;
    }
    if (confirm.toLowerCase() !== sha256) throw keyServiceErrors.make('ROSTER_NOT_CONFIRMED', { detail: sha256 });
    const now = () => new Date();
    const room = await openAuditRoom({ store: auditStore(database), hsm, folder: join(folder.audit, 'roster'), now });
    try {
      const sealed = await hsm.run('found-roster', { roster });
      await approvalStore(database).addRoster(sha256, 1, sealed, now());
      await room.log.record('roster-founded', { version: 1, sha256, file: rosterHash(given) });
    } finally {
      await room.close();
    }
    print('\n✓ 名册已由密码机封存 · the token has sealed the roster. 请重启服务 · Restart the service.');
    return 0;
  } finally {
    await both.close();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  return 2;
});
