import { beforeEach, describe, expect, test } from '@jest/globals';
import { type CountedUse, KeyUses, type UsagePolicy, type UseOf } from './key-uses.ts';

const use: UseOf = { slot: 'RK1.DDF1', version: 1, operation: 'terminal' };
const load: UseOf = { ...use, operation: 'load-onto-card' };
const caller = { issuer: '1301', provinceCode: '13' };
let policy: UsagePolicy | null;
let clock: Date;
let stored: CountedUse[];
let fail: boolean;
let uses: KeyUses;

beforeEach(() => {
  policy = null;
  clock = new Date('2026-11-22T23:59:00Z');
  stored = [];
  fail = false;
  const store = {
    add: async (counted: readonly CountedUse[]) => {
      if (fail) throw new Error('away');
      stored.push(...counted);
    },
    ofDay: async (day: string) => {
      const sums = new Map<string, number>();
      for (const each of stored.filter((one) => one.day === day)) {
        sums.set(`${each.slot}#${each.version}`, (sums.get(`${each.slot}#${each.version}`) ?? 0) + each.count);
      }
      return sums;
    },
    total: async () => 0,
    byDay: async () => [],
  };
  uses = new KeyUses({ store, policyOf: () => policy, now: () => clock });
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
  ])('%s %j', (_name, given, what, who, refusal) => {
    policy = given;
    if (refusal === null) expect(() => uses.spend([what], who)).not.toThrow();
    else expect(() => uses.spend([what], who)).toThrow(refusal);
  });
});

describe('ceiling', () => {
  test('a request is taken whole or not at all', async () => {
    policy = { dailyCeiling: 3 };
    uses.spend([use, use], caller);
    expect(() => uses.spend([use, use], caller)).toThrow('KEY_CEILING_REACHED');
    uses.spend([use], caller);
    expect(() => uses.spend([use], caller)).toThrow('KEY_CEILING_REACHED');
    await uses.flush();
    expect(stored).toEqual([{ ...use, issuer: '1301', day: '2026-11-22', count: 3 }]);
  });

  test('begins anew with the day, and counts what other nodes have used', async () => {
    policy = { dailyCeiling: 2 };
    await uses.flush();
    uses.spend([use], caller);
    await uses.flush();
    stored.push({ ...use, issuer: '', day: '2026-11-22', count: 1 });
    await uses.flush();
    expect(() => uses.spend([use], caller)).toThrow('KEY_CEILING_REACHED');
    clock = new Date('2026-11-23T00:00:00Z');
    uses.spend([use, use], caller);
    await uses.flush();
    expect(() => uses.spend([use], caller)).toThrow('KEY_CEILING_REACHED');
  });

  test('what the store could not take is kept and counted once', async () => {
    fail = true;
    uses.spend([use, load], caller);
    await expect(uses.flush()).rejects.toThrow('away');
    uses.spend([use], caller);
    fail = false;
    await uses.flush();
    await uses.flush();
    expect(stored.map(({ operation, count }) => [operation, count]).sort()).toEqual([
      ['load-onto-card', 1],
      ['terminal', 2],
    ]);
  });
});
