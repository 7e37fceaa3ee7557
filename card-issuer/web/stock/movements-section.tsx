/** Who moved what, when, with whose second signature; newest first, older ones on demand. */
import { Both, both, call, EmptyHint, FaultNotice, Section, useLoad, When } from '@rhc/console-shell';
import { Button, Select, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { MovementsResponse } from '../../src/contract/index.ts';
import { count, movementText, type Place } from './stock-words.ts';

const AT_ONCE = 50;

export function MovementsSection({ places }: { places: readonly Place[] }): ReactNode {
  const [placeId, setPlaceId] = useState('');
  const [before, setBefore] = useState<number | undefined>(undefined);
  const page = useLoad(`movements ${placeId} ${before ?? ''}`, (signal) =>
    call<MovementsResponse>('GET', '/v1/stock/movements', {
      signal,
      query: { ...(placeId === '' ? {} : { locationId: placeId }), before, limit: AT_ONCE },
    }),
  );
  const rows = page.value?.movements ?? [];
  const name = (id: string) => places.find((place) => place.id === id)?.name ?? id;
  return (
    <Section
      title={{ zh: '出入库流水', en: 'Movements' }}
      className="section-long"
      tools={
        <div className="tools">
          <Select
            size="small"
            className="place-choice"
            aria-label="地点 Place"
            value={placeId}
            onChange={(place) => {
              setPlaceId(place);
              setBefore(undefined);
            }}
            options={[
              { value: '', label: '全部 all places' },
              ...places.map(({ id, name: label }) => ({ value: id, label })),
            ]}
          />
          <Button size="small" disabled={before === undefined} onClick={() => setBefore(undefined)}>
            <Both zh="最新" en="Newest" />
          </Button>
          <Button size="small" disabled={rows.length < AT_ONCE} onClick={() => setBefore(rows.at(-1)?.id)}>
            <Both zh="更早" en="Older" />
          </Button>
        </div>
      }
    >
      <FaultNotice fault={page.fault} onRetry={page.reload} />
      <Table
        size="small"
        rowKey="id"
        loading={page.loading && page.value === null}
        dataSource={[...rows]}
        pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '还没有流水。', en: 'Nothing has moved yet.' }}
              next={{ zh: '第一笔是按卡商清单入库。', en: "The first one is a supplier's list." }}
            />
          ),
        }}
        columns={[
          { title: both('时间', 'When'), render: (_, { at }) => <When at={at} /> },
          { title: both('动作', 'Movement'), render: (_, { kind }) => <Both {...movementText(kind)} /> },
          { title: both('地点', 'Place'), render: (_, { locationId }) => name(locationId) },
          {
            title: both('箱 / 芯片', 'Box / chip'),
            render: (_, { boxNumber, cardFactor }) => <code>{cardFactor ?? boxNumber ?? '—'}</code>,
          },
          { title: both('张数', 'Blanks'), align: 'right', render: (_, { quantity }) => count(quantity) },
          { title: both('经手', 'By'), dataIndex: 'actor' },
          { title: both('第二人', 'Second'), render: (_, { witness }) => witness ?? '—' },
          { title: both('原因', 'Reason'), render: (_, { reason }) => reason ?? '' },
        ]}
      />
    </Section>
  );
}
