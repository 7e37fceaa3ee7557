/**
 * Hand-over: the chip in the reader must be this card's, and the bar code on the face must be this card's number, so that no
 * two cards are exchanged (FIELD.md, what goes wrong 8). Then the person's identity, and the card is active.
 */
import { Both, call, FaultNotice, StatusTag, useDo, useLoad, whenText } from '@rhc/console-shell';
import { Input } from 'antd';
import { type ReactNode, useState } from 'react';
import type { AgentsResponse, CardResponse } from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';
import type { Me } from '../sign-in/session.tsx';
import { CardStateTag } from '../words.tsx';
import { StepFrame, useFocusOn } from './step-frame.tsx';

const READERS_MS = 1_500;

interface Props {
  readonly me: Me;
  readonly card: CardResponse;
  onCard(card: CardResponse): void;
  onDone(): void;
  onBack(): void;
}

export function HandOverStep({ me, card, onCard, onDone, onBack }: Props): ReactNode {
  const [scanned, setScanned] = useState('');
  const [compared, setCompared] = useState<boolean | null>(null);
  const agents = useLoad('agents', (signal) => call<AgentsResponse>('GET', '/v1/agents', { signal }), READERS_MS);
  const present = agents.value?.agents.some(({ readers }) => readers.some(({ cardId }) => cardId === card.id)) ?? null;
  const key = useIntentKey();
  const activate = useDo(async () => {
    const path = `/v1/cards/${card.id}/activate`;
    onCard(await call<CardResponse>('POST', path, { body: {}, idempotencyKey: key.current }));
  });
  useFocusOn('input', card.state);
  if (card.state === 'active') return <Done me={me} card={card} onDone={onDone} />;
  const ready = compared === true && present === true;
  const compare = () => setCompared(scanned.trim().toUpperCase() === card.cardNumber);
  return (
    <StepFrame
      task={
        ready
          ? { zh: '核对本人身份证件,交付并启用', en: "Check the person's document, hand over and activate" }
          : { zh: '扫描卡面条码', en: 'Scan the bar code on the card' }
      }
      focusMain={ready}
      actions={[
        ready
          ? {
              label: { zh: '身份已核对,交付启用', en: 'Identity checked: hand over' },
              hotkey: 'Enter',
              run: () => void activate.run(),
              busy: activate.busy,
            }
          : { label: { zh: '比对', en: 'Compare' }, hotkey: 'Enter', run: compare, disabled: scanned.trim() === '' },
        { label: { zh: '返回打印', en: 'Back to print' }, hotkey: 'Escape', run: onBack },
      ]}
    >
      <p className="counter-who">
        <strong>{card.residentName}</strong> <code>{card.issueSerial}</code> <CardStateTag state={card.state} />
      </p>
      <FaultNotice fault={activate.fault} />
      <Input
        className="counter-words"
        size="large"
        aria-label="卡面条码 Bar code"
        placeholder="卡面条码 bar code"
        autoComplete="off"
        value={scanned}
        status={compared === false ? 'error' : ''}
        onChange={({ target }) => {
          setScanned(target.value);
          setCompared(null);
        }}
        onPressEnter={compare}
      />
      <ul className="counter-verdict" aria-live="polite">
        <li>
          {compared === null ? (
            <StatusTag state="idle">条码待扫 not scanned yet</StatusTag>
          ) : compared ? (
            <StatusTag state="good">条码与卡号一致 the bar code is this card's number</StatusTag>
          ) : (
            <StatusTag state="bad">
              条码不是这张卡的:停止交付,核对卡面 another card's bar code: stop and compare
            </StatusTag>
          )}
        </li>
        <li>
          {present === true ? (
            <StatusTag state="good">读卡器里是这张卡的芯片 this card's chip is in the reader</StatusTag>
          ) : (
            <StatusTag state="warn">请把这张卡放进读卡器 put this card into the reader</StatusTag>
          )}
        </li>
      </ul>
    </StepFrame>
  );
}

function Done({ me, card, onDone }: { me: Me; card: CardResponse; onDone: () => void }): ReactNode {
  return (
    <StepFrame
      task={{ zh: '已交付并启用', en: 'Handed over and active' }}
      actions={[
        { label: { zh: '下一位', en: 'Next resident' }, hotkey: 'Enter', run: onDone },
        { label: { zh: '打印领卡凭条', en: 'Print the receipt' }, hotkey: 'F8', run: () => window.print() },
      ]}
    >
      <p className="counter-who no-print">
        <strong>{card.residentName}</strong> <code>{card.issueSerial}</code> <CardStateTag state={card.state} />
      </p>
      <div className="counter-receipt">
        <h3>
          <Both zh="居民健康卡领卡凭条" en="Receipt of a resident health card" />
        </h3>
        <dl className="record-summary">
          {[
            ['姓名', 'Name', card.residentName],
            ['卡号', 'Card number', masked(card.cardNumber)],
            ['发行序列号', 'Issue serial', card.issueSerial],
            ['发卡日期', 'Issued', card.issueDate ?? '—'],
            ['有效期至', 'Valid until', card.expiryDate ?? '—'],
            ['启用时间', 'Active since', card.activatedAt === null ? '—' : whenText(card.activatedAt)],
            ['经办', 'Clerk', me.name],
          ].map(([zh = '', en = '', value]) => (
            <div key={en}>
              <dt>
                <Both zh={zh} en={en} />
              </dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p className="print-only">领卡人签字 Signature: ____________________</p>
      </div>
    </StepFrame>
  );
}

/** Enough to compare, too little to misuse when the slip is thrown away. */
const masked = (number: string): string =>
  `${number.slice(0, 6)}${'*'.repeat(Math.max(0, number.length - 10))}${number.slice(-4)}`;
