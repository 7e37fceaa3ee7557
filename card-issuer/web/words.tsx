/** The words of the counter that several pages share: roles, states of a card with their lights, money. */
import { type Light, StatusTag, type Text } from '@rhc/console-shell';
import type { ReactNode } from 'react';
import type { CardResponse } from '../src/contract/index.ts';

export type CardState = CardResponse['state'];

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

export const CARD_STATES: Readonly<Record<CardState, Text & { readonly light: Light }>> = {
  ordered: { zh: '待制', en: 'ordered', light: 'busy' },
  personalizing: { zh: '制作中', en: 'in personalization', light: 'busy' },
  personalized: { zh: '待领', en: 'personalized', light: 'warn' },
  failed: { zh: '制作失败', en: 'failed', light: 'bad' },
  'in-delivery': { zh: '在途', en: 'in delivery', light: 'busy' },
  active: { zh: '启用', en: 'active', light: 'good' },
  suspended: { zh: '临时挂失', en: 'suspended', light: 'warn' },
  replacing: { zh: '换卡中', en: 'being replaced', light: 'warn' },
  lost: { zh: '挂失', en: 'lost', light: 'bad' },
  expired: { zh: '到期', en: 'expired', light: 'idle' },
  cancelled: { zh: '注销', en: 'cancelled', light: 'idle' },
  returned: { zh: '收回', en: 'returned', light: 'idle' },
  destroyed: { zh: '销毁', en: 'destroyed', light: 'idle' },
  spoiled: { zh: '作废', en: 'spoiled', light: 'bad' },
};

export function CardStateTag({ state }: { state: CardState }): ReactNode {
  const { zh, en, light } = CARD_STATES[state];
  return (
    <StatusTag state={light}>
      {zh} {en}
    </StatusTag>
  );
}

export const yuan = (fen: number): string => `¥${(fen / 100).toFixed(2)}`;
