/** `node key-service/dist/ceremony.js pilot --state DIR`: token, pilot keys, and the table of slots with check values. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadHsmConfig } from '@rhc/hsm-config';
import { createLogger, failureText } from '@rhc/service-shell';
import { auditBesideLog } from './app.ts';
import { holdCeremony, readText, stateFolder } from './ceremony-room.ts';
import { ALL_KEY_SLOTS } from './domain/hierarchy.ts';
import { keyServiceErrors } from './errors.ts';

const STATES: Readonly<Record<string, string>> = { active: '启用 active', 'pre-active': '预置 pre-active' };

async function main(): Promise<void> {
  const [name, flag, state, ...rest] = process.argv.slice(2);
  if (name === undefined || flag !== '--state' || state === undefined || rest.length > 0) {
    throw keyServiceErrors.make('CEREMONY_USAGE');
  }
  const config = loadHsmConfig(dirname(dirname(fileURLToPath(import.meta.resolve('@rhc/hsm-config')))), name, readText);
  const logger = createLogger('key-service-ceremony', process.env.RHC_LOG_LEVEL ?? 'silent');
  const started = Date.now();
  const outcome = await holdCeremony({
    config,
    folder: stateFolder(state),
    tokenLabel: process.env.RHC_KEY_SERVICE_TOKEN_LABEL ?? 'rhc-pilot',
    workerPath: fileURLToPath(new URL('./hsm/worker.js', import.meta.url)),
    policy: {
      production: ['true', '1'].includes(process.env.RHC_KEY_SERVICE_PRODUCTION ?? ''),
      allowSoftToken: process.env.RHC_KEY_SERVICE_ALLOW_SOFT_TOKEN,
    },
    beside: (log) => auditBesideLog(log, logger),
    now: () => new Date(),
  });
  const { token, versions, changes } = outcome;
  const lines = [
    `${config.ceremony.text.zh} · ${config.ceremony.text.en}`,
    `令牌 token: ${token.label} · ${token.model} · ${token.serial} · ${outcome.tokenCreated ? '新建 created' : '已有 present'}`,
    `已知答案测试 known answers: ${token.knownAnswers.map(({ name: test }) => `${test} ✓`).join('  ')}`,
    '',
    '槽位 slot     密钥版本与校验值 versions with check values (ENC0)',
    ...ALL_KEY_SLOTS.map((slot) => {
      const own = versions.filter((each) => each.slot === slot);
      const cells = own.map(({ version, kcv, state: at }) => `v${version} ${kcv} ${STATES[at] ?? at}`);
      return `${slot.padEnd(12)}  ${cells.join('   ')}`;
    }),
    '',
    changes === 0
      ? '没有变化:仪式早已完成。 Nothing changed: the ceremony was complete.'
      : `完成:${changes} 项变更,${Date.now() - started} 毫秒。 Done: ${changes} changes, ${Date.now() - started} ms.`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  process.exitCode = 1;
});
