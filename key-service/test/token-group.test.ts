/** Two tokens with the same keys: one goes, the other serves, it comes back; workers die and are recycled under load. */
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { attachHsm, attachTokens } from '../src/attach.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import { dispersalBlock } from '../src/domain/hierarchy.ts';
import type { HsmPort } from '../src/hsm/port.ts';
import { HsmWorkerPool } from '../src/hsm/worker-pool.ts';
import { config, pilotCeremony, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';

const [stateA, stateB] = [temporaryFolder(), temporaryFolder()];
const [folderA, folderB] = [stateFolder(stateA), stateFolder(stateB)];
const common = { config, workerPath, tokenLabel: TOKEN_LABEL };
const sessionKey = {
  root: 'RK1.DF01#1',
  blocks: [
    Uint8Array.from(Buffer.from('3133303030303030CECCCFCFCFCFCFCF', 'hex')),
    dispersalBlock(new Uint8Array(8)),
    dispersalBlock(new Uint8Array(8).fill(1)),
  ],
  cachedBlocks: 1,
} as const;
const protect = {
  kind: 'protect',
  sessionKey,
  header: Uint8Array.of(4, 0xd6, 0, 0),
  plain: Uint8Array.of(1, 2, 3),
} as const;
const ask = (hsm: HsmPort) => hsm.run('terminal', [protect]);
const pids = new Set<number>();
const events: string[] = [];

/** Waits for something that comes by itself; the deadline is Jest's. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
const killAll = () => {
  for (const pid of pids) {
    pids.delete(pid);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Ended meanwhile.
    }
  }
};

beforeAll(async () => {
  await pilotCeremony(stateA);
  await pilotCeremony(stateB);
}, 180_000);
afterAll(() => {
  for (const state of [stateA, stateB]) rmSync(state, { recursive: true, force: true });
});

describe('two tokens', () => {
  let hsm: HsmPort;
  const stateOf = (name: string) => hsm.health?.find((each) => each.name === name)?.state;
  beforeAll(async () => {
    hsm = await attachTokens(
      {
        ...common,
        ...folderA,
        workers: 1,
        tuning: { restartDelayMs: 20, deadlineMs: 60_000 },
        onEvent: (event, details) => {
          events.push(event);
          if (event === 'hsm-worker-attached') pids.add(details.pid as number);
        },
      },
      [{ name: 'hsm-b', label: TOKEN_LABEL, softHsmConf: folderB.softHsmConf, pinFile: folderB.pinFile }],
    );
  }, 120_000);
  afterAll(() => hsm?.close(), 60_000);

  test('both serve, and answer alike', async () => {
    expect(hsm.health?.map(({ state }) => state)).toEqual(['serving', 'serving']);
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(hsm)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  }, 60_000);

  test('the first disappears: no request fails, health says so, it comes back', async () => {
    const before = await ask(hsm);
    renameSync(folderA.tokens, `${folderA.tokens}.gone`);
    const traffic = Promise.all(Array.from({ length: 100 }, () => ask(hsm)));
    killAll();
    for (const answer of await traffic) expect(answer).toEqual(before);
    await until(async () => {
      expect(await ask(hsm)).toEqual(before);
      return stateOf(TOKEN_LABEL) === 'away' && stateOf('hsm-b') === 'serving';
    });
    await expect(hsm.run('destroy-root', { root: 'RK1.DF01#1' })).rejects.toMatchObject({ code: 'HSM_MEMBER_AWAY' });
    renameSync(`${folderA.tokens}.gone`, folderA.tokens);
    await until(() => stateOf(TOKEN_LABEL) === 'serving');
    expect(await ask(hsm)).toEqual(before);
  }, 180_000);

  test('a change of keys reaches both', async () => {
    expect(await hsm.run('destroy-root', { root: 'LK.DF03#2' })).toEqual({ destroyed: true });
    await hsm.close();
    for (const folder of [folderA, folderB]) {
      const alone = await attachHsm({ ...common, ...folder, workers: 1 });
      expect((await alone.run('describe-roots', null)).map(({ root }) => root)).not.toContain('LK.DF03#2');
      await alone.close();
    }
  }, 120_000);
});

describe('one pool under load', () => {
  test('killed and recycled by number and by memory: no request fails, every answer is right', async () => {
    const recycled: Record<string, unknown>[] = [];
    const pool = await attachHsm({
      ...common,
      ...folderB,
      workers: 2,
      // Any worker is bigger than this: each look at the memory recycles.
      tuning: {
        recycleAfter: 3_000,
        recycleAboveBytes: 10_000_000,
        restartDelayMs: 5,
        deadlineMs: 120_000,
        maxQueued: 5_000,
      },
      onEvent: (event, details) => {
        if (event === 'hsm-worker-recycled') recycled.push(details);
      },
    });
    try {
      expect(pool).toBeInstanceOf(HsmWorkerPool);
      const right = await ask(pool);
      for (let round = 0; round < 4; round++) {
        const traffic = Promise.all(Array.from({ length: 300 }, () => ask(pool)));
        for (const pid of pool.workerPids) process.kill(pid, 'SIGKILL');
        for (const answer of await traffic) expect(answer).toEqual(right);
      }
      await until(async () => {
        expect(await ask(pool)).toEqual(right);
        return recycled.some((each) => 'residentBytes' in each);
      });
      const [pid] = pool.workerPids;
      expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max core file size\s+0\s+0/);
    } finally {
      await pool.close();
    }
  }, 240_000);

  test('the successor dies while the one it replaced still has work: the place is taken again', async () => {
    const attached: number[] = [];
    let ended = 0;
    const pool = await attachHsm({
      ...common,
      ...folderB,
      workers: 1,
      tuning: { restartDelayMs: 1, deadlineMs: 60_000 },
      onEvent: (event, details) => {
        if (event === 'hsm-worker-attached') attached.push(details.pid as number);
        if (event === 'hsm-worker-ended') ended++;
      },
    });
    try {
      const right = await ask(pool);
      const [old = 0] = attached;
      process.kill(old, 'SIGSTOP');
      const held = ask(pool);
      pool.renew();
      await until(() => attached.length === 2);
      process.kill(attached[1] as number, 'SIGKILL');
      await until(() => ended === 1);
      // Longer than the wait before a restart, while the old one still stands there.
      await new Promise((resolve) => setTimeout(resolve, 300));
      process.kill(old, 'SIGCONT');
      expect(await held).toEqual(right);
      expect(await ask(pool)).toEqual(right);
      expect(pool.workers).toBe(1);
    } finally {
      await pool.close();
    }
  }, 120_000);
});
