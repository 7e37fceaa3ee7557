/** One card: what it is, where it is in its life, what may be done now, its receipts and its past. */
import { Both, call, FaultNotice, goTo, Section, useLoad, When } from '@rhc/console-shell';
import { Button, Skeleton } from 'antd';
import { type ReactNode, useState } from 'react';
import type { CardResponse, HistoryResponse, LifeCycleResponse } from '../../src/contract/index.ts';
import { everyPage } from '../every-page.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { CardStateTag } from '../words.tsx';
import { CardHistory } from './card-history.tsx';
import { MovesSection } from './moves-section.tsx';
import { type Receipt, ReceiptSlip } from './receipt-slip.tsx';
import { StatePicture } from './state-picture.tsx';

const REFRESH_MS = 5_000;
/** States in which the counter goes on with a card. */
const AT_COUNTER: readonly CardResponse['state'][] = [
  'ordered',
  'personalizing',
  'failed',
  'personalized',
  'in-delivery',
];

/** Moves and receipts of every page. */
async function wholeHistory(path: string, signal: AbortSignal): Promise<HistoryResponse> {
  const receipts: Receipt[] = [];
  const whole = await everyPage<'moves', HistoryResponse>(path, 'moves', { signal }, (page) =>
    receipts.push(...page.receipts),
  );
  return { ...whole, receipts };
}

export function CardDetail({ id, me }: { id: string; me: PageProps['me'] }): ReactNode {
  const path = `/v1/cards/${encodeURIComponent(id)}`;
  const card = useLoad(path, (signal) => call<CardResponse>('GET', path, { signal }), REFRESH_MS);
  const table = useLoad('life cycle', (signal) => call<LifeCycleResponse>('GET', '/v1/life-cycle', { signal }));
  const state = card.value?.state;
  const history = useLoad(`${path} history ${state ?? ''}`, (signal) => wholeHistory(`${path}/history`, signal));
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const fault = card.fault ?? table.fault ?? history.fault;
  const [value, words] = [card.value, table.value];
  if (value === null || words === null) {
    return fault === null ? <Skeleton active /> : <FaultNotice fault={fault} onRetry={card.reload} />;
  }
  const mayMove = hasRole(me, 'clerk', 'manager');
  const changed = () => {
    card.reload();
    history.reload();
  };
  return (
    <div className="stack">
      <div className="tools no-print">
        <Button size="small" onClick={() => goTo('cards')}>
          ← <Both zh="全部卡" en="All cards" />
        </Button>
        <strong>{value.residentName}</strong>
        <code>{value.issueSerial}</code>
        <CardStateTag state={value.state} />
        {value.suspendedUntil !== null && value.state === 'suspended' && (
          <span className="quiet">
            挂失至 until <When at={value.suspendedUntil} />
          </span>
        )}
        <Button size="small" onClick={() => goTo(`residents/${value.residentId}`)}>
          <Both zh="居民登记" en="Holder's record" />
        </Button>
        {mayMove && AT_COUNTER.includes(value.state) && (
          <Button size="small" type="primary" onClick={() => goTo(`counter/${value.residentId}`)}>
            <Both zh="到柜台继续" en="Go on at the counter" />
          </Button>
        )}
        {value.successor !== null && (
          <Button size="small" onClick={() => goTo(`cards/${value.successor}`)}>
            <Both zh="新卡" en="Its successor" />
          </Button>
        )}
        {value.replaces !== null && (
          <Button size="small" onClick={() => goTo(`cards/${value.replaces}`)}>
            <Both zh="旧卡" en="The card it replaces" />
          </Button>
        )}
      </div>
      <div className="quiet no-print">
        订制 ordered <When at={value.orderedAt} />
        {value.orderedBy !== null && ` · ${value.orderedBy}`}
        {value.reviewedBy !== null && ` · 复核 reviewed ${value.reviewedBy}`}
      </div>
      <FaultNotice fault={fault} onRetry={changed} />
      {receipt !== null && <ReceiptSlip receipt={receipt} card={value} table={words} me={me} />}
      <Section title={{ zh: '卡的一生', en: 'Life of the card' }} className="no-print">
        <StatePicture table={words} state={value.state} />
      </Section>
      {mayMove && <MovesSection card={value} table={words} onReceipt={setReceipt} onChange={changed} />}
      <CardHistory history={history.value} table={words} onReceipt={setReceipt} />
    </div>
  );
}
