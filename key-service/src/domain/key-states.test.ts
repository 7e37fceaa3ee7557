import { describe, expect, test } from '@jest/globals';
import {
  type CardsInField,
  cryptoperiodWarnings,
  destructionMove,
  dueActivations,
  dueDestructions,
  type KeyVersionRecord,
  planActivation,
  planDestruction,
  planMove,
  planRestore,
} from './key-states.ts';
import { Keyring, type KeyVersionState } from './key-versions.ts';

const now = new Date('2026-11-22T00:00:00Z');
const day = (days: number) => new Date(now.getTime() + days * 86_400_000);
const order = { at: now, actor: 'officer-a', reason: 'drill' };
const record = (version: number, state: KeyVersionState, more: Partial<KeyVersionRecord> = {}): KeyVersionRecord => ({
  slot: 'RK1.DDF1',
  version,
  state,
  suite: 'intl-128',
  kcv: '9ECB18',
  kcvMethod: 'ENC0',
  createdAt: day(-400),
  activateAt: null,
  destroyAt: null,
  cryptoperiodEnds: null,
  ...more,
});
const key = (version: number) => ({ slot: 'RK1.DDF1', version }) as const;
const STATES = ['pre-active', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed'] as const;

/** Rows: from; columns in STATES' order: to. */
const TABLE: Readonly<Record<KeyVersionState, string>> = {
  'pre-active': '.a..c.',
  active: '..sdc.',
  suspended: '.a.dc.',
  deactivated: '....c.',
  compromised: '......',
  destroyed: '......',
};

describe('the 36 moves', () => {
  test.each(STATES.flatMap((from) => STATES.map((to, column) => [from, to, TABLE[from][column] !== '.'] as const)))(
    '%s to %s: %s',
    (from, to, allowed) => {
      const plan = () => planMove([record(1, from)], key(1), to, order);
      if (allowed) expect(plan()).toEqual([{ ...key(1), from, to, ...order }]);
      else expect(plan).toThrow('KEY_MOVE_REFUSED');
    },
  );

  test('a version that becomes active takes the place of the one that is, which goes first', () => {
    const moves = planMove([record(1, 'active'), record(2, 'pre-active')], key(2), 'active', order);
    expect(moves.map(({ version, from, to }) => [version, from, to])).toEqual([
      [1, 'active', 'deactivated'],
      [2, 'pre-active', 'active'],
    ]);
  });

  test('actor and reason are asked for; an unknown version is missing', () => {
    expect(() => planMove([record(1, 'active')], key(1), 'suspended', { ...order, actor: ' ' })).toThrow(
      'KEY_MOVE_REFUSED',
    );
    expect(() => planMove([record(1, 'active')], key(1), 'suspended', { ...order, reason: '' })).toThrow(
      'KEY_MOVE_REFUSED',
    );
    expect(() => planMove([], key(1), 'suspended', order)).toThrow('KEY_MISSING');
  });
});

describe('scheduled activation', () => {
  test('only a pre-active version, only in time to come', () => {
    expect(planActivation([record(2, 'pre-active')], key(2), day(1), order).activateAt).toEqual(day(1));
    expect(() => planActivation([record(2, 'pre-active')], key(2), now, order)).toThrow('KEY_MOVE_REFUSED');
    expect(() => planActivation([record(2, 'suspended')], key(2), day(1), order)).toThrow('KEY_MOVE_REFUSED');
    expect(() => planActivation([record(2, 'pre-active', { destroyAt: day(3) })], key(2), day(1), order)).toThrow(
      'KEY_MOVE_REFUSED',
    );
  });

  test('falls due at its moment, the earliest first', () => {
    const all = [3, 2].map((version) => record(version, 'pre-active', { activateAt: day(version) }));
    expect(dueActivations(all, day(1))).toEqual([]);
    expect(dueActivations(all, day(2)).map(({ version }) => version)).toEqual([2]);
    expect(dueActivations(all, day(9)).map(({ version }) => version)).toEqual([2, 3]);
  });
});

describe('destruction', () => {
  test.each([
    ['pre-active', true],
    ['active', false],
    ['suspended', true],
    ['deactivated', true],
    ['compromised', true],
    ['destroyed', false],
  ] as const)('of a version that is %s: %s', (state, allowed) => {
    const plan = () => planDestruction([record(1, state)], key(1), order, 0);
    if (allowed) expect(plan().destroyAt).toEqual(day(30));
    else expect(plan).toThrow('KEY_MOVE_REFUSED');
  });

  test.each<[CardsInField, string[] | undefined, boolean]>([
    [0, undefined, true],
    [1, undefined, false],
    [null, undefined, false],
    [1, ['officer-b'], false],
    [1, ['officer-b', 'officer-b'], false],
    [1, ['officer-a', 'officer-b'], false],
    [1, ['officer-b', ' '], false],
    [1, ['officer-b', 'officer-c'], true],
    [null, ['officer-b', 'officer-c'], true],
  ])('%s cards, approved by %s: %s', (cards, approvers, allowed) => {
    const override = approvers === undefined ? undefined : { approvers };
    const plan = () => planDestruction([record(1, 'deactivated')], key(1), order, cards, override);
    if (allowed) expect(plan().destroyAt).toEqual(day(30));
    else expect(plan).toThrow('KEY_IN_FIELD');
  });

  test('is due after 30 days; until then it can be taken back, and nothing else can be done', () => {
    const scheduled = record(1, 'deactivated', { destroyAt: day(30) });
    expect(dueDestructions([scheduled], day(29))).toEqual([]);
    expect(dueDestructions([scheduled], day(30))).toEqual([scheduled]);
    expect(destructionMove(scheduled, day(30))).toMatchObject({
      from: 'deactivated',
      to: 'destroyed',
      actor: 'schedule',
    });
    expect(() => planMove([scheduled], key(1), 'compromised', order)).toThrow('KEY_MOVE_REFUSED');
    expect(() => planDestruction([scheduled], key(1), order, 0)).toThrow('KEY_MOVE_REFUSED');
    expect(planRestore([scheduled], key(1), { ...order, at: day(29) })).toMatchObject([
      { from: 'deactivated', to: 'suspended' },
    ]);
    expect(() => planRestore([scheduled], key(1), { ...order, at: day(30) })).toThrow('KEY_MOVE_REFUSED');
    expect(() => planRestore([record(1, 'deactivated')], key(1), order)).toThrow('KEY_MOVE_REFUSED');
    expect(() => planRestore([record(1, 'destroyed')], key(1), order)).toThrow('KEY_MOVE_REFUSED');
  });

  test('taking it back does not wash a compromised version clean', () => {
    const scheduled = record(1, 'compromised', { destroyAt: day(30) });
    expect(planRestore([scheduled], key(1), order)).toMatchObject([{ from: 'compromised', to: 'compromised' }]);
  });

  test('a version that is to be destroyed serves nobody and is put onto no card', () => {
    const ring = new Keyring(
      [
        record(1, 'deactivated', { destructionScheduled: true }),
        record(2, 'active'),
        record(3, 'pre-active', { destructionScheduled: true }),
      ],
      [],
    );
    expect(() => ring.pick('RK1.DDF1', 1, 'terminal')).toThrow('KEY_VERSION_UNUSABLE');
    expect(ring.loadable('RK1.DDF1')).toEqual([2]);
  });
});

test('cryptoperiods: 90 days ahead, past, and whether a successor stands ready', () => {
  const ends = (days: number, ...others: KeyVersionRecord[]) =>
    cryptoperiodWarnings([record(1, 'active', { cryptoperiodEnds: day(days) }), ...others], now).map(
      ({ kind, daysLeft }) => `${kind} ${daysLeft}`,
    );
  expect(ends(90)).toEqual([]);
  expect(ends(89, record(2, 'pre-active'))).toEqual(['ends-soon 89']);
  expect(ends(0)).toEqual(['ends-soon 0', 'no-successor 0']);
  expect(ends(-1, record(2, 'pre-active', { destroyAt: day(3) }))).toEqual(['ended -1', 'no-successor -1']);
  expect(
    cryptoperiodWarnings([record(1, 'active'), record(2, 'deactivated', { cryptoperiodEnds: day(-5) })], now),
  ).toEqual([]);
});
