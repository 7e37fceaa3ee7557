/** The SAM token (ADR 024): an old installation is moved, once and with a line in the log; a wrong token and an exchanged seal are refused. */
import { execFileSync } from 'node:child_process';
import { createHash, publicEncrypt } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { attachHsm, readSamKey } from '../src/attach.ts';
import { prepareToken, stateFolder } from '../src/ceremony-room.ts';
import type { HsmWorkerPool } from '../src/hsm/worker-pool.ts';
import { foundSamToken, openSamToken, samFiles, settleSamRoots } from '../src/sam-token.ts';
import { config, kcv, pilotRoot, projectRoot, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';

const state = temporaryFolder();
const folder = stateFolder(state);
const common = { ...folder, folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers: 1 };
const modulePath = config.model.modulePaths.find(existsSync) ?? '';
const now = () => new Date('2026-11-26T00:00:00Z');
const OLD = ['STK.DF02#1', 'RK1.DDF1#2', 'TMK#1', 'SAM-MK#1', 'CVK#1'];
/** Made in the token, so that no text gives its value again. */
const GENERATED = 'SAM-TMK#2';
let hsm: HsmWorkerPool;

const audited: [string, object][] = [];
const audit = {
  record: async (action: string, details: object) => {
    audited.push([action, details]);
    return {} as never;
  },
};
function raw(...words: string[]): { keys: string[]; data: string[] } {
  const program = join(projectRoot, 'key-service/test/old-sam-roots.mjs');
  return JSON.parse(
    execFileSync(process.execPath, [program, modulePath, TOKEN_LABEL, ...words], {
      env: { PATH: process.env.PATH, SOFTHSM2_CONF: folder.softHsmConf },
      input: readFileSync(folder.pinFile),
      encoding: 'utf8',
    }),
  );
}
const value = (root: string) => pilotRoot(root.split('#')[0] as string, Number(root.split('#')[1]));
const textsOf = (root: string) => {
  const [slot, version] = root.split('#');
  return [1, 2, 3].map((part) => `rhc-pilot/${slot}/v${version}/component-${part}`);
};
const samToken = (key = folder.samKeyFile) =>
  openSamToken({
    ...samFiles({ ...folder, tokenLabel: TOKEN_LABEL }),
    samKeyFile: key,
    config,
    workerPath,
    now,
    audit,
  });
const checkValues = async () =>
  Object.fromEntries(
    (await hsm.run('describe-roots', null)).map(({ root, kcv: got }) => [
      root,
      Buffer.from(got).toString('hex').toUpperCase(),
    ]),
  );

beforeAll(async () => {
  await prepareToken(common);
  rmSync(folder.samKeyFile);
  rmSync(folder.sam, { recursive: true });
  hsm = await attachHsm(common);
  for (const root of OLD) {
    const usage = root.startsWith('CVK#') ? 'encrypt' : 'derive';
    await hsm.run('import-root', { root, usage, pilotTexts: textsOf(root) });
  }
  await hsm.run('generate-root', { root: GENERATED, usage: 'derive' });
}, 180_000);
afterAll(async () => {
  await hsm?.close();
  rmSync(state, { recursive: true, force: true });
}, 60_000);

describe('a token from before there was a SAM token', () => {
  test('without one and without blocks it serves cards; no root is sealed, and a SAM is refused with the next step', async () => {
    expect(await settleSamRoots({ hsm, audit })).toEqual([]);
    await expect(hsm.run('sealed-sam-roots', { roots: ['STK.DF02#1'] })).rejects.toMatchObject({
      code: 'SAM_ROOT_NOT_SEALED',
    });
    await expect(samToken().look(hsm)).rejects.toMatchObject({ code: 'SAM_TOKEN_MISSING' });
  });

  test('with blocks that one PIN reads, it is refused until there is a SAM token', async () => {
    const blocks = ['STK.DF02#1', 'RK1.DDF1#2'].map((root) => `${root}=${value(root).toString('hex')}`);
    // One block of a root that is no more.
    expect(raw('block', ...blocks, 'UK1.DF01#9=00112233445566778899aabbccddeeff').keys).toContain('SAM.LOAD#1');
    await expect(settleSamRoots({ hsm, audit })).rejects.toMatchObject({ code: 'SAM_TOKEN_MISSING' });
    expect(audited).toEqual([]);
  });

  test('then the roots move: sealed, blocks and loading key destroyed, in the log; what cannot be sealed is named', async () => {
    const before = await checkValues();
    expect(await foundSamToken(common)).toBe(true);
    expect(await foundSamToken(common)).toBe(false);
    await hsm.close();
    hsm = await attachHsm(common);
    expect(await settleSamRoots({ hsm, audit, pilot: config.ceremony })).toEqual([GENERATED]);
    expect(audited).toEqual([
      [
        'sam-roots-moved',
        { count: 3, roots: expect.stringMatching(/^(RK1.DDF1#2|STK.DF02#1) \S+ SAM-MK#1$/), loadingKeyDestroyed: true },
      ],
    ]);
    const { keys, data } = raw('list');
    expect(keys).toEqual(['CVK#1', 'RK1.DDF1#2', GENERATED, 'STK.DF02#1', 'TMK#1']);
    expect(data).toEqual(['RK1.DDF1#2', 'SAM-MK#1', 'STK.DF02#1'].map((root) => `rhc-sam-sealed ${root}`));
    expect(await checkValues()).toEqual(before);
    expect(before['SAM-MK#1']).toBe(kcv(value('SAM-MK#1')));
  });

  test('a second time nothing changes', async () => {
    const lines = audited.length;
    const objects = raw('list');
    expect(await settleSamRoots({ hsm, audit, pilot: config.ceremony })).toEqual([GENERATED]);
    expect(audited).toHaveLength(lines);
    expect(raw('list')).toEqual(objects);
  });
});

describe('the SAM token', () => {
  test('takes over the roots of the channel once, logged, and rests', async () => {
    const lines = audited.length;
    const token = samToken();
    expect((await token.look(hsm)).serial).not.toBe(hsm.token.serial);
    expect(token.health).toMatchObject({ state: 'resting', workers: 0, token: null, fault: null });
    await token.look(hsm);
    const taken = audited.slice(lines);
    expect(taken).toEqual([['sam-channel-root-taken-over', { root: 'SAM-MK#1', kcv: kcv(value('SAM-MK#1')) }]]);
  });

  test('a seal of another key under the name of a channel root is refused, and the health says so', async () => {
    const [seal] = await hsm.run('sealed-sam-roots', { roots: ['SAM-MK#1'] });
    const known = Buffer.alloc(16, 7);
    const key = { key: Buffer.from(readSamKey(folder.samKeyFile) as Uint8Array), format: 'der', type: 'spki' } as const;
    const wrapped = publicEncrypt({ ...key, oaepHash: 'sha1' }, known).toString('hex');
    raw('seal', JSON.stringify({ ...seal, kcv: kcv(known), wrapped }));
    const token = samToken();
    await expect(token.look(hsm)).rejects.toMatchObject({ code: 'KEY_CHECK_VALUE_MISMATCH' });
    expect(token.health).toMatchObject({ state: 'refused', fault: { code: 'KEY_CHECK_VALUE_MISMATCH' } });
    raw('seal', JSON.stringify(seal));
    await token.look(hsm);
    expect(token.health.fault).toBeNull();
  });

  test('a seal that says one check value and holds another key is refused for an issue', async () => {
    const [seal] = await hsm.run('sealed-sam-roots', { roots: ['STK.DF02#1'] });
    const other = (await hsm.run('sealed-sam-roots', { roots: ['RK1.DDF1#2'] }))[0]?.wrapped;
    const token = samToken();
    const desk = token.desk(hsm);
    const item = {
      kind: 'root',
      header: Uint8Array.of(0x84, 0xd4, 0x01, 0x02),
      description: new Uint8Array(16),
      root: 'STK.DF02#1',
    } as const;
    const block = new Uint8Array(16).fill(3);
    const channel = {
      controlKey: { root: 'SAM-MK#1', blocks: [block, block], cachedBlocks: 1 },
      ...{ encipherBlock: block, macBlock: new Uint8Array(16).fill(4), macChaining: null, keyPairAnswer: null },
      items: [item],
    } as const;
    expect((await desk.channel(channel)).commands).toHaveLength(1);
    raw('seal', JSON.stringify({ ...seal, wrapped: other }));
    await expect(desk.channel(channel)).rejects.toMatchObject({ code: 'KEY_CHECK_VALUE_MISMATCH' });
    raw('seal', JSON.stringify(seal));
    expect(token.health).toMatchObject({ state: 'serving', workers: 1 });
    await token.close();
    expect(token.health.state).toBe('resting');
  });

  test('another SAM token than the one sealed for is refused', async () => {
    const kept = `${folder.sam}-kept`;
    const keyKept = `${folder.samKeyFile}-kept`;
    renameSync(folder.sam, kept);
    renameSync(folder.samKeyFile, keyKept);
    await foundSamToken(common);
    await expect(samToken(keyKept).look(hsm)).rejects.toMatchObject({ code: 'SAM_TOKEN_OTHER' });
    const fingerprints = [folder.samKeyFile, keyKept].map((path) =>
      createHash('sha256').update(readFileSync(path)).digest('hex'),
    );
    expect(new Set(fingerprints).size).toBe(2);
  });
});
