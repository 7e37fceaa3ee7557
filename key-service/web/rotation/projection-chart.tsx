/** How many still need the old version, month by month: a line, the threshold of retirement, and the table for readers. */
import type { ReactNode } from 'react';

const WIDTH = 640;
const HEIGHT = 190;
const LEFT = 64;
const BOTTOM = 26;
const TOP = 10;

interface Point {
  readonly month: number;
  readonly waiting: number;
}

export function ProjectionChart({ points, retireBelow }: { points: readonly Point[]; retireBelow: number }): ReactNode {
  const last = points.at(-1);
  const most = Math.max(...points.map(({ waiting }) => waiting), 1);
  if (last === undefined || last.month === 0) return null;
  const x = (month: number) => LEFT + ((WIDTH - LEFT - 12) * month) / last.month;
  const y = (waiting: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - waiting / most);
  const line = points
    .map(({ month, waiting }, at) => `${at === 0 ? 'M' : 'L'}${x(month).toFixed(1)} ${y(waiting).toFixed(1)}`)
    .join('');
  const every = Math.max(1, Math.ceil(last.month / 8));
  const label = `推算:${last.month} 个月后剩 ${Math.round(last.waiting)} projection`;
  return (
    <svg className="projection" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <path className="projection-grid" d={`M${LEFT} ${y(most * share)}H${WIDTH - 12}`} />
          <text x={LEFT - 6} y={y(most * share) + 4} textAnchor="end">
            {Math.round(most * share).toLocaleString('zh-CN')}
          </text>
        </g>
      ))}
      {points
        .filter(({ month }) => month % every === 0)
        .map(({ month }) => (
          <text key={month} x={x(month)} y={HEIGHT - 8} textAnchor="middle">
            {month} 月
          </text>
        ))}
      <path className="projection-area" d={`${line}L${x(last.month)} ${y(0)}L${x(0)} ${y(0)}Z`} />
      <path className="projection-line" d={line} />
      <path className="projection-limit" d={`M${LEFT} ${y(Math.min(retireBelow, most))}H${WIDTH - 12}`} />
    </svg>
  );
}
