/** The pilot ceremony: makes the SoftHSM2 token and the pilot hierarchy on the first start, finds them there on later ones. */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { withProgress } from '../setup/progress.mjs';
import { StartFailure } from './failure.mjs';

/** @param {string} root @param {import('./services.mjs').State} state */
export function runPilotCeremony(root, { dirs }) {
  const logFile = join(dirs.log, 'ceremony.log');
  const words = [join(root, 'key-service/dist/ceremony.js'), 'pilot', '--state', dirs.keyService];
  return withProgress(
    { zh: '密钥仪式（试点）', en: 'pilot key ceremony' },
    () =>
      new Promise((done, refuse) => {
        const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
        let said = '';
        const take = (/** @type {Buffer} */ chunk) => {
          said += chunk;
          appendFileSync(logFile, chunk, { mode: 0o600 });
        };
        child.stdout.on('data', take);
        child.stderr.on('data', take);
        child.once('error', refuse);
        child.once('close', (code) => {
          if (code === 0) return done(said);
          refuse(
            new StartFailure(
              { zh: '试点密钥仪式失败，系统不能启动。', en: 'The pilot key ceremony failed; the system cannot start.' },
              {
                zh: `请查看 ${logFile}；要从头开始：npm run reset`,
                en: `See ${logFile}; to begin anew: npm run reset`,
              },
              said.trim().split('\n').slice(-10).join('\n'),
            ),
          );
        });
      }),
  );
}
