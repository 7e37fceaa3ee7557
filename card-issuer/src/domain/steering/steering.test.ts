import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CONTACTLESS_106 } from '@rhc/card/wire-model';
import {
  type CapacityPlan,
  chipMs,
  daysOfBlanks,
  forecast,
  largestLeak,
  NO_COUNTS,
  PERSONALIZATION_COST,
  planCapacity,
  targetsOf,
  workingDaysBetween,
} from './index.ts';

const target = { id: 't', text: { zh: '', en: '' }, cards: 1000, by: '2026-12-31' };

describe('forecast', () => {
  // 25 November 2026 is a Wednesday.
  const today = '2026-11-25';
  const week = ['2026-11-20', '2026-11-23', '2026-11-24'].map((day) => ({ day, count: 20 }));

  test('an even pace: working days only, earliest = expected = latest', () => {
    const made = forecast(target, 900, week, today);
    expect(made).toMatchObject({
      missing: 100,
      perDay: 20,
      expected: '2026-12-02',
      earliest: '2026-12-02',
      latest: '2026-12-02',
      onTrack: true,
    });
    expect(made.neededPerDay).toBe(Math.ceil(100 / workingDaysBetween(today, '2026-12-31')));
  });
  test('an uneven pace has a span around the expected day', () => {
    const uneven = [10, 40, 10, 40].map((count, at) => ({
      day: ['2026-11-19', '2026-11-20', '2026-11-23', '2026-11-24'][at] as string,
      count,
    }));
    const { earliest, expected, latest } = forecast(target, 0, uneven, today);
    expect(earliest !== null && expected !== null && latest !== null && earliest < expected && expected < latest).toBe(
      true,
    );
  });
  test('work on a weekend counts towards the working day beside it; empty weekends are no pause', () => {
    const days = [...week, { day: '2026-11-21', count: 20 }];
    expect(forecast(target, 0, days, today).perDay).toBeCloseTo(80 / 3, 9);
  });
  test('nothing moves: no day is invented, and the target is missed', () => {
    expect(forecast(target, 0, [], today)).toMatchObject({ perDay: 0, expected: null, onTrack: false });
  });
  test('a met target is met today', () => {
    expect(forecast(target, 1000, [], today)).toMatchObject({ missing: 0, expected: today, onTrack: true });
  });
  test('blanks', () => {
    expect(daysOfBlanks(100, 30)).toBe(3);
    expect(daysOfBlanks(100, 0)).toBeNull();
  });
  test('targets of the mission', () => {
    expect(targetsOf(2026).map(({ cards, by }) => [cards, by])).toEqual([
      [1_000_000, '2026-12-31'],
      [29_200_000, null],
      [54_750_000, '2031-12-31'],
    ]);
  });
});

test('the largest leak is where the most wait', () => {
  expect(largestLeak(NO_COUNTS)).toBeNull();
  expect(largestLeak({ ...NO_COUNTS, collected: 13_800, clean: 13_000, approved: 2000, personalized: 1900 })).toEqual({
    from: 'clean',
    to: 'approved',
    waiting: 11_000,
  });
});

describe('capacity', () => {
  const plan: CapacityPlan = {
    cards: 1_000_000,
    workingDays: 250,
    hoursPerDay: 8,
    linkId: 'contactless-106',
    roundTripMs: 600,
    handlingSeconds: 60,
    readersPerPerson: 1,
    utilization: 0.8,
  };

  test('what a personalization costs is what the transcript of the card says', () => {
    const lines = readFileSync(join(__dirname, '../../../../test-vectors/transcripts/personalization.jsonl'), 'utf8')
      .trim()
      .split('\n');
    // Redacted parts stand as `<n bytes digest>`.
    const bytes = (text: string) => {
      let hidden = 0;
      const shown = text.replaceAll(/<(\d+) bytes [0-9a-f]+>/g, (_, n) => {
        hidden += Number(n);
        return '';
      });
      return hidden + shown.length / 2;
    };
    const exchanges = lines
      .slice(1)
      .map((line) => JSON.parse(line) as { command: string; answer: string; nonVolatileBytes: number });
    const sum = (of: (each: (typeof exchanges)[number]) => number) =>
      exchanges.reduce((total, each) => total + of(each), 0);
    expect(PERSONALIZATION_COST).toMatchObject({
      apdus: exchanges.length,
      commandBytes: sum(({ command }) => bytes(command)),
      responseBytes: sum(({ answer }) => bytes(answer)),
      pages: sum(({ nonVolatileBytes }) => Math.ceil(nonVolatileBytes / 64)),
    });
  });

  test('500 cards an hour at counters: chip, network and people together', () => {
    const made = planCapacity(plan);
    expect(made.cardsPerHour).toBe(500);
    expect(made.chipSeconds).toBeCloseTo(chipMs(CONTACTLESS_106) / 1000, 9);
    const perCard = made.chipSeconds + 2.4 + 60;
    expect(made.cardsPerReaderHour).toBeCloseTo((3600 / perCard) * 0.8, 9);
    expect(made.readers).toBe(Math.ceil(500 / made.cardsPerReaderHour));
    expect(made.people).toBe(made.readers);
    expect(made.keyServiceCallsPerSecond).toBeCloseTo((500 * 3) / 3600, 9);
  });
  test('a bureau: readers that one person fills in turn are bound by the hands when they are many', () => {
    const few = planCapacity({ ...plan, handlingSeconds: 5, readersPerPerson: 2 });
    const many = planCapacity({ ...plan, handlingSeconds: 5, readersPerPerson: 50 });
    expect(many.cardsPerReaderHour).toBeCloseTo((3600 / 250) * 0.8, 9);
    expect(few.cardsPerReaderHour).toBeGreaterThan(many.cardsPerReaderHour);
  });
  test.each([
    ['linkId', { linkId: 'rs-232' }],
    ['utilization', { utilization: 1.2 }],
    ['cards', { cards: 0 }],
  ])('%s out of range is named', (name, change) => {
    expect(() => planCapacity({ ...plan, ...change })).toThrow(name);
  });
});
