import { beforeEach, describe, expect, test } from '@jest/globals';
import { type CountedUse, KeyUses, type UsagePolicy, type UseOf } from './key-uses.ts';

const use: UseOf = { slot: 'RK1.DDF1', version: 1, operation: 'terminal' };
const load: UseOf = { ...use, operation: 'load-onto-card' };
const caller = { issuer: '1301', provinceCode: '13' };
let policy: UsagePolicy | null;
let clock: Date;
let stored: CountedUse[];
let fail: boolean;
let granted: Map<string, number>;
let leases: number[];
let node: () => KeyUses;
let uses: KeyUses;

beforeEach(() => {
  policy = null;
  clock = new Date('2026-11-22T23:59:00Z');
  stored = [];
  fail = false;
  granted = new Map();
  leases = [];
  const store = {
    add: async (counted: readonly CountedUse[]) => {
      if (fail) throw new Error('away');
      stored.push(...counted);
    },
    lease: async (key: { slot: string; version: number }, day: string, wish: number, ceiling: number) => {
      await Promise.resolve();
      if (fail) throw new Error('away');
      const name = `${key.slot}#${key.version} ${day}`;
      const count = Math.max(0, Math.min(wish, ceiling - (granted.get(name) ?? 0)));
      granted.set(name, (granted.get(name) ?? 0) + count);
      leases.push(count);
      return count;
    },
    giveBack: async (key: { slot: string; version: number }, day: string, count: number) => {
      const name = `${key.slot}#${key.version} ${day}`;
      granted.set(name, (granted.get(name) ?? 0) - count);
    },
    total: async () => 0,
    byDay: async () => [],
  };
  node = () => new KeyUses({ store, policyOf: () => policy, now: () => clock });
  uses = node();
});

describe('policy', () => {
  test.each<[string, UsagePolicy | null, UseOf, { issuer?: string; provinceCode: string }, string | null]>([
    ['none', null, use, caller, null],
    ['empty', {}, use, caller, null],
    ['operation', { operations: ['load-onto-card'] }, use, caller, 'KEY_POLICY_REFUSED'],
    ['operation', { operations: ['load-onto-card'] }, load, caller, null],
    ['issuer', { issuers: ['1301'] }, load, caller, null],
    ['issuer', { issuers: ['4401'] }, load, caller, 'KEY_POLICY_REFUSED'],
    ['issuer of a request that names none', { issuers: ['4401'] }, use, { provinceCode: '13' }, null],
    ['province', { provinces: ['13'] }, use, caller, null],
    ['province', { provinces: ['44'] }, use, caller, 'KEY_POLICY_REFUSED'],
    ['no operation at all', { operations: [] }, use, caller, 'KEY_POLICY_REFUSED'],
    ['ceiling of none', { dailyCeiling: 0 }, use, caller, 'KEY_CEILING_REACHED'],
  ])('%s %j', async (_name, given, what, who, refusal) => {
    policy = given;
    const spent = uses.spend([what], who);
    if (refusal === null) await spent;
    else await expect(spent).rejects.toMatchObject({ code: refusal });
  });
});

describe('ceiling', () => {
  const reached = { code: 'KEY_CEILING_REACHED' };

  test('a request is taken whole or not at all', async () => {
    policy = { dailyCeiling: 3 };
    await uses.spend([use, use], caller);
    await expect(uses.spend([use, use], caller)).rejects.toMatchObject(reached);
    await uses.spend([use], caller);
    await expect(uses.spend([use], caller)).rejects.toMatchObject(reached);
    await uses.flush();
    expect(stored).toEqual([{ ...use, issuer: '1301', day: '2026-11-22', count: 3 }]);
  });

  test('begins anew with the day', async () => {
    policy = { dailyCeiling: 2 };
    await uses.spend([use, use], caller);
    await expect(uses.spend([use], caller)).rejects.toMatchObject(reached);
    clock = new Date('2026-11-23T00:00:00Z');
    await uses.spend([use, use], caller);
    await expect(uses.spend([use], caller)).rejects.toMatchObject(reached);
  });

  test('holds over all nodes with requests at once, and the store is asked once a portion', async () => {
    policy = { dailyCeiling: 1_000 };
    const nodes = [uses, node(), node()];
    const tries = await Promise.allSettled(
      Array.from({ length: 1_200 }, (_, index) => (nodes[index % 3] as KeyUses).spend([use], caller)),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1_000);
    // 100 portions of ten, and each node's last, empty-handed askings.
    expect(leases.filter((count) => count > 0)).toHaveLength(100);
  });

  test('a node that stops gives back what it did not use; one that is killed does not, and the ceiling is not passed', async () => {
    policy = { dailyCeiling: 200 };
    const [killed, stopped] = [node(), node()];
    await killed.spend([use], caller);
    await stopped.spend([use], caller);
    await stopped.close();
    let served = 0;
    for (; served < 300; served++) {
      const refused = await uses.spend([use], caller).catch((error: unknown) => error);
      if (refused !== undefined) break;
    }
    // Two of a portion: the killed node used one and kept one.
    expect(served).toBe(200 - 2 - 1);
  });

  test('what the store could not take is kept and counted once', async () => {
    await uses.spend([use, load], caller);
    fail = true;
    await expect(uses.flush()).rejects.toThrow('away');
    await uses.spend([use], caller);
    fail = false;
    await uses.flush();
    await uses.flush();
    expect(stored.map(({ operation, count }) => [operation, count]).sort()).toEqual([
      ['load-onto-card', 1],
      ['terminal', 2],
    ]);
  });
});
