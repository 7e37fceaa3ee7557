/** The resident has a card already: what it is, and where to go on with it. One card a resident. */
import { Both, goTo } from '@rhc/console-shell';
import { Alert } from 'antd';
import type { ReactNode } from 'react';
import type { CardResponse } from '../../src/contract/index.ts';
import { CardStateTag } from '../words.tsx';
import { StepFrame } from './step-frame.tsx';

interface Props {
  readonly card: CardResponse;
  onCorrect(): void;
  onBack(): void;
}

export function HeldStep({ card, onCorrect, onBack }: Props): ReactNode {
  return (
    <StepFrame
      task={{ zh: '该居民已有卡', en: 'The resident has a card' }}
      actions={[
        { label: { zh: '下一位', en: 'Next resident' }, hotkey: 'Enter', run: onBack },
        { label: { zh: '核对、更正登记', en: 'Compare or correct the record' }, hotkey: 'F2', run: onCorrect },
        { label: { zh: '挂失、换卡等', en: 'Loss, replacement …' }, hotkey: 'F9', run: () => goTo(`cards/${card.id}`) },
      ]}
    >
      <p className="counter-who">
        <strong>{card.residentName}</strong> <code>{card.issueSerial}</code> <CardStateTag state={card.state} />
      </p>
      <Alert
        type="info"
        showIcon
        title={<Both zh="一人一卡,不能再订。" en="One card a resident: no second one is ordered." />}
        description={
          <Both
            zh="→ 卡遗失、损坏或资料变更的,到“卡管理”挂失或换卡,新卡回到这里制作。"
            en="Lost, damaged or outdated: report or replace it on the page of cards; the new one is made here."
          />
        }
      />
    </StepFrame>
  );
}
