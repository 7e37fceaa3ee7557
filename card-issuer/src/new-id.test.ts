/** Ids sort by the time of their making, and two of one millisecond differ. */
import { expect, test } from '@jest/globals';
import type { Clock } from './clock.ts';
import { timeOrderedIds } from './new-id.ts';

test('an id made later sorts later, whatever chance says', () => {
  let nowMs = Date.UTC(2026, 10, 26);
  let filled = 0xff;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => 0, after: () => () => undefined };
  const newId = timeOrderedIds(clock, (length) => new Uint8Array(length).fill(filled));
  const first = newId('r');
  expect(first).toMatch(/^r_[0-9a-f]{24}$/);
  filled = 0;
  expect(newId('r') < first).toBe(true);
  nowMs += 1;
  expect(newId('r') > first).toBe(true);
});
