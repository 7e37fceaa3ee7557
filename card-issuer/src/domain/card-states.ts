/** The names of a card's states, and how people read them: one word for a state, on every page. */
import type { Text } from '@rhc/card/errors';

export const CARD_STATES = [
  'ordered',
  'personalizing',
  'personalized',
  'failed',
  'in-delivery',
  'active',
  'suspended',
  'replacing',
  'lost',
  'expired',
  'cancelled',
  'returned',
  'destroyed',
  'spoiled',
] as const;
export type CardState = (typeof CARD_STATES)[number];

export const CARD_STATE_TEXTS: Readonly<Record<CardState, Text>> = {
  ordered: { zh: '已订制', en: 'ordered' },
  personalizing: { zh: '个人化中', en: 'personalizing' },
  personalized: { zh: '待领', en: 'personalized' },
  failed: { zh: '未通过', en: 'rejected' },
  'in-delivery': { zh: '配送中', en: 'in delivery' },
  active: { zh: '已启用', en: 'active' },
  suspended: { zh: '临时挂失', en: 'suspended' },
  replacing: { zh: '换发中', en: 'being replaced' },
  lost: { zh: '已挂失', en: 'lost' },
  expired: { zh: '已过期', en: 'expired' },
  cancelled: { zh: '已注销', en: 'cancelled' },
  returned: { zh: '已收回', en: 'returned' },
  destroyed: { zh: '已销毁', en: 'destroyed' },
  spoiled: { zh: '废卡', en: 'spoiled' },
};
