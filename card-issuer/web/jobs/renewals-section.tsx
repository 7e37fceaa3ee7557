/** Cards that run out, by month and county, and the wave that renews them: a bulk run of successors. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  goTo,
  Section,
  useDo,
  useLoad,
  useNotices,
} from '@rhc/console-shell';
import { Button, InputNumber, Popconfirm, Select, Skeleton, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { BulkRunResponse, CountiesResponse, RenewalsResponse } from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';

const SPANS = [6, 12, 24, 60, 120, 180];
const MOST = 20_000;
type Count = RenewalsResponse['counts'][number];

export function RenewalsSection({ mayBegin }: { mayBegin: boolean }): ReactNode {
  const [months, setMonths] = useState(12);
  const [areaCode, setAreaCode] = useState('');
  const [cards, setCards] = useState(500);
  const counties = useLoad('counties', (signal) => call<CountiesResponse>('GET', '/v1/counties', { signal }));
  const renewals = useLoad(`renewals ${months}`, (signal) =>
    call<RenewalsResponse>('GET', '/v1/renewals', { signal, query: { months } }),
  );
  const notices = useNotices();
  const key = useIntentKey();
  const begin = useDo(async (month: string) => {
    const county = areaCode === '' ? {} : { areaCode };
    const body = { name: waveName(month, nameOf(areaCode)), from: month, to: month, cards, ...county };
    const run = await call<BulkRunResponse>('POST', '/v1/renewal-waves', { body, idempotencyKey: key.current });
    key.renew();
    notices.done({ zh: `已新建任务“${run.name}”。`, en: 'The renewal run is made.' });
    goTo(`jobs/${run.id}`);
  });
  const named = new Map((counties.value?.counties ?? []).map(({ areaCode: code, name, city }) => [code, city + name]));
  const nameOf = (code: string): string => named.get(code) ?? code;
  const chosen = (renewals.value?.counts ?? []).filter((count) => areaCode === '' || count.areaCode === areaCode);
  const rows = (renewals.value?.months ?? [])
    .map((month) => monthRow(month, chosen))
    .filter(({ expiring }) => expiring);
  return (
    <Section
      title={{ zh: '到期换发', en: 'Expiry and renewal' }}
      tools={
        <>
          <Select
            size="small"
            aria-label="时间 time"
            value={months}
            options={SPANS.map((value) => ({ value, label: `今后 ${value} 个月 months` }))}
            onChange={setMonths}
          />
          <Select
            size="small"
            aria-label="到期地区 county"
            className="renewal-county"
            value={areaCode}
            showSearch={{ optionFilterProp: 'label' }}
            options={[
              { value: '', label: '全省 the province' },
              ...[...named].map(([value, label]) => ({ value, label })),
            ]}
            onChange={setAreaCode}
          />
          {mayBegin && (
            <InputNumber
              size="small"
              aria-label="每批最多 at most"
              className="renewal-most"
              prefix="每批最多 at most"
              min={1}
              max={MOST}
              precision={0}
              value={cards}
              onChange={(value) => setCards(value ?? 1)}
            />
          )}
        </>
      }
    >
      <FaultNotice fault={renewals.fault ?? counties.fault ?? begin.fault} onRetry={renewals.reload} />
      {renewals.value === null ? (
        renewals.fault === null && <Skeleton active />
      ) : (
        <Table
          size="small"
          rowKey="month"
          dataSource={rows}
          pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '这段时间内没有到期的卡。', en: 'No card expires in this time.' }}
                next={{ zh: '可在右上角选更长的时间。', en: 'Choose a longer time above.' }}
              />
            ),
          }}
          columns={[
            { title: both('到期月份', 'Month'), dataIndex: 'month' },
            { title: both('到期', 'Expiring'), align: 'right', render: (_, { expiring }) => shown(expiring) },
            { title: both('换发中', 'Under way'), align: 'right', render: (_, { underWay }) => shown(underWay) },
            { title: both('待换发', 'To renew'), align: 'right', render: (_, { waiting }) => <b>{shown(waiting)}</b> },
            {
              title: both('最多的县', 'Most of them in'),
              render: (_, { most }) =>
                most.map(({ areaCode: code, expiring }) => `${nameOf(code)} ${expiring}`).join('、'),
            },
            ...(mayBegin
              ? [
                  {
                    title: both('换发', 'Renew'),
                    render: (_: unknown, { month, waiting }: Row) => (
                      <Popconfirm
                        title={
                          <Both
                            zh={`为 ${month} 到期的卡新建换发任务,最多 ${Math.min(cards, waiting)} 张?`}
                            en="Make a run of their successors?"
                          />
                        }
                        okText="新建 Make"
                        cancelText="取消 Cancel"
                        onConfirm={() => void begin.run(month)}
                      >
                        <Button size="small" disabled={waiting === 0} loading={begin.busy}>
                          <Both zh="新建换发任务" en="Renewal run" />
                        </Button>
                      </Popconfirm>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
    </Section>
  );
}

const waveName = (month: string, county: string): string => `${month} 到期换发${county === '' ? '' : ` ${county}`}`;
const shown = (count: number): string => count.toLocaleString('zh-CN');

function monthRow(month: string, counts: readonly Count[]) {
  const ofMonth = counts.filter((count) => count.month === month);
  const sum = (of: (count: Count) => number) => ofMonth.reduce((total, count) => total + of(count), 0);
  const expiring = sum((count) => count.expiring);
  const underWay = sum((count) => count.underWay);
  const most = ofMonth.toSorted((a, b) => b.expiring - a.expiring).slice(0, 3);
  return { month, expiring, underWay, waiting: expiring - underWay, most };
}
type Row = ReturnType<typeof monthRow>;
