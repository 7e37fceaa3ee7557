/** Words of the SAM register. */
import type { Light, Text } from '@rhc/console-shell';
import type { SamMove, SamState } from '../../src/contract/index.ts';

export const SAM_STATES: Readonly<Record<SamState, Text & { readonly light: Light }>> = {
  ordered: { zh: '已订', en: 'ordered', light: 'idle' },
  'first-issued': { zh: '一次发卡', en: 'first issue', light: 'busy' },
  issued: { zh: '已发行', en: 'issued', light: 'busy' },
  delivered: { zh: '已交付', en: 'delivered', light: 'good' },
  returned: { zh: '已退回', en: 'returned', light: 'warn' },
  revoked: { zh: '已注销', en: 'revoked', light: 'bad' },
};
export const SAM_STATE_ORDER = Object.keys(SAM_STATES) as readonly SamState[];

export const SAM_MOVES: Readonly<Record<SamMove['what'], Text>> = {
  ordered: { zh: '下单', en: 'ordered' },
  'first-issued': { zh: '一次发卡', en: 'first issue' },
  issued: { zh: '二次发卡', en: 'second issue' },
  'pin-mailer-printed': { zh: '打印密码信封', en: 'PIN mailer printed' },
  delivered: { zh: '交付', en: 'delivered' },
  returned: { zh: '退回', en: 'returned' },
  revoked: { zh: '注销', en: 'revoked' },
};
