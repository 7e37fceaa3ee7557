/** Hebei's counties coloured by coverage. One tab stop: arrows go from county to county, Enter chooses. */
import { Both, Fault, FaultNotice, useLoad } from '@rhc/console-shell';
import { Skeleton } from 'antd';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import mapUrl from '../maps/hebei-counties.json?url';
import { type CountyMap as MapFile, mapShapes, viewBox } from './map-shapes.ts';
import { COVERAGE_CLASSES, type County, coverageClass, percent } from './steering-words.ts';

interface Props {
  readonly names: ReadonlyMap<string, { readonly name: string; readonly city: string }>;
  readonly counties: readonly County[];
  /** Area code; empty: the whole province. */
  readonly chosen: string;
  readonly onChoose: (areaCode: string) => void;
}

const MAP_MISSING = new Fault(
  {
    code: 'MAP_MISSING',
    message: { zh: '地图文件没有读到。', en: 'The map could not be read.' },
    nextStep: { zh: '请重试;表格中有同样的数字。', en: 'Try again; the table says the same.' },
    retriable: true,
  },
  0,
  null,
);

async function readMap(signal: AbortSignal) {
  const answer = await fetch(mapUrl, { signal });
  if (!answer.ok) throw MAP_MISSING;
  return mapShapes((await answer.json()) as MapFile);
}

const areaOf = (target: EventTarget): string => (target instanceof SVGElement ? (target.dataset.area ?? '') : '');

export function CountyMap({ names, counties, chosen, onChoose }: Props): ReactNode {
  const shapes = useLoad('map', readMap);
  const [pointed, setPointed] = useState('');
  const byCode = new Map(counties.map((county) => [county.areaCode, county]));
  const shown = pointed === '' ? chosen : pointed;
  if (shapes.value === null) {
    return shapes.fault === null ? <Skeleton active /> : <FaultNotice fault={shapes.fault} onRetry={shapes.reload} />;
  }
  const { counties: paths } = shapes.value;
  const step = (event: KeyboardEvent) => {
    const at = paths.findIndex(({ areaCode }) => areaCode === shown);
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      setPointed(paths[(at + by + paths.length) % paths.length]?.areaCode ?? '');
    } else if (event.key === 'Enter' && shown !== '') onChoose(shown);
    else if (event.key === 'Escape') {
      setPointed('');
      onChoose('');
    }
  };
  return (
    <figure className="county-map">
      <svg
        viewBox={viewBox(shapes.value, chosen)}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
        tabIndex={0}
        aria-label="各县覆盖率地图,方向键选择,回车确定 Map of coverage: arrows, Enter"
        onKeyDown={step}
        onMouseOver={({ target }) => setPointed(areaOf(target))}
        onFocus={() => setPointed(chosen)}
        onClick={({ target }) => onChoose(areaOf(target))}
        onMouseLeave={() => setPointed('')}
        onBlur={() => setPointed('')}
      >
        {paths.map(({ areaCode, path }) => (
          <path
            key={areaCode}
            d={path}
            data-area={areaCode}
            className={`coverage-${coverageClass(byCode.get(areaCode))}`}
          />
        ))}
        {shown !== '' && (
          <path className="county-outline" d={paths.find(({ areaCode }) => areaCode === shown)?.path ?? ''} />
        )}
      </svg>
      <figcaption>
        <p aria-live="polite" className="county-said">
          {shown === '' ? (
            <Both zh="指向一个县看覆盖率,点选看漏斗" en="point at a county, choose it for its funnel" />
          ) : (
            <strong>
              {names.get(shown)?.city} {names.get(shown)?.name ?? shown}{' '}
              {byCode.has(shown) ? percent(byCode.get(shown)?.coverage ?? 0) : '尚未采集 nobody collected'}
            </strong>
          )}
        </p>
        <ul className="map-legend">
          <li>
            <svg viewBox="0 0 16 12" aria-hidden="true">
              <rect className="coverage--1" width="16" height="12" />
            </svg>
            尚未采集 none
          </li>
          {COVERAGE_CLASSES.map(({ label }, at) => (
            <li key={label}>
              <svg viewBox="0 0 16 12" aria-hidden="true">
                <rect className={`coverage-${at}`} width="16" height="12" />
              </svg>
              {label}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
