/** Rate and time left of an import, out of rows and the time that it ran. */
import { expect, test } from '@jest/globals';
import { importProgress } from './import-progress.ts';

test('a quarter in ten seconds: thirty are left at that rate', () => {
  const half = importProgress({ rowsTotal: 4000, rowsDone: 1000, runningMs: 10_000 });
  expect(half).toEqual({ share: 0.25, rowsPerSecond: 100, secondsLeft: 30 });
});

test('before the first row nobody knows; afterwards nothing is left', () => {
  expect(importProgress({ rowsTotal: 4000, rowsDone: 0, runningMs: 500 })).toEqual({
    share: 0,
    rowsPerSecond: null,
    secondsLeft: null,
  });
  expect(importProgress({ rowsTotal: 7, rowsDone: 7, runningMs: 1000 })).toEqual({
    share: 1,
    rowsPerSecond: 7,
    secondsLeft: 0,
  });
  expect(importProgress({ rowsTotal: 0, rowsDone: 0, runningMs: 0 }).share).toBe(1);
});

test('a rate below one row a second still gives the time, rounded up', () => {
  expect(importProgress({ rowsTotal: 10, rowsDone: 1, runningMs: 4000 })).toEqual({
    share: 0.1,
    rowsPerSecond: 0,
    secondsLeft: 36,
  });
});
