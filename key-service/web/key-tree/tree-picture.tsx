// biome-ignore-all lint/a11y: WAI-ARIA's tree with a roving tabindex, on SVG elements that the rules do not know as such
/**
 * The key tree as a picture. By keyboard: arrows walk over areas and versions, Enter chooses, + − 0 zoom; the one thing
 * in the tab order is where the walk stands (roving tabindex), and it says what it is to a reader of the screen.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { type KeyVersionRow, keyName, STATES } from '../words.tsx';
import { type AreaBox, BOX, LABEL_X, type Lane, PILL, type TreeLayout, WIDTH } from './tree-layout.ts';

export interface TreePictureProps {
  readonly layout: TreeLayout;
  readonly zoom: number;
  readonly chosen: { readonly slot: string; readonly version: number } | null;
  readonly onZoom: (change: 1 | -1 | 0) => void;
  readonly onArea: (code: string) => void;
  readonly onVersion: (version: KeyVersionRow) => void;
}

/** Rows of things that can be walked to. */
function rowsOf({ areas, lanes }: TreeLayout): string[][] {
  const boxes = areas.filter(({ level }) => level === 'province' || level === 'city').map(({ key }) => `area ${key}`);
  return [boxes, ...lanes.map(({ pills }) => pills.map(({ version }) => keyName(version)))].filter(
    (row) => row.length > 0,
  );
}

export function TreePicture({ layout, zoom, chosen, onZoom, onArea, onVersion }: TreePictureProps): ReactNode {
  const rows = useMemo(() => rowsOf(layout), [layout]);
  const [at, setAt] = useState('');
  const here = rows.flat().includes(at) ? at : (rows[1]?.[0] ?? rows[0]?.[0] ?? '');
  const svg = useRef<SVGSVGElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    svg.current?.querySelector<SVGGElement>(`[data-key="${CSS.escape(here)}"]`)?.focus();
  }, [here]);

  const walk = (event: KeyboardEvent) => {
    const row = rows.findIndex((each) => each.includes(here));
    const column = rows[row]?.indexOf(here) ?? 0;
    const to = (r: number, c: number) => {
      const wanted = rows[Math.max(0, Math.min(rows.length - 1, r))];
      const next = wanted?.[Math.max(0, Math.min(wanted.length - 1, c))];
      if (next === undefined || next === here) return;
      moved.current = true;
      setAt(next);
    };
    const moves = new Map<string, () => void>([
      ['ArrowDown', () => to(row + 1, column)],
      ['ArrowUp', () => to(row - 1, column)],
      ['ArrowRight', () => to(row, column + 1)],
      ['ArrowLeft', () => to(row, column - 1)],
      ['Home', () => to(0, 0)],
      ['End', () => to(rows.length - 1, 0)],
      ['+', () => onZoom(1)],
      ['=', () => onZoom(1)],
      ['-', () => onZoom(-1)],
      ['0', () => onZoom(0)],
    ]);
    const move = event.altKey || event.ctrlKey || event.metaKey ? undefined : moves.get(event.key);
    if (move === undefined) return;
    event.preventDefault();
    move();
  };
  const reach = (key: string, label: string, act: () => void) => ({
    'data-key': key,
    role: 'treeitem',
    'aria-label': label,
    tabIndex: key === here ? 0 : -1,
    onFocus: () => setAt(key),
    onClick: act,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      act();
    },
  });

  return (
    <svg
      ref={svg}
      className="tree"
      viewBox={`0 0 ${WIDTH} ${layout.height}`}
      width={WIDTH * zoom}
      height={layout.height * zoom}
      role="tree"
      aria-label="密钥树 Key tree"
      onKeyDown={walk}
    >
      <Edges areas={layout.areas} />
      {layout.areas.map((box) => (
        <Area key={box.key} box={box} reach={reach} onArea={onArea} />
      ))}
      {layout.headings.map(({ y, zh, en }) => (
        <text key={zh} className="tree-heading" x={16} y={y}>
          {zh} <tspan className="tree-en">{en}</tspan>
        </text>
      ))}
      {layout.lanes.map((lane) => (
        <LaneRow key={lane.slot.name} lane={lane} chosen={chosen} reach={reach} onVersion={onVersion} />
      ))}
    </svg>
  );
}

