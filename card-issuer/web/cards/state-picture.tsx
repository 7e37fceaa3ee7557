/** All states of a card as a picture, drawn from the service's table: where this card is, and where it may go from here. */
import type { ReactNode } from 'react';
import type { LifeCycleResponse } from '../../src/contract/index.ts';
import type { CardState } from '../words.tsx';

/** Column and row; arrows run between the middles and pass no box that is not theirs. */
const PLACES: Readonly<Record<CardState, readonly [column: number, row: number]>> = {
  ordered: [0, 0],
  personalizing: [1, 0],
  personalized: [2, 0],
  'in-delivery': [3, 0],
  active: [4, 0],
  replacing: [5, 0],
  spoiled: [0, 1],
  failed: [1, 1],
  expired: [3, 1],
  suspended: [5, 1],
  destroyed: [1, 2],
  returned: [2, 2],
  cancelled: [3, 2],
  lost: [4, 2],
};
const COLUMN = 170;
const ROW = 74;
const BOX = { width: 118, height: 36 } as const;

const middle = (state: CardState) => {
  const [column, row] = PLACES[state];
  return { x: column * COLUMN + BOX.width / 2 + 4, y: row * ROW + BOX.height / 2 + 4 };
};

/** The end of an arrow at the edge of the box, not in its middle. */
function edge(from: { x: number; y: number }, to: { x: number; y: number }) {
  const [dx, dy] = [from.x - to.x, from.y - to.y];
  const share = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : (BOX.width / 2 + 3) / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : (BOX.height / 2 + 3) / Math.abs(dy),
  );
  return { x: to.x + dx * share, y: to.y + dy * share };
}

export function StatePicture({ table, state }: { table: LifeCycleResponse; state: CardState }): ReactNode {
  const arrows = table.moves.flatMap(({ move, from, to }) => from.map((start) => ({ move, start, to })));
  const leaving = arrows.filter(({ start }) => start === state);
  const targets = new Set(leaving.map(({ to }) => to));
  const next = [...targets].map((each) => table.states[each].zh).join('、');
  return (
    <svg
      className="state-picture"
      viewBox={`0 0 ${5 * COLUMN + BOX.width + 8} ${2 * ROW + BOX.height + 8}`}
      role="img"
      aria-label={`现为${table.states[state].zh};可到:${next === '' ? '无' : next}`}
    >
      <defs>
        <marker id="state-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0 8 4 0 8z" className="state-arrow-head" />
        </marker>
      </defs>
      {arrows.map(({ move, start, to }) => {
        const [from, end] = [middle(start), middle(to)];
        const [a, b] = [edge(end, from), edge(from, end)];
        const open = start === state;
        return (
          <line
            key={`${move} ${start}`}
            x1={a.x}
            y1={a.y}
            x2={b.x}
            y2={b.y}
            className={open ? 'state-arrow state-arrow-open' : 'state-arrow'}
            markerEnd={open ? 'url(#state-arrow)' : undefined}
          />
        );
      })}
      {(Object.keys(PLACES) as CardState[]).map((each) => {
        const { x, y } = middle(each);
        const kind = each === state ? 'state-here' : targets.has(each) ? 'state-open' : '';
        return (
          <g key={each} className={`state-box ${kind}`}>
            <rect x={x - BOX.width / 2} y={y - BOX.height / 2} width={BOX.width} height={BOX.height} rx={6} />
            <text x={x} y={y - 6}>
              {table.states[each].zh}
            </text>
            <text x={x} y={y + 9} className="state-en">
              {table.states[each].en}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
