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

/** What is to be done next with a SAM. */
export const SAM_NEXT: Readonly<Record<SamState, Text>> = {
  ordered: { zh: '把空白 SAM 放进发卡读卡器。', en: 'Put the blank SAM into the issuing reader.' },
  'first-issued': { zh: '把同一张 SAM 再放进读卡器,完成二次发卡。', en: 'Put it into the reader again to finish.' },
  issued: { zh: '下载密码信封,与 SAM 分开交付并登记。', en: 'Save the PIN mailer, deliver both apart, record it.' },
  delivered: { zh: '装入终端;更换或停用时登记退回。', en: 'Install it; record the return when it comes back.' },
  returned: { zh: '再次交付,或注销。', en: 'Deliver it again, or revoke it.' },
  revoked: { zh: '按规定物理销毁。', en: 'Destroy the card.' },
};

export const SAM_MOVES: Readonly<Record<SamMove['what'], Text>> = {
  ordered: { zh: '下单', en: 'ordered' },
  'first-issued': { zh: '一次发卡', en: 'first issue' },
  issued: { zh: '二次发卡', en: 'second issue' },
  'pin-mailer-printed': { zh: '打印密码信封', en: 'PIN mailer printed' },
  delivered: { zh: '交付', en: 'delivered' },
  returned: { zh: '退回', en: 'returned' },
  revoked: { zh: '注销', en: 'revoked' },
};
