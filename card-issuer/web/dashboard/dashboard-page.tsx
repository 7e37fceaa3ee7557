/** Where the province stands against what it promised, where it leaks, and what a plan needs. Counts only, no person. */
import {
  Both,
  both,
  call,
  download,
  FaultNotice,
  Figure,
  goTo,
  Section,
  saveAs,
  spanText,
  useDo,
  useLoad,
  When,
  whenText,
} from '@rhc/console-shell';
import { Button, Skeleton, Table, Tabs } from 'antd';
import type { ReactNode } from 'react';
import type { CountiesResponse, DashboardResponse } from '../../src/contract/index.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { CARD_STATE_TEXTS, type CardState } from '../words.tsx';
import { CapacityPlanner } from './capacity-planner.tsx';
import { CountyMap } from './county-map.tsx';
import { CountyTable } from './county-table.tsx';
import { DayChart } from './day-chart.tsx';
import { Funnel } from './funnel.tsx';
import { PopulationsSection } from './populations-section.tsx';
import { type County, number, percent, stageText } from './steering-words.ts';
import { TargetsTable } from './targets-table.tsx';
import '../office.css';
import './dashboard.css';

const REFRESH_MS = 60_000;
const TABS = ['counties', 'capacity', 'populations'];
const FEW_DAYS = 10;

export function DashboardPage({ me, rest }: PageProps): ReactNode {
  const steering = useLoad(
    'steering',
    (signal) => call<DashboardResponse>('GET', '/v1/steering', { signal }),
    REFRESH_MS,
  );
  const counties = useLoad('counties', (signal) => call<CountiesResponse>('GET', '/v1/counties', { signal }));
  const names = new Map((counties.value?.counties ?? []).map((county) => [county.areaCode, county]));
  const save = useDo(async (format: 'csv' | 'xlsx') => {
    const file = await download('/v1/steering/export', { query: { format } });
    saveAs(file, `steering-${whenText(new Date()).slice(0, 10)}.${format}`);
  });
  const board = steering.value;
  const tab = TABS.includes(rest) ? rest : 'overview';
  return (
    <div className="stack">
      <FaultNotice fault={steering.fault ?? counties.fault ?? save.fault} onRetry={steering.reload} />
      <Tabs
        activeKey={tab}
        onChange={(key) => goTo(key === 'overview' ? 'dashboard' : `dashboard/${key}`)}
        tabBarExtraContent={
          <div className="tools">
            {board !== null && <span className="quiet">截至 as of {whenText(board.madeAt)}</span>}
            <Button size="small" loading={save.busy} onClick={() => void save.run('xlsx')}>
              <Both zh="导出 XLSX" en="Export" />
            </Button>
            <Button size="small" loading={save.busy} onClick={() => void save.run('csv')}>
              CSV
            </Button>
          </div>
        }
        items={[
          {
            key: 'overview',
            label: both('概览', 'Overview'),
            children: board === null ? <Skeleton active /> : <Overview board={board} names={names} chosen={rest} />,
          },
          {
            key: 'counties',
            label: both('各县', 'Counties'),
            children: (
              <Section title={{ zh: '各县漏斗', en: 'Funnel by county' }} className="section-long">
                {board === null ? (
                  <Skeleton active />
                ) : (
                  <CountyTable counties={board.counties} onChoose={(areaCode) => goTo(`dashboard/${areaCode}`)} />
                )}
              </Section>
            ),
          },
          { key: 'capacity', label: both('产能测算', 'Capacity'), children: <CapacityPlanner /> },
          {
            key: 'populations',
            label: both('人口', 'Populations'),
            children: <PopulationsSection names={names} mayEdit={me.roles.includes('manager')} />,
          },
        ]}
      />
    </div>
  );
}

type Names = ReadonlyMap<string, CountiesResponse['counties'][number]>;

function Overview({ board, names, chosen }: { board: DashboardResponse; names: Names; chosen: string }): ReactNode {
  const county = board.counties.find(({ areaCode }) => areaCode === chosen);
  const year = board.forecasts.find(({ target }) => target.by !== null);
  return (
    <div className="stack">
      <Figures board={board} />
      <Section title={{ zh: '目标与预测', en: 'Targets and forecasts' }}>
        <TargetsTable forecasts={board.forecasts} />
      </Section>
      <div className="map-and-funnel">
        <Section title={{ zh: '各县覆盖率', en: 'Coverage by county' }}>
          <CountyMap
            names={names}
            counties={board.counties}
            chosen={names.has(chosen) ? chosen : ''}
            onChoose={(areaCode) => goTo(areaCode === '' ? 'dashboard' : `dashboard/${areaCode}`)}
          />
        </Section>
        <div className="stack">
          <FunnelSection board={board} county={county} name={names.get(chosen)} />
          <Section title={{ zh: '每日启用', en: 'Put to use a day' }}>
            <DayChart perDay={board.perDay} today={board.madeAt.slice(0, 10)} needed={year?.neededPerDay ?? null} />
          </Section>
        </div>
      </div>
      <BlanksSection blanks={board.blanks} />
    </div>
  );
}

