import { describe, expect, test } from '@jest/globals';
import { ClockCheck, comparingFetch } from './index.ts';

const TRUE_MS = Date.parse('2026-11-26T08:00:00.500Z');
const HEADER = 'Thu, 26 Nov 2026 08:00:00 GMT';

/** A machine whose clock is ahead by so many seconds. */
function machine(aheadSeconds: number, signedTimeMs: number | null = null, toleranceSeconds = 300) {
  const localMs = TRUE_MS + aheadSeconds * 1000;
  const now = () => new Date(localMs);
  const check = new ClockCheck({ now, toleranceSeconds, signedTimeMs: () => signedTimeMs });
  return { localMs, now, check };
}

describe('by the services', () => {
  test.each([
    [0, 'right'],
    [300, 'right'],
    [301, 'wrong'],
    [-301, 'wrong'],
    [-86_400, 'wrong'],
  ] as const)('%d s ahead: %s', (ahead, state) => {
    const { check, localMs } = machine(ahead);
    expect(check.state()).toMatchObject({ state: 'unknown', offSeconds: null, comparedWith: null });
    check.heard('key-service', HEADER, localMs - 40, localMs + 40);
    expect(check.state()).toEqual({ state, offSeconds: ahead, toleranceSeconds: 300, comparedWith: 'key-service' });
  });

  test('a clock that was set right is right with the next answer', () => {
    const { check, localMs } = machine(-7200);
    check.heard('key-service', HEADER, localMs, localMs);
    expect(check.state().state).toBe('wrong');
    check.heard('card-issuer', HEADER, TRUE_MS, TRUE_MS);
    expect(check.state()).toMatchObject({ state: 'right', offSeconds: 0, comparedWith: 'card-issuer' });
  });

  test('an answer without a time, with none that can be read, or that took too long, says nothing', () => {
    const { check, localMs } = machine(900);
    check.heard('key-service', null, localMs, localMs);
    check.heard('key-service', 'yesterday', localMs, localMs);
    check.heard('key-service', HEADER, localMs, localMs + 301_000);
    expect(check.state().state).toBe('unknown');
  });

  test('0 judges nothing and still tells how far', () => {
    const { check, localMs } = machine(86_400, null, 0);
    check.heard('key-service', HEADER, localMs, localMs + 400_000);
    expect(check.state()).toMatchObject({ state: 'right', toleranceSeconds: 0 });
  });

  test('each answer is compared on the way, and comes through as it was', async () => {
    const { check, now } = machine(1000);
    const send = async () => new Response('{}', { status: 418, headers: { date: HEADER } });
    const answer = await comparingFetch(send as typeof fetch, 'card-issuer', check, now)('http://127.0.0.1/');
    expect([answer.status, check.state().offSeconds]).toEqual([418, 1000]);
  });
});

describe('by the hotlist, offline', () => {
  test('made after now: the clock is behind', () => {
    expect(machine(-7200, TRUE_MS).check.state()).toEqual({
      state: 'wrong',
      offSeconds: -7200,
      toleranceSeconds: 300,
      comparedWith: 'hotlist',
    });
  });
  test('made before now, or after it by less than the tolerance: nothing is known', () => {
    expect(machine(-100, TRUE_MS).check.state().state).toBe('unknown');
    expect(machine(86_400, TRUE_MS).check.state().state).toBe('unknown');
  });
});
