/** Starting on a real token: a worker that is lost before it is attached is followed by another; no command dumps core. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { attachHsm } from '../src/attach.ts';
import { ensureTokenFolder } from '../src/backup/token-folder.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import { makePinFile } from '../src/hsm/pin-file.ts';
import { config, pilotCeremony, projectRoot, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';

jest.setTimeout(120_000);

const state = temporaryFolder();
beforeAll(() => pilotCeremony(state), 120_000);
afterAll(() => rmSync(state, { recursive: true, force: true }));

/** A worker that ends before it is attached, the first `times` times. */
function failingWorker(name: string, times: number): string {
  const path = join(state, `${name}.mjs`);
  const count = JSON.stringify(join(state, `${name}.count`));
  writeFileSync(
    path,
    `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
     const before = existsSync(${count}) ? Number(readFileSync(${count}, 'utf8')) : 0;
     writeFileSync(${count}, String(before + 1));
     if (before < ${times}) process.exit(9);
     await import(${JSON.stringify(pathToFileURL(workerPath).href)});`,
  );
  return path;
}

const attach = (path: string, events: string[]) =>
  attachHsm({
    ...stateFolder(state),
    config,
    workerPath: path,
    tokenLabel: TOKEN_LABEL,
    workers: 2,
    onEvent: (event) => events.push(event),
  });

test('two workers lost at the start are followed by a third', async () => {
  const events: string[] = [];
  const hsm = await attach(failingWorker('twice', 2), events);
  try {
    expect(events.filter((event) => event === 'hsm-worker-lost-at-start')).toHaveLength(2);
    expect(hsm.workers).toBe(2);
    expect((await hsm.run('describe-roots', null)).length).toBeGreaterThan(0);
  } finally {
    await hsm.close();
  }
});

test('workers that never attach end the start with a sentence, after three', async () => {
  const events: string[] = [];
  await expect(attach(failingWorker('always', 99), events)).rejects.toMatchObject({ code: 'HSM_WORKER_LOST' });
  expect(readFileSync(join(state, 'always.count'), 'utf8')).toBe('3');
});

test('a command that reads a PIN may leave no core dump, and neither may its workers', async () => {
  const command = join(projectRoot, 'key-service/dist/ceremony.js');
  const child = spawn(process.execPath, [command, 'pilot', '--state', join(state, 'another')], { stdio: 'ignore' });
  const limits = (pid: number) =>
    /Max core file size\s+(\S+)\s+(\S+)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'));
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  let [own, workers]: [unknown, unknown[]] = [null, []];
  while (child.exitCode === null && workers.length === 0) {
    await new Promise((done) => setTimeout(done, 5));
    try {
      const pid = child.pid as number;
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
      own = limits(pid)?.slice(1);
      workers = children.map((each) => limits(Number(each))?.slice(1));
    } catch {
      // A worker that ended while it was looked at.
    }
  }
  expect(await ended).toBe(0);
  expect(own).toEqual(['0', '0']);
  expect(workers.length).toBeGreaterThan(0);
  for (const worker of workers) expect(worker).toEqual(['0', '0']);
});

test('a token that was cut between its label and its user PIN is finished by the next run', async () => {
  const folder = stateFolder(join(state, 'cut'));
  mkdirSync(folder.tokens, { recursive: true, mode: 0o700 });
  mkdirSync(join(folder.softHsmConf, '..'), { recursive: true });
  writeFileSync(folder.softHsmConf, config.softHsmConfTemplate.replaceAll('{{TOKEN_DIR}}', folder.tokens), {
    mode: 0o600,
  });
  expect(makePinFile(folder.soPinFile)).toBe(true);
  // Cut while the PIN was being written, too.
  writeFileSync(`${folder.pinFile}.new`, 'ab', { mode: 0o600 });
  const soPin = readFileSync(folder.soPinFile, 'utf8').trim();
  const [module = ''] = config.model.modulePaths;
  const words = ['--module', module, '--init-token', '--slot-index', '0', '--label', 'cut', '--so-pin', 'env:SO_PIN'];
  const env = { ...process.env, SOFTHSM2_CONF: folder.softHsmConf, SO_PIN: soPin };
  expect(spawnSync('pkcs11-tool', words, { env, encoding: 'utf8' })).toMatchObject({ status: 0 });
  const options = { config, folder, tokenLabel: 'cut', workerPath };
  expect(await ensureTokenFolder(options)).toBe(true);
  expect(statSync(folder.pinFile).mode & 0o777).toBe(0o600);
  const hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: 'cut', workers: 1 });
  expect(await hsm.run('describe-roots', null)).toEqual([]);
  await hsm.close();
  expect(await ensureTokenFolder(options)).toBe(false);
});
