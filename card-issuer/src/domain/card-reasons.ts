/** Why a card moves, and what a replacement costs: data that a counter shows and statistics count by. */
import type { Text } from '@rhc/card/errors';

export const REASONS = {
  'ordered-in-error': { zh: '误订', en: 'ordered in error' },
  courier: { zh: '快递', en: 'by courier' },
  'village-station': { zh: '送村站', en: 'to the village station' },
  'other-counter': { zh: '转其他窗口', en: 'to another counter' },
  undeliverable: { zh: '无法送达', en: 'undeliverable' },
  'not-collected': { zh: '逾期未领', en: 'not collected' },
  'loss-by-phone': { zh: '电话口头挂失', en: 'loss told by phone' },
  'loss-at-counter': { zh: '柜台临时挂失', en: 'temporary loss at the counter' },
  'misuse-suspected': { zh: '疑似冒用', en: 'misuse suspected' },
  'found-by-holder': { zh: '本人找到', en: 'found by the holder' },
  'reported-in-error': { zh: '误报', en: 'reported in error' },
  lost: { zh: '遗失', en: 'lost' },
  stolen: { zh: '被盗', en: 'stolen' },
  'lost-in-delivery': { zh: '配送遗失', en: 'lost in delivery' },
  'replacement-given-up': { zh: '不再换发', en: 'replacement given up' },
  'holder-request': { zh: '本人申请', en: 'asked for by the holder' },
  'holder-deceased': { zh: '持卡人死亡', en: 'holder deceased' },
  'moved-away': { zh: '迁出', en: 'moved away' },
  'issued-in-error': { zh: '误发', en: 'issued in error' },
  misuse: { zh: '冒用', en: 'misused' },
  'handed-in': { zh: '交回', en: 'handed in' },
  'found-by-third': { zh: '他人拾得', en: 'found by another person' },
  'routine-destruction': { zh: '集中销毁', en: 'routine destruction' },
  damaged: { zh: '持卡人损坏', en: 'damaged by the holder' },
  faulty: { zh: '卡片质量问题', en: 'faulty card' },
  renewal: { zh: '到期换发', en: 'renewal' },
  'data-change': { zh: '资料变更', en: 'change of data' },
} as const satisfies Record<string, Text>;
export type ReasonCode = keyof typeof REASONS;

/** Reasons for which a successor is ordered. `charged`: the city's replacement fee is due; it is not for the rest. */
export const REPLACEMENT_REASONS = [
  { reason: 'lost', charged: true },
  { reason: 'stolen', charged: true },
  { reason: 'damaged', charged: true },
  { reason: 'faulty', charged: false },
  { reason: 'renewal', charged: false },
  { reason: 'data-change', charged: false },
  { reason: 'lost-in-delivery', charged: false },
] as const satisfies readonly { reason: ReasonCode; charged: boolean }[];
export type ReplacementReason = (typeof REPLACEMENT_REASONS)[number]['reason'];

/** In fen (1/100 yuan). @throws RangeError for a reason that is none of a replacement */
export function replacementFeeFen(reason: ReplacementReason, cityFeeFen: number): number {
  const entry = REPLACEMENT_REASONS.find((candidate) => candidate.reason === reason);
  if (entry === undefined) throw new RangeError(`no reason of a replacement: ${String(reason)}`);
  return entry.charged ? cityFeeFen : 0;
}
