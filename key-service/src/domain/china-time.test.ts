import { expect, test } from '@jest/globals';
import { chinaTime, withChinaTimes } from './china-time.ts';

test('moments of a sentence are China’s time, over midnight too; seconds where there are any', () => {
  expect(chinaTime('2026-11-28T16:37:00.000Z')).toBe('2026-11-29 00:37');
  expect(withChinaTimes('13 2026-11-28T08:37:05Z, 14 2026-12-31T20:00:00.000Z')).toBe(
    '13 2026-11-28 16:37:05, 14 2027-01-01 04:00',
  );
  expect(withChinaTimes('RK1.DDF1 1→2')).toBe('RK1.DDF1 1→2');
});
