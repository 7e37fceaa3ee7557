/** What the holder takes away: what was done, why, until when it holds, what it cost. Printed alone. */
import { Both, both, Section, whenText } from '@rhc/console-shell';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { CardResponse, HistoryResponse, LifeCycleResponse } from '../../src/contract/index.ts';
import type { Me } from '../sign-in/session.tsx';
import { yuan } from '../words.tsx';

export type Receipt = HistoryResponse['receipts'][number];

/** What was done, as the holder reads it. */
export function operationText(operation: string, table: LifeCycleResponse): string {
  if (operation === 'replace') return both('补换卡', 'Replacement');
  const text = table.moves.find(({ move }) => move === operation)?.text;
  return text === undefined ? operation : both(text.zh, text.en);
}

export function ReceiptSlip({
  receipt,
  card,
  table,
  me,
}: {
  receipt: Receipt;
  card: CardResponse;
  table: LifeCycleResponse;
  me: Me;
}): ReactNode {
  const reason = table.reasons[receipt.reason];
  const rows: readonly (readonly [string, string, string])[] = [
    ['编号', 'Number', String(receipt.number)],
    ['业务', 'Operation', operationText(receipt.operation, table)],
    ['原因', 'Reason', both(reason.zh, reason.en)],
    ['持卡人', 'Holder', card.residentName],
    ['发行序列号', 'Issue serial', card.issueSerial],
    ['时间', 'When', whenText(receipt.at)],
    ...(receipt.validUntil === null ? [] : [['有效至', 'Holds until', whenText(receipt.validUntil)] as const]),
    ['费用', 'Fee', receipt.feeFen === 0 ? '免费 none' : yuan(receipt.feeFen)],
    ['经办', 'Clerk', receipt.actor === me.id ? me.name : receipt.actor],
  ];
  return (
    <Section
      title={{ zh: '回执', en: 'Receipt' }}
      tools={
        <Button className="no-print" size="small" type="primary" autoFocus onClick={() => window.print()}>
          <Both zh="打印回执" en="Print the receipt" />
        </Button>
      }
    >
      <div className="card-receipt" role="status">
        <dl className="record-summary">
          {rows.map(([zh, en, text]) => (
            <div key={en}>
              <dt>
                <Both zh={zh} en={en} />
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <p className="print-only">持卡人签字 Signature: ____________________</p>
      </div>
    </Section>
  );
}
