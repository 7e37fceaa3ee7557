/**
 * `npm run sam-token -- --state DIR …`: founds the SAM token of an installation (ADR 024), moves roots that a token of the old
 * kind could give in clear, and with `--reseal` seals from a backup what only the recovery token can still wrap.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadHsmConfig } from '@rhc/hsm-config';
import { failureText } from '@rhc/service-shell';
import { attachHsm } from './attach.ts';
import { openAuditRoom } from './audit/audit-room.ts';
import { RECOVERY_LABEL } from './backup/restore-drill.ts';
import { readText, stateFolder } from './ceremony-room.ts';
import { openBackup } from './domain/backup/root-backup.ts';
import { keyServiceErrors } from './errors.ts';
import { forbidCoreDumps } from './hsm/process-limits.ts';
import { foundSamToken, resealSamRoots, samTokenLabel, settleSamRoots } from './sam-token.ts';
import { auditStore } from './store/audit-store.ts';
import { openTokenAndDatabase } from './token-and-database.ts';

const print = (text: string) => void process.stdout.write(`${text}\n`);
const text = { type: 'string' } as const;
const OPTIONS = {
  state: text,
  label: { ...text, default: process.env.RHC_KEY_SERVICE_TOKEN_LABEL ?? 'rhc-pilot' },
  database: text,
  ceremony: { ...text, default: 'pilot' },
  reseal: { type: 'boolean' },
  backup: text,
  recovery: text,
  key: text,
} as const;

async function main(): Promise<number> {
  // Before a PIN is in this process.
  forbidCoreDumps();
  const { values } = parseArgs({ options: OPTIONS });
  const { state, label: tokenLabel, backup, recovery } = values;
  const reseal = values.reseal === true;
  if (state === undefined || (reseal && (backup === undefined || recovery === undefined)))
    throw keyServiceErrors.make('SAM_TOKEN_USAGE');
  const root = dirname(dirname(fileURLToPath(import.meta.resolve('@rhc/hsm-config'))));
  const config = loadHsmConfig(root, values.ceremony, readText);
  const workerPath = fileURLToPath(new URL('./hsm/worker.js', import.meta.url));
  const folder = stateFolder(state);
  const founded = await foundSamToken({ config, folder, tokenLabel, workerPath });
  print(
    `SAM 令牌 SAM token: ${samTokenLabel(tokenLabel)} · ${folder.sam} · ${founded ? '新建 founded' : '已有 present'}`,
  );
  const both = await openTokenAndDatabase(
    { ...folder, config, workerPath, tokenLabel, workers: 1 },
    values.database ?? folder.database,
  );
  const { hsm, database } = both;
  try {
    const now = () => new Date();
    const room = await openAuditRoom({
      store: auditStore(database),
      hsm,
      folder: join(folder.audit, 'sam-token'),
      now,
    });
    try {
      if (founded) await room.log.record('sam-token-founded', { token: samTokenLabel(tokenLabel) });
      let left = await settleSamRoots({ hsm, audit: room.log, pilot: config.ceremony });
      if (reseal) {
        const file = openBackup(readFileSync(backup as string, 'utf8'), values.key ?? null);
        const token = {
          ...stateFolder(recovery as string),
          config,
          workerPath,
          tokenLabel: RECOVERY_LABEL,
          workers: 1,
        };
        const opened = await attachHsm(token);
        try {
          const sealed = await resealSamRoots({ backup: file, recovery: opened, hsm, audit: room.log, folder });
          print(`重新封存 sealed anew: ${sealed.length}`);
        } finally {
          await opened.close();
        }
        left = (await hsm.run('move-sam-roots', null)).unsealed;
      }
      const { text: said, nextStep } = keyServiceErrors.make('SAM_ROOT_NOT_SEALED');
      if (left.length === 0)
        print('SAM 用的根密钥均已封存 · every root for SAMs is sealed. 请重启服务 · Restart the service.');
      else print(`✗ ${left.join(' ')}\n${said.zh} ${nextStep.zh}\n${said.en} ${nextStep.en}`);
      return left.length === 0 ? 0 : 1;
    } finally {
      await room.close();
    }
  } finally {
    await both.close();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  return 2;
});
