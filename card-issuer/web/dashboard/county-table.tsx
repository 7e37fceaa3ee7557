/** Every county with its funnel, sorted as one likes: by coverage, by what waits, by the oldest card on its way. */
import { both, EmptyHint, StatusTag, When } from '@rhc/console-shell';
import { Table } from 'antd';
import type { ReactNode } from 'react';
import { type County, number, percent, STAGES, stageText } from './steering-words.ts';

export function CountyTable({
  counties,
  onChoose,
}: {
  counties: readonly County[];
  onChoose: (areaCode: string) => void;
}): ReactNode {
  const cities = [...new Set(counties.map(({ city }) => city))];
  return (
    <Table
      size="small"
      rowKey="areaCode"
      dataSource={[...counties]}
      className="county-table"
      pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
      onRow={({ areaCode }) => ({ onDoubleClick: () => onChoose(areaCode) })}
      locale={{
        emptyText: (
          <EmptyHint
            text={{ zh: '还没有采集任何居民。', en: 'Nobody is collected yet.' }}
            next={{ zh: '先导入名册或在柜台登记。', en: 'Import a roster, or enrol somebody at the counter.' }}
          />
        ),
      }}
      columns={[
        {
          title: both('县', 'County'),
          filters: cities.map((city) => ({ text: city, value: city })),
          onFilter: (value, { city }) => city === value,
          sorter: (a, b) => a.areaCode.localeCompare(b.areaCode),
          render: (_, { areaCode, name, city }) => (
            <button type="button" className="link-button" onClick={() => onChoose(areaCode)}>
              {name} <small className="quiet">{city}</small>
            </button>
          ),
        },
        {
          title: both('覆盖率', 'Coverage'),
          align: 'right',
          sorter: (a, b) => a.coverage - b.coverage,
          render: (_, { coverage, populationEstimated }) => (
            <>
              {percent(coverage)}
              {populationEstimated && <small className="quiet"> 估 est.</small>}
            </>
          ),
        },
        ...STAGES.filter(({ id }) => id !== 'clean' && id !== 'checked').map(({ id, zh, en }) => ({
          title: (
            <span className="narrow-head">
              {zh}
              <small>{en}</small>
            </span>
          ),
          align: 'right' as const,
          sorter: (a: County, b: County) => (a.counts[id] ?? 0) - (b.counts[id] ?? 0),
          render: (_: unknown, { counts }: County) => number(counts[id] ?? 0),
        })),
        {
          title: both('滞留', 'Waiting'),
          sorter: (a, b) => (a.leak?.waiting ?? 0) - (b.leak?.waiting ?? 0),
          render: (_, { leak }) =>
            leak === null ? (
              <StatusTag state="good">无 none</StatusTag>
            ) : (
              <span className="narrow-cell">
                {stageText(leak.from).zh} → {stageText(leak.to).zh}: {number(leak.waiting)}
              </span>
            ),
        },
        {
          title: both('最早在途', 'Oldest'),
          sorter: (a, b) => (a.oldest?.orderedAt ?? '9').localeCompare(b.oldest?.orderedAt ?? '9'),
          render: (_, { oldest }) => (oldest === null ? '—' : <When at={oldest.orderedAt} />),
        },
      ]}
    />
  );
}
