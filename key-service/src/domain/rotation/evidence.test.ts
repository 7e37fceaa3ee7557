import { describe, expect, test } from '@jest/globals';
import { evidenceOf, monthsUntil } from './evidence.ts';

const at = new Date('2026-11-25T00:00:00Z');
const change = { slot: 'RK1.DDF1', from: 1, to: 2 };
const base = { reporter: 'service:issuer', kind: 'card', region: '1301', reportedAt: at } as const;

describe('evidence', () => {
  test('at 20 % a month 1 % remain after 20.6 months', () => {
    expect(monthsUntil(0.01, 0.2)).toBeCloseTo(20.6, 1);
  });

  test('those that were never seen on the new version wait, and so do cards nobody reports', () => {
    const reports = {
      populations: [{ ...base, total: 100 }],
      sightings: [
        { ...base, slot: 'RK1.DDF1', version: 2, count: 60 },
        { ...base, slot: 'RK1.DDF1', version: 1, count: 90 },
        { ...base, slot: 'RK1.DF01', version: 2, count: 5 },
      ],
    };
    expect(evidenceOf(change, reports, 130, 0.2)).toMatchObject({ waiting: 70, total: 130, unreported: 30 });
    expect(evidenceOf(change, reports, 100, 0.2).regions).toMatchObject([{ region: '1301', seen: 60, waiting: 40 }]);
  });

  test('without reports silence is no evidence', () => {
    const nothing = { populations: [], sightings: [] };
    expect(evidenceOf(change, nothing, 7, 0.2).waiting).toBe(7);
    expect(evidenceOf(change, nothing, 0, 0.2)).toMatchObject({ waiting: 0, monthsToRetire: 0 });
  });

  test('the projection falls by (1-p)^t and ends under one', () => {
    const { projection } = evidenceOf(change, { populations: [], sightings: [] }, 1_000, 0.5);
    expect(projection.slice(0, 3)).toEqual([
      { month: 0, waiting: 1_000 },
      { month: 1, waiting: 500 },
      { month: 2, waiting: 250 },
    ]);
    expect(projection.at(-1)).toEqual({ month: 10, waiting: 1 });
  });
});
