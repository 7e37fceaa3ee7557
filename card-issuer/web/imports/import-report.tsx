/** Rows that have something to say: field, masked value, rule, next step; page by page. */
import { Both, both, call, FaultNotice, PageButtons, Remedy, StatusTag, useLoad, usePages } from '@rhc/console-shell';
import { Radio, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { ImportRowsResponse } from '../../src/contract/index.ts';
import { fieldText, OUTCOMES } from './import-words.ts';

const AT_ONCE = 20;

/** @param rowsDone while it grows, the page is read again */
export function ImportReport({ id, rowsDone }: { id: string; rowsDone: number }): ReactNode {
  const [outcome, setOutcome] = useState<'all' | 'refused' | 'known'>('refused');
  const pages = usePages();
  const cursor = pages.cursor ?? '0';
  const rows = useLoad(`rows ${id} ${outcome} ${cursor} ${rowsDone}`, (signal) =>
    call<ImportRowsResponse>('GET', `/v1/roster-imports/${id}/rows`, {
      signal,
      query: { ...(outcome === 'all' ? {} : { outcome }), cursor, limit: AT_ONCE },
    }),
  );
  const next = rows.value?.next ?? null;
  return (
    <>
      <div className="tools report-tools">
        <Radio.Group
          size="small"
          optionType="button"
          value={outcome}
          onChange={({ target }) => {
            setOutcome(target.value as typeof outcome);
            pages.restart();
          }}
          options={[
            { value: 'refused', label: both('拒绝', 'refused') },
            { value: 'known', label: both('已有', 'known') },
            { value: 'all', label: both('全部', 'all') },
          ]}
        />
        <PageButtons pages={pages} next={next} />
      </div>
      <FaultNotice fault={rows.fault} onRetry={rows.reload} />
      <Table
        size="small"
        rowKey="row"
        loading={rows.loading && rows.value === null}
        dataSource={[...(rows.value?.rows ?? [])]}
        pagination={false}
        locale={{ emptyText: <Both zh="没有这样的行。" en="There is no such row." /> }}
        columns={[
          { title: both('行', 'Row'), dataIndex: 'row', width: 80 },
          {
            title: both('结果', 'Outcome'),
            width: 130,
            render: (_, { outcome: each }) => (
              <StatusTag state={OUTCOMES[each].light}>
                {OUTCOMES[each].zh} {OUTCOMES[each].en}
              </StatusTag>
            ),
          },
          { title: both('姓名', 'Name'), dataIndex: 'name', width: 90 },
          {
            title: both('字段、值、规则与下一步', 'Field, value, rule and next step'),
            render: (_, { faults, nextStep }) =>
              faults.map((fault) => (
                <div key={`${fault.field} ${fault.rule.en}`}>
                  <strong>{fieldText(fault.field)}</strong> <code>{fault.value}</code> <Both {...fault.rule} />
                  <div>
                    <Remedy nextStep={fault.nextStep ?? nextStep ?? undefined} />
                  </div>
                </div>
              )),
          },
        ]}
      />
    </>
  );
}