type Reach = (key: string, label: string, act: () => void) => Record<string, unknown>;

function Edges({ areas }: { areas: readonly AreaBox[] }): ReactNode {
  return areas.map((box) => {
    const above = areas.find(({ key }) => key === box.below);
    if (above === undefined) return null;
    const [x1, y1] = [above.x + BOX.width, above.y + BOX.height / 2];
    const [x2, y2] = [box.x, box.y + BOX.height / 2];
    const middle = (x1 + x2) / 2;
    const className = box.onPath ? 'tree-edge tree-edge-path' : 'tree-edge';
    return <path key={box.key} className={className} d={`M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`} />;
  });
}

function Area({ box, reach, onArea }: { box: AreaBox; reach: Reach; onArea: (code: string) => void }): ReactNode {
  const walked = box.level === 'province' || box.level === 'city';
  const label = `${box.zh} ${box.en},因子 factor ${box.note}`;
  return (
    <g
      transform={`translate(${box.x} ${box.y})`}
      className={`tree-area ${box.onPath ? 'tree-area-path' : ''} ${walked ? 'tree-reach' : ''}`}
      {...(walked ? reach(`area ${box.key}`, label, () => onArea(box.key)) : {})}
    >
      <title>{label}</title>
      <rect width={BOX.width} height={BOX.height} rx={7} />
      <text x={BOX.width / 2} y={18} textAnchor="middle">
        {box.zh}
      </text>
      <text x={BOX.width / 2} y={34} textAnchor="middle" className="tree-en">
        {box.note}
      </text>
    </g>
  );
}

function LaneRow({
  lane,
  chosen,
  reach,
  onVersion,
}: {
  lane: Lane;
  chosen: TreePictureProps['chosen'];
  reach: Reach;
  onVersion: TreePictureProps['onVersion'];
}): ReactNode {
  const { slot, x, y, pills, stations } = lane;
  const middle = y + PILL.height / 2;
  const from = (pills.at(-1)?.x ?? x + 60) + PILL.width;
  const to = stations.at(-1)?.x;
  return (
    <g className={chosen?.slot === slot.name ? 'tree-lane tree-lane-chosen' : 'tree-lane'}>
      <rect className="tree-lane-ground" x={6} y={y - 3} width={WIDTH - 12} height={PILL.height + 6} rx={4} />
      <text className="tree-slot" x={x} y={y + 14}>
        {slot.name}
        <title>
          {slot.text.zh} {slot.text.en}
        </title>
      </text>
      {to !== undefined && <path className="tree-line" d={`M${from} ${middle}H${to}`} />}
      {stations.map(({ level, x: place }) => (
        <circle key={level} className={`tree-station tree-station-${level}`} cx={place} cy={middle} r={4.5} />
      ))}
      {pills.map(({ x: place, version }) => {
        const { zh, en, fill } = STATES[version.state];
        const isChosen = chosen?.slot === version.slot && chosen.version === version.version;
        const label = `${slot.text.zh} ${keyName(version)} ${zh} ${en},校验值 KCV ${version.kcv}`;
        return (
          <g
            key={version.version}
            className={`tree-pill tree-reach ${fill} ${isChosen ? 'tree-pill-chosen' : ''}`}
            transform={`translate(${place} ${y})`}
            aria-selected={isChosen}
            {...reach(keyName(version), label, () => onVersion(version))}
          >
            <title>{label}</title>
            <rect width={PILL.width} height={PILL.height} rx={PILL.height / 2} />
            <text x={PILL.width / 2} y={14} textAnchor="middle">
              v{version.version}
            </text>
          </g>
        );
      })}
      <text className="tree-purpose" x={LABEL_X} y={y + 14}>
        {slot.text.zh}
      </text>
    </g>
  );
}
