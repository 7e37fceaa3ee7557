/**
 * `npm run recovery-token -- --state DIR`: makes (or finds) the recovery token and prints its public key, which goes into
 * the roster under quorum. Keep folder and PIN apart from the key service; on hardware it is a token of its own.
 */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadHsmConfig } from '@rhc/hsm-config';
import { failureText } from '@rhc/service-shell';
import { attachHsm } from '../attach.ts';
import { readText, stateFolder } from '../ceremony-room.ts';
import { keyServiceErrors } from '../errors.ts';
import { forbidCoreDumps } from '../hsm/process-limits.ts';
import { RECOVERY_LABEL } from './restore-drill.ts';
import { ensureTokenFolder } from './token-folder.ts';

async function main(): Promise<void> {
  // Before a PIN is in this process.
  forbidCoreDumps();
  const { values } = parseArgs({
    options: { state: { type: 'string' }, ceremony: { type: 'string', default: 'pilot' } },
  });
  if (values.state === undefined) throw keyServiceErrors.make('RECOVERY_USAGE');
  const root = dirname(dirname(fileURLToPath(import.meta.resolve('@rhc/hsm-config'))));
  const config = loadHsmConfig(root, values.ceremony, readText);
  const folder = stateFolder(values.state);
  const workerPath = fileURLToPath(new URL('../hsm/worker.js', import.meta.url));
  const made = await ensureTokenFolder({ config, folder, tokenLabel: RECOVERY_LABEL, workerPath });
  const hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: RECOVERY_LABEL, workers: 1 });
  try {
    const { publicKey } = await hsm.run('ensure-unwrap-pair', { pair: 'recovery' });
    const fingerprint = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex');
    process.stdout.write(
      [
        `恢复令牌 recovery token: ${hsm.token.label} · ${hsm.token.serial} · ${made ? '新建 created' : '已有 present'}`,
        `公钥 public key (recoveryKey): ${publicKey}`,
        `指纹 fingerprint: ${fingerprint}`,
        '',
      ].join('\n'),
    );
  } finally {
    await hsm.close();
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  process.exitCode = 1;
});
