/** What kills left half written in SoftHSM2's files, as the kill drill saw: a root's name without a value, an empty token file. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { attachHsm } from '../src/attach.ts';
import { prepareToken, stateFolder } from '../src/ceremony-room.ts';
import { config, pilotCeremony, projectRoot, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';

const state = temporaryFolder();
const folder = stateFolder(state);
afterAll(() => rmSync(state, { recursive: true, force: true }));

test('a name without a key is no root: import and generation make the root, and a whole root stays', async () => {
  const wanted = config.hierarchy.slots.length * 2;
  await prepareToken({ config, folder, tokenLabel: TOKEN_LABEL, workerPath });
  const modulePath = config.model.modulePaths.find(existsSync) ?? '';
  const torn = ['DERIVE:MK.MF#0', 'ENCRYPT:CVK#1', 'DERIVE:TMK#9'];
  execFileSync(process.execPath, [join(__dirname, 'torn-root.mjs'), modulePath, TOKEN_LABEL, ...torn], {
    cwd: projectRoot,
    env: { PATH: process.env.PATH, SOFTHSM2_CONF: folder.softHsmConf },
    input: readFileSync(folder.pinFile),
  });
  const first = await pilotCeremony(state);
  expect(first.versions).toHaveLength(wanted);

  const hsm = await attachHsm({ ...folder, config, tokenLabel: TOKEN_LABEL, workerPath, workers: 2 });
  try {
    // Both workers look, so that each has met the torn name before one of them makes the key.
    const lists = await Promise.all(Array.from({ length: 8 }, () => hsm.run('describe-roots', null)));
    for (const list of lists) {
      expect(list).toHaveLength(wanted);
      expect(list.map(({ root }) => root)).not.toContain('TMK#9');
    }
    const made = await hsm.run('generate-root', { root: 'TMK#9', usage: 'derive' });
    expect(made.created).toBe(true);
    const again = await Promise.all(Array.from({ length: 8 }, () => hsm.run('describe-roots', null)));
    for (const list of again) expect(list.find(({ root }) => root === 'TMK#9')?.kcv).toEqual(made.kcv);
    expect(await hsm.run('generate-root', { root: 'TMK#9', usage: 'derive' })).toMatchObject({ created: false });
  } finally {
    await hsm.close();
  }

  const second = await pilotCeremony(state);
  expect(second.changes).toBe(0);
  const told = (outcome: typeof first) => outcome.versions.map(({ slot, version, kcv }) => [slot, version, kcv]);
  expect(told(second)).toEqual(told(first));
});

test('a token file that a kill at login left empty is put back, for running workers and for a new start', async () => {
  const place = temporaryFolder();
  try {
    await pilotState(place);
    const at = { ...stateFolder(place), config, tokenLabel: TOKEN_LABEL, workerPath };
    const tokens = join(place, 'tokens');
    const [token] = readdirSync(tokens);
    const file = join(tokens, token ?? '', 'token.object');
    const events: string[] = [];
    const hsm = await attachHsm({ ...at, workers: 2, onEvent: (event) => events.push(event) });
    try {
      const roots = await hsm.run('describe-roots', null);
      truncateSync(file);
      for (const pid of hsm.workerPids) process.kill(pid, 'SIGKILL');
      expect(await hsm.run('describe-roots', null)).toEqual(roots);
      expect(events).toContain('hsm-token-mended');
    } finally {
      await hsm.close();
    }
    truncateSync(file);
    const again = await attachHsm({ ...at, workers: 1 });
    expect(again.workers).toBe(1);
    await again.close();

    // A ceremony finds the token as well, and makes no other one beside it.
    truncateSync(file);
    const made = await prepareToken({ config, folder: stateFolder(place), tokenLabel: TOKEN_LABEL, workerPath });
    expect([made, readdirSync(tokens)]).toEqual([false, [token]]);

    rmSync(join(tokens, token ?? '', 'token.kept'));
    truncateSync(file);
    await expect(attachHsm({ ...at, workers: 1 })).rejects.toMatchObject({ code: 'HSM_TOKEN_MISSING' });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
