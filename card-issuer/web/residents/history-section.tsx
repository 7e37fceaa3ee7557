/** Who changed what, when, what for, from what to what. */
import { Both, both, FaultNotice, Section, type Text, useLoad, When } from '@rhc/console-shell';
import { Table } from 'antd';
import type { ReactNode } from 'react';
import type { ResidentHistoryResponse } from '../../src/contract/index.ts';
import { MAIN_FIELDS, MORE_FIELDS } from '../counter/form-fields.tsx';
import { everyPage } from '../every-page.ts';

/** Purposes that our own pages give; others, as an import's source, are shown as they were written. */
const PURPOSES: Readonly<Record<string, Text>> = {
  'card-issue': { zh: '办卡', en: 'card issue' },
  correction: { zh: '更正', en: 'correction' },
  enrolment: { zh: '登记', en: 'enrolment' },
  'enrolment-review': { zh: '登记复核', en: 'review' },
  'duplicate-review': { zh: '疑似重复核对', en: 'duplicates' },
  'subject-request': { zh: '本人申请', en: 'the person asked' },
  'merge-undone': { zh: '撤销合并', en: 'merge undone' },
};
const FIELDS = new Map([...MAIN_FIELDS, ...MORE_FIELDS].map(({ field, zh, en }) => [field as string, { zh, en }]));

const named = (text: Text | undefined, code: string): ReactNode => (text === undefined ? code : <Both {...text} />);
const shown = (value: unknown): string =>
  value === null || value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value);

export function HistorySection({ id, version }: { id: string; version: number }): ReactNode {
  const history = useLoad(`history ${id} ${version}`, (signal) =>
    everyPage<'changes', ResidentHistoryResponse>(`/v1/residents/${id}/history`, 'changes', { signal }),
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
          { title: both('用途', 'Purpose'), render: (_, { purpose }) => named(PURPOSES[purpose], purpose) },
          {
            title: both('变更', 'Change'),
            render: (_, { version: made, values, fields }) =>
              made === 1
                ? '登记 enrolled'
                : (values ?? fields.map((field) => ({ field, old: '…', new: '…' }))).map((change) => (
                    <div key={change.field}>
                      {named(FIELDS.get(change.field), change.field)} {shown(change.old)} →{' '}
                      <strong>{shown(change.new)}</strong>
                    </div>
                  )),
          },
        ]}
      />
    </Section>
  );
}
