/** Moments and spans as people read them: China's time to the minute, and how long ago beside it. */
import type { ReactNode } from 'react';

/** China has one; days on cards and receipts are days there, whatever zone a machine is set to. */
const CLOCK = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'short',
});

/** 2026-11-25 17:06, China's time. */
export function whenText(at: Date | string): string {
  const date = typeof at === 'string' ? new Date(at) : at;
  return Number.isNaN(date.getTime()) ? '—' : CLOCK.format(date);
}

const UNITS: readonly (readonly [number, string, string])[] = [
  [86_400_000, '天', 'd'],
  [3_600_000, '小时', 'h'],
  [60_000, '分钟', 'min'],
  [1_000, '秒', 's'],
];

/** The largest unit that fits, rounded down: 3 天 3 d. */
export function spanText(ms: number): string {
  for (const [size, zh, en] of UNITS) {
    const count = Math.floor(Math.abs(ms) / size);
    if (count >= 1) return `${count} ${zh} ${count} ${en}`;
  }
  return '片刻 moments';
}

/** A moment; with `now`, how far it is away stands below. */
export function When({ at, now }: { at: Date | string | null | undefined; now?: Date }): ReactNode {
  if (at === null || at === undefined) return <span className="quiet">—</span>;
  const date = typeof at === 'string' ? new Date(at) : at;
  const away = now === undefined ? null : date.getTime() - now.getTime();
  return (
    <time dateTime={Number.isNaN(date.getTime()) ? '' : date.toISOString()} className="when">
      {whenText(date)}
      {away !== null && (
        <small className="quiet">
          {away < 0 ? '前 ago ' : '后 in '}
          {spanText(away)}
        </small>
      )}
    </time>
  );
}
