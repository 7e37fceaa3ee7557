/** The lines of an order: number, chip, where it stands, and whether a counter has read the card. */
import { both, Section, StatusTag, When } from '@rhc/console-shell';
import { Table } from 'antd';
import type { ReactNode } from 'react';
import { LINE_STATES, type Line } from './bureau-words.ts';

export function OrderLines({ lines }: { lines: readonly Line[] | null }): ReactNode {
  const seen = new Set(lines?.map(({ state }) => state));
  return (
    <Section title={{ zh: '订单明细', en: 'Lines' }} className="section-long">
      <Table
        size="small"
        rowKey="line"
        loading={lines === null}
        dataSource={[...(lines ?? [])]}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          { title: both('行', 'Line'), dataIndex: 'line', width: 70 },
          { title: both('卡序列号', 'Card serial'), render: (_, { issueSerial }) => <code>{issueSerial}</code> },
          { title: both('芯片', 'Chip'), render: (_, { cardFactor }) => <code>{cardFactor}</code> },
          {
            title: both('状态', 'State'),
            filters: [...seen].map((state) => ({
              value: state,
              text: both(LINE_STATES[state].zh, LINE_STATES[state].en),
            })),
            onFilter: (chosen, { state }) => state === chosen,
            render: (_, { state, reason }) => (
              <>
                <StatusTag state={LINE_STATES[state].light}>
                  {LINE_STATES[state].zh} {LINE_STATES[state].en}
                </StatusTag>
                {reason !== null && <small className="quiet">{reason}</small>}
              </>
            ),
          },
          { title: both('箱', 'Box'), render: (_, { returnBox, blankBox }) => returnBox ?? blankBox },
          { title: both('到库', 'Received'), render: (_, { receivedAt }) => <When at={receivedAt} /> },
          {
            title: both('交付检验', 'Read'),
            render: (_, { checkedAt, checkedBy }) =>
              checkedAt === null ? (
                '—'
              ) : (
                <>
                  {checkedBy} <When at={checkedAt} />
                </>
              ),
          },
        ]}
      />
    </Section>
  );
}
