/**
 * When a target is met if things go on as they have. A straight line, said to be one: the mean of the last working days,
 * and what one standard error more or less of that mean would make of it.
 */
import type { Target } from './targets.ts';

export interface DayCount {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly count: number;
}

export interface Forecast {
  readonly target: Target;
  readonly done: number;
  readonly missing: number;
  /** Cards a working day, over the days looked at. */
  readonly perDay: number;
  /** Day on which the target is met at this pace; null when nothing moves, or not within 30 years. */
  readonly expected: string | null;
  readonly earliest: string | null;
  readonly latest: string | null;
  /** Cards a working day that would meet `by`; null without a day or when it has passed. */
  readonly neededPerDay: number | null;
  readonly onTrack: boolean | null;
}

const DAY_MS = 86_400_000;
const LOOK_BACK_WORKING_DAYS = 20;
const HORIZON_WORKING_DAYS = 30 * 260;

const parse = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const format = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Monday to Friday; holidays and make-up days of the State Council are not known here. */
export function isWorkingDay(ms: number): boolean {
  const weekday = new Date(ms).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}

export function workingDaysBetween(afterDay: string, untilDay: string): number {
  let days = 0;
  for (let at = parse(afterDay) + DAY_MS; at <= parse(untilDay); at += DAY_MS) if (isWorkingDay(at)) days += 1;
  return days;
}

function afterWorkingDays(day: string, workingDays: number): string {
  let at = parse(day);
  for (let left = workingDays; left > 0; ) {
    at += DAY_MS;
    if (isWorkingDay(at)) left -= 1;
  }
  return format(at);
}

/** Counts of the last working days before `today`, the empty ones too. */
function lookBack(days: readonly DayCount[], today: string): number[] {
  const byDay = new Map(days.map(({ day, count }) => [day, count]));
  const counts: number[] = [];
  for (let at = parse(today) - DAY_MS; counts.length < LOOK_BACK_WORKING_DAYS; at -= DAY_MS) {
    const count = byDay.get(format(at)) ?? 0;
    // What was done on a weekend is work too; an empty weekend is no pause.
    if (isWorkingDay(at)) counts.push(count);
    else if (count > 0 && counts.length > 0) counts[counts.length - 1] = (counts[counts.length - 1] as number) + count;
  }
  // A system that began last week is not judged by the weeks before it.
  const first = counts.findLastIndex((count) => count > 0);
  return counts.slice(0, first + 1);
}

function meanAndError(counts: readonly number[]): { mean: number; error: number } {
  if (counts.length === 0) return { mean: 0, error: 0 };
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  if (counts.length === 1) return { mean, error: mean };
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
  return { mean, error: Math.sqrt(variance / counts.length) };
}

/** @param days activations a day; @param done activations in all */
export function forecast(target: Target, done: number, days: readonly DayCount[], today: string): Forecast {
  const missing = Math.max(0, target.cards - done);
  const { mean, error } = meanAndError(lookBack(days, today));
  const metAt = (pace: number): string | null => {
    if (missing === 0) return today;
    const needs = pace > 0 ? Math.ceil(missing / pace) : Number.POSITIVE_INFINITY;
    return needs <= HORIZON_WORKING_DAYS ? afterWorkingDays(today, needs) : null;
  };
  const left = target.by === null ? null : workingDaysBetween(today, target.by);
  const expected = metAt(mean);
  return {
    target,
    done,
    missing,
    perDay: mean,
    expected,
    earliest: metAt(mean + error),
    latest: metAt(mean - error),
    neededPerDay: left === null || left === 0 ? null : Math.ceil(missing / left),
    onTrack: target.by === null ? null : expected !== null && expected <= target.by,
  };
}

/** Whole working days that a stock of blanks lasts at a pace; null when nothing is used. */
export function daysOfBlanks(stock: number, usedPerDay: number): number | null {
  return usedPerDay > 0 ? Math.floor(stock / usedPerDay) : null;
}
