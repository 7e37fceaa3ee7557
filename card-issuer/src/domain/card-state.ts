/**
 * The life of a card (FIELD.md, "Counter") as one declared table: states, moves, who may ask for a move, for which
 * reasons, with how many people. Every change of state in the database goes through `nextCardState`: what is not in the
 * table cannot happen. "Replaced by" is no state but a link (`replaces`): a card may be `replacing` (still usable while
 * its successor is made) or lost, and is cancelled in the same transaction in which the successor is handed over.
 */
import type { Text } from '@rhc/card/errors';
import { issuerErrors } from '../errors.ts';
import type { ReasonCode } from './card-reasons.ts';
import type { CardState } from './card-states.ts';

export { CARD_STATE_TEXTS, CARD_STATES, type CardState } from './card-states.ts';

/** States in which a card is, or may become, the resident's card: at most one such card a resident (`cards_one_live`). */
export const LIVE_CARD_STATES = [
  'ordered',
  'personalizing',
  'personalized',
  'failed',
  'in-delivery',
  'active',
  'suspended',
] as const;
/** States in which a card is in use by its holder: at most one a resident (`cards_one_active`). */
export const USABLE_CARD_STATES = ['active', 'suspended', 'replacing'] as const;
/** States in which a chip belongs to its order, for ever but for waste: a card factor occurs once among them. */
export const CHIP_HOLDING_STATES = [
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
] as const;
/** States in which a card is out of use, or is being replaced: its successor is ordered and the card stays as it is. */
export const SUCCEEDED_STATES = ['lost', 'expired', 'cancelled', 'returned', 'destroyed', 'replacing'] as const;
/** States that the hotlist carries: the chip may be in somebody's hand and must not be served. */
export const LISTED_CARD_STATES = ['suspended', 'lost', 'cancelled'] as const;

export type CardMove =
  /** The chip's factor was bound and the card's data frozen; nothing has been written yet. */
  | 'bind-chip'
  /** Read back byte for byte, genuine, the negative control held. */
  | 'verified'
  /** A verdict that repetition does not cure (CARD.md: differing read-back, master key accepted, not genuine). */
  | 'rejected'
  /** Somebody looked into a rejected card and lets it run again on the same chip. */
  | 'retry'
  /** The chip is waste (废卡); its issue serial stays used. */
  | 'spoil'
  /** Given up before anything was written: no chip is waste, so nobody needs to witness it. */
  | 'withdraw'
  | 'send'
  | 'send-back'
  /** Handed over to its holder. */
  | 'hand-over'
  /** Temporary loss, also by phone: holds until a stated time, then lapses. */
  | 'suspend'
  | 'lift'
  /** The time of a temporary loss is over and nobody confirmed it. */
  | 'lapse'
  | 'report-lost'
  | 'found'
  /** A successor was ordered while the card is in use. */
  | 'begin-replacement'
  | 'keep'
  /** The successor was handed over. */
  | 'supersede'
  | 'expire'
  | 'cancel'
  | 'take-back'
  | 'destroy';

export interface Transition {
  readonly from: readonly CardState[];
  readonly to: CardState;
  readonly text: Text;
  /** Null: the system moves the card, nobody asks for it by this name. */
  readonly asked: null | {
    /** One of these must be given. */
    readonly reasons: readonly ReasonCode[];
    /** True when a second, different person signs (`card_moves_two_people`). */
    readonly twoPeople?: true;
    /** True when the holder takes away a receipt. */
    readonly receipt?: true;
  };
}

