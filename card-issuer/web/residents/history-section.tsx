/** Who changed what, when, what for, from what to what. */
import { both, call, FaultNotice, Section, useLoad, When } from '@rhc/console-shell';
import { Table } from 'antd';
import type { ReactNode } from 'react';
import type { ResidentHistoryResponse } from '../../src/contract/index.ts';

const shown = (value: unknown): string =>
  value === null || value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value);

export function HistorySection({ id, version }: { id: string; version: number }): ReactNode {
  const history = useLoad(`history ${id} ${version}`, (signal) =>
    call<ResidentHistoryResponse>('GET', `/v1/residents/${id}/history`, { signal }),
  );
  return (
    <Section title={{ zh: '变更记录', en: 'History' }} className="section-long">
      <FaultNotice fault={history.fault} onRetry={history.reload} />
      <Table
        size="small"
        rowKey="version"
        loading={history.loading}
        dataSource={[...(history.value?.changes ?? [])].toReversed()}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          { title: both('版', 'Version'), dataIndex: 'version', width: 90 },
          { title: both('时间', 'When'), render: (_, { at }) => <When at={at} /> },
          { title: both('何人', 'Who'), dataIndex: 'actor' },
          { title: both('用途', 'Purpose'), dataIndex: 'purpose' },
          {
            title: both('变更', 'Change'),
            render: (_, { version: made, values, fields }) =>
              made === 1
                ? '登记 enrolled'
                : (values ?? fields.map((field) => ({ field, old: '…', new: '…' }))).map((change) => (
                    <div key={change.field}>
                      <code>{change.field}</code> {shown(change.old)} → <strong>{shown(change.new)}</strong>
                    </div>
                  )),
          },
        ]}
      />
    </Section>
  );
}
