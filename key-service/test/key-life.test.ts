/** Moves of key versions on SQLite and PostgreSQL, with a token that counts what it is asked; destruction on SoftHSM2. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { type PostgresCluster, startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { attachHsm } from '../src/attach.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import { KeyLife } from '../src/domain/key-life.ts';
import type { HsmPort } from '../src/hsm/port.ts';
import { openDatabase } from '../src/store/database.ts';
import { keyLifeStore, keyUseStore } from '../src/store/key-life-store.ts';
import { keyVersionStore } from '../src/store/stores.ts';
import { config, pilotCeremony, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';

const state = temporaryFolder();
let postgres: PostgresCluster;
beforeAll(async () => {
  postgres = await startPostgresCluster({ parentDir: '/tmp' });
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
  rmSync(state, { recursive: true, force: true });
}, 60_000);

const start = new Date('2026-11-22T00:00:00Z');
const day = (days: number) => new Date(start.getTime() + days * 86_400_000);
const by = { actor: 'officer-a', reason: 'drill' };
const key = (version: number) => ({ slot: 'RK1.DDF1', version }) as const;

describe.each(['sqlite', 'postgresql'] as const)('on %s', (engine) => {
  let database: Knex;
  let clock: Date;
  let logged: { action: string; details: Record<string, unknown> }[];
  let asked: string[];
  let cards: number | null;
  let auditFails: boolean;
  const room = (store = keyLifeStore(database)) =>
    new KeyLife({
      store,
      audit: {
        record: async (action, details) => {
          if (auditFails) throw new Error('the log is away');
          logged.push({ action, details });
          return { id: `${action}-${logged.length}`, index: logged.length - 1 };
        },
      },
      hsm: {
        run: (async (name: string, input: { root: string }) => {
          asked.push(`${name} ${input.root}`);
          return { destroyed: true };
        }) as unknown as HsmPort['run'],
        renew: () => asked.push('renew'),
      },
      cardsInField: async () => cards,
      now: () => clock,
      onChange: async () => undefined,
    });
  const states = async () =>
    (await keyLifeStore(database).records()).filter(({ slot }) => slot === 'RK1.DDF1').map((each) => each.state);

  beforeAll(async () => {
    database = await openDatabase(engine === 'sqlite' ? join(state, 'life.sqlite') : postgres.url);
  });
  beforeEach(async () => {
    await database('key_version_moves').delete();
    await database('key_versions').delete();
    await database('key_uses').delete();
    [clock, logged, asked, cards, auditFails] = [start, [], [], 0, false];
    const versions = keyVersionStore(database);
    for (const version of [1, 2, 3]) {
      const made = { ...key(version), suite: 'intl-128', kcv: '9ECB18', kcvMethod: 'ENC0' } as const;
      await versions.addPreActive(made, start);
    }
    await versions.activate('RK1.DDF1', 1, start, { script: 'test', log: { id: 'ceremony', index: 0 } });
  });
  afterAll(async () => {
    await database?.destroy();
  });

  test('a move is written with who, why and its place in the log', async () => {
    await room().move(key(1), 'suspended', by);
    await room().move(key(1), 'active', by);
    expect(await states()).toEqual(['active', 'pre-active', 'pre-active']);
    const history = await keyLifeStore(database).history('RK1.DDF1', 1);
    expect(history.map(({ from, to, actor, log }) => [from, to, actor, log.index])).toEqual([
      ['pre-active', 'active', 'ceremony', 0],
      ['active', 'suspended', 'officer-a', 0],
      ['suspended', 'active', 'officer-a', 1],
    ]);
  });

  test('activation deactivates the predecessor in the same transaction', async () => {
    await room().move(key(2), 'active', by);
    expect(await states()).toEqual(['deactivated', 'active', 'pre-active']);
    expect(logged.map(({ action }) => action)).toEqual(['version-move', 'version-move']);
  });

  test('what cannot be logged does not happen', async () => {
    auditFails = true;
    await expect(room().move(key(2), 'active', by)).rejects.toThrow('the log is away');
    await expect(room().scheduleDestruction(key(2), by)).rejects.toThrow('the log is away');
    expect(await states()).toEqual(['active', 'pre-active', 'pre-active']);
  });

  test('of many activations at once one wins at a time, and one version is active at the end', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => room().move(key((index % 2) + 2), 'active', by)),
    );
    const lost = tries.filter((each) => each.status === 'rejected').map((each) => each.reason.code);
    expect(lost.length).toBeGreaterThan(0);
    for (const code of lost) expect(['KEY_MOVED_MEANWHILE', 'KEY_MOVE_REFUSED']).toContain(code);
    expect((await states()).filter((each) => each === 'active')).toHaveLength(1);
    const won =
      (await keyLifeStore(database).history('RK1.DDF1', 2)).length +
      (await keyLifeStore(database).history('RK1.DDF1', 3)).length;
    expect(won).toBeGreaterThan(0);
    const undone = logged.filter(({ action }) => action === 'version-move-not-done').length;
    expect(undone).toBe(lost.filter((code) => code === 'KEY_MOVED_MEANWHILE').length);
  });

  test('a second active version is refused by the database, whoever writes it', async () => {
    const written = database('key_versions').where(key(2)).update({ state: 'active' });
    await expect(written).rejects.toMatchObject({ code: engine === 'sqlite' ? 'SQLITE_CONSTRAINT_UNIQUE' : '23505' });
  });

  test('scheduled activation happens at its time, on one of several nodes', async () => {
    await room().scheduleActivation(key(2), day(1), by);
    await room().tick();
    expect(await states()).toEqual(['active', 'pre-active', 'pre-active']);
    clock = day(1);
    await Promise.all([room().tick(), room().tick(), room().tick()]);
    expect(await states()).toEqual(['deactivated', 'active', 'pre-active']);
    expect((await keyLifeStore(database).history('RK1.DDF1', 2)).filter(({ to }) => to === 'active')).toHaveLength(1);
  });

  test('destruction: scheduled, not before its time, then in the token and on record', async () => {
    await room().move(key(2), 'active', by);
    expect(await room().scheduleDestruction(key(1), by)).toEqual(day(30));
    await expect(room().move(key(1), 'compromised', by)).rejects.toMatchObject({ code: 'KEY_MOVE_REFUSED' });
    clock = day(29);
    await room().tick();
    expect(asked).toEqual([]);
    clock = day(30);
    await room().tick();
    await room().tick();
    expect(asked).toEqual(['destroy-root RK1.DDF1#1', 'renew']);
    expect(await states()).toEqual(['destroyed', 'active', 'pre-active']);
    await expect(room().restore(key(1), by)).rejects.toMatchObject({ code: 'KEY_MOVE_REFUSED' });
  });

  test('destruction taken back: suspended, and nothing falls due', async () => {
    await room().scheduleDestruction(key(3), by);
    clock = day(29);
    await room().restore(key(3), by);
    clock = day(60);
    await room().tick();
    expect(asked).toEqual([]);
    expect(await states()).toEqual(['active', 'pre-active', 'suspended']);
  });

  test('cards in the field hold it up, unless two others approve', async () => {
    cards = 5;
    await expect(room().scheduleDestruction(key(3), by)).rejects.toMatchObject({ code: 'KEY_IN_FIELD' });
    const approvers = ['officer-b', 'officer-c'];
    expect(await room().scheduleDestruction(key(3), by, { approvers })).toEqual(day(30));
    expect(logged.at(-1)).toMatchObject({ action: 'version-destruction-scheduled', details: { cards: 5, approvers } });
  });

  test('use counters of several nodes add up', async () => {
    const store = keyUseStore(database);
    const use = { ...key(1), operation: 'load-onto-card', issuer: '1301', day: '2026-11-22', count: 3 } as const;
    await Promise.all(
      Array.from({ length: 10 }, () => store.add([use, { ...use, operation: 'terminal', issuer: '' }])),
    );
    await store.add([{ ...use, day: '2026-11-23' }]);
    expect((await store.byDay(key(1), 5)).map(({ day, uses }) => [day, uses])).toEqual([
      ['2026-11-23', 3],
      ['2026-11-22', 30],
      ['2026-11-22', 30],
    ]);
    expect(await store.total(key(1), 'load-onto-card')).toBe(33);
  });

  test('portions of a ceiling that many take at once are its sum, with what was used before there was one', async () => {
    const store = keyUseStore(database);
    const day = '2026-11-24';
    await store.add([{ ...key(1), operation: 'terminal', issuer: '', day, count: 40 }]);
    const granted = await Promise.all(Array.from({ length: 20 }, () => store.lease(key(1), day, 7, 100)));
    expect(granted.reduce((sum, each) => sum + each, 0)).toBe(60);
    expect(granted.toSorted((a, b) => b - a).slice(0, 10)).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 4, 0]);
    await store.giveBack(key(1), day, 5);
    expect(await store.lease(key(1), day, 7, 100)).toBe(5);
    expect(await store.lease(key(1), day, 7, 90)).toBe(0);
    expect(await store.lease(key(2), day, 7, 3)).toBe(3);
  });
});

test('a destroyed root is gone from the token, from every worker, and no ceremony brings it back', async () => {
  const folder = stateFolder(state);
  await pilotState(state);
  const hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers: 2 });
  try {
    const root = 'RK1.DF01#2';
    const path = { root, blocks: [new Uint8Array(16)], cachedBlocks: 0 } as const;
    const use = () => hsm.run('terminal', [{ kind: 'external-authentication', sessionKey: path }]);
    // Both workers have their copy of it.
    await Promise.all(Array.from({ length: 20 }, use));
    const before = new Set(hsm.workerPids);
    const all = (await hsm.run('describe-roots', null)).length;
    expect(await hsm.run('destroy-root', { root })).toEqual({ destroyed: true });
    expect(await hsm.run('destroy-root', { root })).toEqual({ destroyed: false });
    hsm.renew();
    while (hsm.workerPids.some((pid) => before.has(pid))) await new Promise((resolve) => setTimeout(resolve, 20));
    const tries = await Promise.allSettled(Array.from({ length: 20 }, use));
    for (const each of tries) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'KEY_MISSING' } });
    const database = await openDatabase(folder.database);
    await database('key_versions').where({ slot: 'RK1.DF01', version: 2 }).update({ state: 'destroyed' });
    await database.destroy();
    await pilotCeremony(state);
    const roots = await hsm.run('describe-roots', null);
    expect(roots).toHaveLength(all - 1);
    expect(roots.map((each) => each.root)).not.toContain(root);
  } finally {
    await hsm.close();
  }
}, 180_000);
