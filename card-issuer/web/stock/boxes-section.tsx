/** Boxes where they stand; chosen ones are offered to another place under the giver's signature. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  goTo,
  PageButtons,
  Section,
  useDo,
  useLoad,
  useNotices,
  usePages,
  When,
} from '@rhc/console-shell';
import { Button, Popconfirm, Select, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { BoxesResponse } from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';
import { count, type Place } from './stock-words.ts';

type Box = BoxesResponse['boxes'][number];

interface Props {
  readonly places: readonly Place[];
  readonly mayOffer: boolean;
  readonly onChange: () => void;
}

export function BoxesSection({ places, mayOffer, onChange }: Props): ReactNode {
  const [from, setFrom] = useState(places[0]?.id ?? '');
  const [to, setTo] = useState<string | null>(null);
  /** Also boxes of pages that are not shown now. */
  const [chosen, setChosen] = useState<readonly Box[]>([]);
  const pages = usePages();
  const { cursor } = pages;
  const boxes = useLoad(from === '' ? null : `boxes ${from} ${cursor ?? ''}`, (signal) =>
    call<BoxesResponse>('GET', '/v1/stock/boxes', { signal, query: { locationId: from, limit: 100, cursor } }),
  );
  const notices = useNotices();
  const key = useIntentKey();
  const offer = useDo(async () => {
    const body = { fromLocation: from, toLocation: to, boxes: chosen.map(({ number }) => number) };
    await call('POST', '/v1/stock/transfers', { body, idempotencyKey: key.current });
    key.renew();
    setChosen([]);
    notices.done({ zh: '已签字交出,等待对方签收。', en: 'Signed; the other side takes it now.' });
    onChange();
    goTo('stock/transfers');
  });
  const promised = chosen.reduce((sum, { free }) => sum + free, 0);
  const target = places.find(({ id }) => id === to)?.name;
  return (
    <Section
      title={{ zh: '箱', en: 'Boxes' }}
      tools={
        <div className="tools">
          <Select
            size="small"
            className="place-choice"
            aria-label="地点 Place"
            value={from}
            onChange={(place) => {
              setFrom(place);
              setChosen([]);
              pages.restart();
              if (place === to) setTo(null);
            }}
            options={places.map(({ id, name }) => ({ value: id, label: name }))}
          />
          {mayOffer && (
            <>
              <Select
                size="small"
                className="place-choice"
                aria-label="移交到 Pass on to"
                placeholder="移交到 Pass on to"
                value={to}
                onChange={setTo}
                options={places.filter(({ id }) => id !== from).map(({ id, name }) => ({ value: id, label: name }))}
              />
              <Popconfirm
                title={
                  <Both
                    zh={`交出 ${chosen.length} 箱共 ${promised} 张给“${target}”?`}
                    en={`Pass on ${promised} blanks?`}
                  />
                }
                okText="签字交出 Sign"
                cancelText="取消 Cancel"
                disabled={chosen.length === 0 || to === null}
                onConfirm={() => void offer.run()}
              >
                <Button size="small" type="primary" loading={offer.busy} disabled={chosen.length === 0 || to === null}>
                  <Both zh={`交出 ${count(promised)} 张`} en="Offer" />
                </Button>
              </Popconfirm>
            </>
          )}
        </div>
      }
    >
      <FaultNotice fault={boxes.fault ?? offer.fault} onRetry={boxes.reload} />
      <Table
        size="small"
        rowKey="number"
        loading={boxes.loading && boxes.value === null}
        dataSource={[...(boxes.value?.boxes ?? [])]}
        pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
        {...(mayOffer
          ? {
              rowSelection: {
                preserveSelectedRowKeys: true,
                selectedRowKeys: chosen.map(({ number }) => number),
                onChange: (_: React.Key[], rows: Box[]) => setChosen(rows),
                getCheckboxProps: ({ number, free }: Box) => ({ disabled: free === 0, 'aria-label': number }),
              },
            }
          : {})}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '这里没有箱。', en: 'There is no box here.' }}
              next={{ zh: '按卡商清单入库,或由别处移交。', en: "Receive a supplier's list, or have a transfer made." }}
            />
          ),
        }}
        columns={[
          { title: both('箱号', 'Box'), dataIndex: 'number', render: (number: string) => <code>{number}</code> },
          { title: both('卡商', 'Supplier'), dataIndex: 'supplier' },
          { title: both('入库', 'Received'), render: (_, box) => <When at={box.receivedAt} /> },
          { title: both('经手', 'By'), dataIndex: 'receivedBy' },
          ...(
            [
              ['free', '可用', 'free'],
              ['promised', '待移交', 'promised'],
              ['inWork', '在制', 'in work'],
              ['issued', '发出', 'issued'],
              ['spoiled', '报废', 'spoiled'],
              ['returned', '退回', 'returned'],
            ] as const
          ).map(([name, zh, en]) => ({
            title: both(zh, en),
            align: 'right' as const,
            render: (_: unknown, box: Box) => count(box[name]),
          })),
        ]}
      />
      <div className="tools below">
        <PageButtons pages={pages} next={boxes.value?.next ?? null} />
      </div>
    </Section>
  );
}