export const CARD_TRANSITIONS: Readonly<Record<CardMove, Transition>> = {
  'bind-chip': {
    from: ['ordered'],
    to: 'personalizing',
    text: { zh: '绑定芯片', en: 'bind the chip' },
    asked: null,
  },
  verified: {
    from: ['personalizing'],
    to: 'personalized',
    text: { zh: '回读检验通过', en: 'verified by read-back' },
    asked: null,
  },
  rejected: {
    from: ['personalizing'],
    to: 'failed',
    text: { zh: '检验未通过', en: 'verification failed' },
    asked: null,
  },
  retry: { from: ['failed'], to: 'personalizing', text: { zh: '重试', en: 'retry' }, asked: null },
  spoil: {
    from: ['ordered', 'personalizing', 'personalized', 'failed'],
    to: 'spoiled',
    text: { zh: '作废', en: 'spoil' },
    asked: null,
  },
  withdraw: {
    from: ['ordered'],
    to: 'spoiled',
    text: { zh: '撤销订单', en: 'Withdraw order' },
    asked: { reasons: ['ordered-in-error', 'replacement-given-up'] },
  },
  send: {
    from: ['personalized'],
    to: 'in-delivery',
    text: { zh: '发出', en: 'Send' },
    asked: { reasons: ['courier', 'village-station', 'other-counter'] },
  },
  'send-back': {
    from: ['in-delivery'],
    to: 'personalized',
    text: { zh: '未送达退回', en: 'Came back' },
    asked: { reasons: ['undeliverable', 'not-collected'] },
  },
  'hand-over': {
    from: ['personalized', 'in-delivery'],
    to: 'active',
    text: { zh: '交付启用', en: 'hand over' },
    asked: null,
  },
  suspend: {
    from: ['active'],
    to: 'suspended',
    text: { zh: '口头挂失', en: 'Suspend' },
    asked: { reasons: ['loss-by-phone', 'loss-at-counter', 'misuse-suspected'], receipt: true },
  },
  lift: {
    from: ['suspended'],
    to: 'active',
    text: { zh: '解除挂失', en: 'Lift suspension' },
    asked: { reasons: ['found-by-holder', 'reported-in-error'], receipt: true },
  },
  lapse: {
    from: ['suspended'],
    to: 'active',
    text: { zh: '挂失到期自动解除', en: 'suspension lapsed' },
    asked: null,
  },
  'report-lost': {
    from: ['active', 'suspended', 'replacing', 'in-delivery'],
    to: 'lost',
    text: { zh: '正式挂失', en: 'Report lost' },
    asked: { reasons: ['lost', 'stolen', 'lost-in-delivery'], receipt: true },
  },
  found: {
    from: ['lost'],
    to: 'active',
    text: { zh: '找回', en: 'Found again' },
    asked: { reasons: ['found-by-holder', 'reported-in-error'], receipt: true },
  },
  'begin-replacement': {
    from: ['active'],
    to: 'replacing',
    text: { zh: '换发中', en: 'replacement begun' },
    asked: null,
  },
  keep: {
    from: ['replacing'],
    to: 'active',
    text: { zh: '不再换发', en: 'Keep the old card' },
    asked: { reasons: ['replacement-given-up'] },
  },
  supersede: {
    from: ['replacing', 'lost'],
    to: 'cancelled',
    text: { zh: '已由新卡取代', en: 'superseded by the new card' },
    asked: null,
  },
  expire: {
    from: ['active', 'suspended', 'replacing'],
    to: 'expired',
    text: { zh: '有效期满', en: 'expired' },
    asked: null,
  },
  cancel: {
    from: ['personalized', 'active', 'suspended', 'replacing', 'lost', 'expired'],
    to: 'cancelled',
    text: { zh: '注销', en: 'Cancel' },
    asked: { reasons: ['holder-request', 'holder-deceased', 'moved-away', 'issued-in-error', 'misuse'], receipt: true },
  },
  'take-back': {
    from: ['cancelled', 'expired'],
    to: 'returned',
    text: { zh: '收回', en: 'Take back' },
    asked: { reasons: ['handed-in', 'found-by-third'], receipt: true },
  },
  destroy: {
    from: ['returned'],
    to: 'destroyed',
    text: { zh: '销毁', en: 'Destroy' },
    asked: { reasons: ['routine-destruction'], twoPeople: true },
  },
};

/** The state after `move`, or CARD_STATE_FORBIDS. */
export function nextCardState(state: CardState, move: CardMove): CardState {
  const transition = CARD_TRANSITIONS[move];
  if (!transition.from.includes(state)) {
    throw issuerErrors.make('CARD_STATE_FORBIDS', {
      detail: `${move} from ${state}; allowed from ${transition.from.join(', ')}`,
    });
  }
  return transition.to;
}

/** States from which a successor may be ordered, where there is none. */
export const replaceableStates = (): readonly CardState[] => [
  ...CARD_TRANSITIONS['begin-replacement'].from,
  ...SUCCEEDED_STATES,
];

/** Moves that a person may ask for in this state, in the order of the table. */
export function movesFrom(state: CardState): CardMove[] {
  return (Object.keys(CARD_TRANSITIONS) as CardMove[]).filter(
    (move) => CARD_TRANSITIONS[move].asked !== null && CARD_TRANSITIONS[move].from.includes(state),
  );
}
