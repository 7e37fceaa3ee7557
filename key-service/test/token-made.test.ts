/** Making a token, killed between its steps: the next run goes on, and the token that comes out can be logged in to. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, jest, test } from '@jest/globals';
import { attachHsm } from '../src/attach.ts';
import { ensureTokenFolder } from '../src/backup/token-folder.ts';
import { prepareToken, stateFolder } from '../src/ceremony-room.ts';
import { config, projectRoot, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';

jest.setTimeout(60_000);

const state = temporaryFolder();
afterAll(() => rmSync(state, { recursive: true, force: true }));

/** The real worker, ended by the system before or after it makes one call of PKCS#11. */
function killedWorker(call: string, when: 'before' | 'after'): string {
  const path = join(state, `${call}-${when}.mjs`);
  const binding = pathToFileURL(join(projectRoot, 'node_modules/pkcs11js/index.js')).href;
  const kill = `process.kill(process.pid, 'SIGKILL');`;
  writeFileSync(
    path,
    `import pkcs11js from ${JSON.stringify(binding)};
     const whole = pkcs11js.PKCS11.prototype.${call};
     pkcs11js.PKCS11.prototype.${call} = function (...given) {
       ${when === 'before' ? kill : ''}
       whole.apply(this, given);
       ${kill}
     };
     await import(${JSON.stringify(pathToFileURL(workerPath).href)});`,
  );
  return path;
}

const folderOf = (name: string) => stateFolder(join(state, name));
const tokensIn = (name: string) => readdirSync(folderOf(name).tokens);

async function logsIn(name: string): Promise<void> {
  const hsm = await attachHsm({ ...folderOf(name), config, workerPath, tokenLabel: TOKEN_LABEL, workers: 1 });
  try {
    expect(await hsm.run('describe-roots', null)).toEqual([]);
    await hsm.run('generate-root', { root: 'TMK#1', usage: 'derive' });
    expect((await hsm.run('describe-roots', null)).map(({ root }) => root)).toEqual(['TMK#1']);
  } finally {
    await hsm.close();
  }
}

const CUTS = [
  { call: 'C_InitToken', when: 'before', tokens: 0, completed: true },
  { call: 'C_InitToken', when: 'after', tokens: 1, completed: true },
  { call: 'C_InitPIN', when: 'after', tokens: 1, completed: false },
] as const;

test.each(CUTS)('killed $when $call', async ({ call, when, tokens, completed }) => {
  const name = `${call}-${when}`;
  const own = { config, folder: folderOf(name), tokenLabel: TOKEN_LABEL };
  const killed = killedWorker(call, when);
  await expect(ensureTokenFolder({ ...own, workerPath: killed })).rejects.toMatchObject({ code: 'HSM_WORKER_LOST' });
  expect(tokensIn(name)).toHaveLength(tokens);
  const pin = readFileSync(own.folder.pinFile, 'utf8');

  expect(await ensureTokenFolder({ ...own, workerPath })).toBe(completed);
  // Neither a second token of the label nor another PIN.
  expect(tokensIn(name)).toHaveLength(1);
  expect(readFileSync(own.folder.pinFile, 'utf8')).toBe(pin);
  expect(await ensureTokenFolder({ ...own, workerPath })).toBe(false);
  await logsIn(name);
});

test('a PIN whose writing was cut is under no name that is read: it is written anew', async () => {
  const folder = folderOf('cut-pin');
  const own = { config, folder, tokenLabel: TOKEN_LABEL, workerPath };
  const killed = { ...own, workerPath: killedWorker('C_InitToken', 'before') };
  await expect(ensureTokenFolder(killed)).rejects.toMatchObject({ code: 'HSM_WORKER_LOST' });
  rmSync(folder.pinFile);
  writeFileSync(`${folder.pinFile}.new`, '', { mode: 0o600 });
  expect(await ensureTokenFolder(own)).toBe(true);
  expect(statSync(folder.pinFile).mode & 0o777).toBe(0o600);
  expect(existsSync(`${folder.pinFile}.new`)).toBe(false);
  await logsIn('cut-pin');
});

test('a label whose SO PIN does not fit, as a kill within C_InitToken leaves it: a whole token is made beside it', async () => {
  const folder = folderOf('torn-officer');
  const own = { config, folder, tokenLabel: TOKEN_LABEL, workerPath };
  const killed = { ...own, workerPath: killedWorker('C_InitToken', 'after') };
  await expect(ensureTokenFolder(killed)).rejects.toMatchObject({ code: 'HSM_WORKER_LOST' });
  writeFileSync(folder.soPinFile, `${'0'.repeat(24)}\n`, { mode: 0o600 });
  expect(await ensureTokenFolder(own)).toBe(true);
  expect(tokensIn('torn-officer')).toHaveLength(2);
  expect(await ensureTokenFolder(own)).toBe(false);
  await logsIn('torn-officer');
});

test('a lost PIN of a whole token is told at each run, and no PIN that opens nothing is left behind', async () => {
  const folder = folderOf('lost-pin');
  const own = { config, folder, tokenLabel: TOKEN_LABEL, workerPath };
  await ensureTokenFolder(own);
  rmSync(folder.pinFile);
  for (const _run of [1, 2]) {
    await expect(prepareToken(own)).rejects.toMatchObject({ code: 'CEREMONY_PIN_LOST' });
    expect(existsSync(folder.pinFile)).toBe(false);
  }
});