function Figures({ board }: { board: DashboardResponse }): ReactNode {
  const oldest = board.counties
    .flatMap(({ name, oldest: card }) => (card === null ? [] : [{ name, ...card }]))
    .sort((a, b) => a.orderedAt.localeCompare(b.orderedAt))[0];
  const { daysLeft, stock, usedPerDay } = board.blanks;
  const year = board.forecasts[0];
  return (
    <div className="figures">
      <Figure
        label={{ zh: '已启用', en: 'Cards in use' }}
        value={number(board.total.activated ?? 0)}
        note={year === undefined ? '' : `年内目标 target ${number(year.target.cards)}`}
        state={year?.onTrack === false ? 'bad' : 'good'}
      />
      <Figure
        label={{ zh: '覆盖率', en: 'Coverage' }}
        value={percent(board.coverage)}
        note="目标 targets 40% · 75%"
        state="busy"
      />
      <Figure
        label={{ zh: '滞留最多', en: 'Most wait' }}
        value={board.leak === null ? '0' : number(board.leak.waiting)}
        note={board.leak === null ? '没有 none' : `${stageText(board.leak.from).zh} → ${stageText(board.leak.to).zh}`}
        state={board.leak === null ? 'good' : 'warn'}
      />
      <Figure
        label={{ zh: '最早在途', en: 'Oldest on its way' }}
        value={oldest === undefined ? '—' : spanText(Date.parse(board.madeAt) - Date.parse(oldest.orderedAt))}
        note={
          oldest === undefined
            ? '没有 none'
            : `${oldest.name} · ${CARD_STATE_TEXTS[oldest.state as CardState].zh} · ${oldest.orderedAt.slice(0, 10)}`
        }
        state={oldest === undefined ? 'good' : 'warn'}
      />
      <Figure
        label={{ zh: '空白卡可用', en: 'Days of blanks left' }}
        value={daysLeft === null ? '—' : `${number(daysLeft)} 天`}
        note={`库存 stock ${number(stock)} · 日用 a day ${number(usedPerDay, 1)}`}
        state={daysLeft === null ? 'idle' : daysLeft < FEW_DAYS ? 'bad' : 'good'}
      />
    </div>
  );
}

function FunnelSection({
  board,
  county,
  name,
}: {
  board: DashboardResponse;
  county: County | undefined;
  name: { readonly name: string; readonly city: string } | undefined;
}): ReactNode {
  const province = name === undefined;
  const title = province
    ? { zh: '漏斗 · 全省', en: 'Funnel, the province' }
    : { zh: `漏斗 · ${name.city}${name.name}`, en: 'Funnel of the county' };
  return (
    <Section
      title={title}
      tools={
        !province && (
          <Button size="small" onClick={() => goTo('dashboard')}>
            <Both zh="全省" en="Province" />
          </Button>
        )
      }
    >
      {province ? (
        <Funnel counts={board.total} leak={board.leak} />
      ) : county === undefined ? (
        <p className="quiet">
          <Both zh="该县尚未采集居民;请先导入名册。" en="Nobody is collected there: import a roster first." />
        </p>
      ) : (
        <>
          <Funnel counts={county.counts} leak={county.leak} />
          <p className="quiet">
            人口 {number(county.population)}
            {county.populationEstimated && '(按全省平均估计 estimated)'} · 覆盖率 coverage {percent(county.coverage)}
            {county.oldest !== null && (
              <>
                {' · '}最早在途 oldest <When at={county.oldest.orderedAt} />
              </>
            )}
          </p>
        </>
      )}
    </Section>
  );
}

function BlanksSection({ blanks }: { blanks: DashboardResponse['blanks'] }): ReactNode {
  return (
    <Section
      title={{ zh: '空白卡', en: 'Blank cards' }}
      tools={
        <Button size="small" onClick={() => goTo('stock')}>
          <Both zh="库存" en="Stock" />
        </Button>
      }
    >
      <Table
        size="small"
        pagination={false}
        rowKey="locationId"
        dataSource={[...blanks.locations]}
        locale={{ emptyText: <Both zh="还没有地点;请到库存页新增。" en="No place yet: add one on the stock page." /> }}
        columns={[
          { title: both('地点', 'Place'), dataIndex: 'name' },
          {
            title: both('库存', 'Stock'),
            dataIndex: 'stock',
            align: 'right',
            render: (count: number) => number(count),
          },
          {
            title: both('在制', 'In work'),
            dataIndex: 'inWork',
            align: 'right',
            render: (count: number) => number(count),
          },
        ]}
      />
    </Section>
  );
}
