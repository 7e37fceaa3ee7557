/** Every move of the card with who signed, and every receipt, which can be shown and printed again. */
import { Both, both, Section, When } from '@rhc/console-shell';
import { Button, Table } from 'antd';
import type { ReactNode } from 'react';
import type { HistoryResponse, LifeCycleResponse } from '../../src/contract/index.ts';
import { CardStateTag, yuan } from '../words.tsx';
import { operationText, type Receipt } from './receipt-slip.tsx';

interface Props {
  readonly history: HistoryResponse | null;
  readonly table: LifeCycleResponse;
  onReceipt(receipt: Receipt): void;
}

export function CardHistory({ history, table, onReceipt }: Props): ReactNode {
  const reasonText = (reason: string | null): string => {
    if (reason === null) return '—';
    const known = Object.entries(table.reasons).find(([code]) => code === reason)?.[1];
    return known === undefined ? reason : both(known.zh, known.en);
  };
  return (
    <>
      {history !== null && history.receipts.length > 0 && (
        <Section title={{ zh: '回执', en: 'Receipts' }} className="no-print">
          <Table
            size="small"
            rowKey="number"
            dataSource={[...history.receipts].toReversed()}
            pagination={false}
            columns={[
              { title: both('编号', 'Number'), dataIndex: 'number', width: 110 },
              { title: both('业务', 'Operation'), render: (_, { operation }) => operationText(operation, table) },
              { title: both('原因', 'Reason'), render: (_, { reason }) => reasonText(reason) },
              { title: both('费用', 'Fee'), render: (_, { feeFen }) => yuan(feeFen) },
              { title: both('时间', 'When'), render: (_, { at }) => <When at={at} /> },
              {
                title: '',
                render: (_, receipt) => (
                  <Button size="small" onClick={() => onReceipt(receipt)}>
                    <Both zh="查看、打印" en="Show, print" />
                  </Button>
                ),
              },
            ]}
          />
        </Section>
      )}
      <Section title={{ zh: '经历', en: 'History' }} className="section-long no-print">
        <Table
          size="small"
          rowKey={({ move, at }) => `${move} ${at}`}
          loading={history === null}
          dataSource={[...(history?.moves ?? [])].toReversed()}
          pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
          columns={[
            {
              title: both('操作', 'Move'),
              render: (_, { move }) => operationText(move, table),
            },
            {
              title: both('状态', 'State'),
              render: (_, { from, to }) => (
                <>
                  <CardStateTag state={from} /> → <CardStateTag state={to} />
                </>
              ),
            },
            { title: both('原因', 'Reason'), render: (_, { reason }) => reasonText(reason) },
            {
              title: both('经办', 'Signed'),
              render: (_, { actor, witness }) => (witness === null ? actor : `${actor} + ${witness}`),
            },
            { title: both('时间', 'When'), render: (_, { at }) => <When at={at} /> },
          ]}
        />
      </Section>
    </>
  );
}
