/** Cards put to use a day, with the pace that the year's target needs. */
import type { ReactNode } from 'react';
import { number } from './steering-words.ts';

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [640, 150, 46, 20, 10];
const DAYS = 40;
const DAY_MS = 86_400_000;

export function DayChart({
  perDay,
  today,
  needed,
}: {
  perDay: readonly { readonly day: string; readonly count: number }[];
  today: string;
  needed: number | null;
}): ReactNode {
  const counts = new Map(perDay.map(({ day, count }) => [day, count]));
  const last = Date.parse(`${today}T00:00:00Z`);
  const days = Array.from({ length: DAYS }, (_, at) =>
    new Date(last - (DAYS - 1 - at) * DAY_MS).toISOString().slice(0, 10),
  );
  const top = Math.max(1, ...days.map((day) => counts.get(day) ?? 0));
  const x = (at: number) => LEFT + ((WIDTH - LEFT) * at) / DAYS;
  const y = (count: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / top);
  const label = `近 ${DAYS} 天每日启用,最多 ${top} activated a day, at most ${top}`;
  return (
    <>
      <svg className="day-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        <title>{label}</title>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <path className="chart-grid" d={`M${LEFT} ${y(top * share)}H${WIDTH}`} />
            <text x={LEFT - 6} y={y(top * share) + 4} textAnchor="end">
              {number(top * share, 1)}
            </text>
          </g>
        ))}
        {days.map((day, at) => (
          <rect
            key={day}
            className="chart-bar"
            x={x(at) + 1}
            width={(WIDTH - LEFT) / DAYS - 2}
            y={y(counts.get(day) ?? 0)}
            height={y(0) - y(counts.get(day) ?? 0)}
          >
            <title>{`${day}: ${counts.get(day) ?? 0}`}</title>
          </rect>
        ))}
        {days
          .map((day, at) => ({ day, at }))
          .filter(({ at }) => at % 8 === 0)
          .map(({ day, at }) => (
            <text key={day} x={x(at)} y={HEIGHT - 5}>
              {day.slice(5)}
            </text>
          ))}
      </svg>
      {needed !== null && (
        <p className="quiet">
          年内目标每个工作日需 {number(needed)} 张 · the year's target needs {number(needed)} a working day
        </p>
      )}
    </>
  );
}
