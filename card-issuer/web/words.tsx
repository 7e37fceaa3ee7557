/** The words of the counter that several pages share: roles, states of a card with their lights, money. */
import { type Light, StatusTag, type Text } from '@rhc/console-shell';
import type { ReactNode } from 'react';
import { CARD_STATE_TEXTS, type CardState } from '../src/contract/card-states.ts';

export { CARD_STATE_TEXTS, type CardState };

const ROLES: Readonly<Record<string, Text>> = {
  clerk: { zh: '办事员', en: 'clerk' },
  reviewer: { zh: '复核员', en: 'reviewer' },
  stock: { zh: '库管员', en: 'stock keeper' },
  manager: { zh: '主管', en: 'manager' },
  auditor: { zh: '审计员', en: 'auditor' },
  service: { zh: '服务', en: 'service' },
  terminal: { zh: '终端', en: 'terminal' },
};
export const roleText = (role: string): Text => ROLES[role] ?? { zh: role, en: '' };

const LIGHTS: Readonly<Record<CardState, Light>> = {
  ordered: 'busy',
  personalizing: 'busy',
  personalized: 'warn',
  failed: 'bad',
  'in-delivery': 'busy',
  active: 'good',
  suspended: 'warn',
  replacing: 'warn',
  lost: 'bad',
  expired: 'idle',
  cancelled: 'idle',
  returned: 'idle',
  destroyed: 'idle',
  spoiled: 'bad',
};

export function CardStateTag({ state }: { state: CardState }): ReactNode {
  const { zh, en } = CARD_STATE_TEXTS[state];
  return (
    <StatusTag state={LIGHTS[state]}>
      {zh} {en}
    </StatusTag>
  );
}

export const yuan = (fen: number): string => `¥${(fen / 100).toFixed(2)}`;
