/**
 * States of a card order (FIELD.md, "Counter"; this part of them). Every change of state in the database goes
 * through `nextCardState`: what is not in the table cannot happen, and the message says what can.
 */
import type { Text } from '@rhc/card/errors';
import { issuerErrors } from '../errors.ts';

export const CARD_STATES = ['ordered', 'personalizing', 'personalized', 'active', 'failed', 'spoiled'] as const;
export type CardState = (typeof CARD_STATES)[number];

/** States in which a card is, or may become, the resident's card: at most one such card a resident. */
export const LIVE_CARD_STATES = ['ordered', 'personalizing', 'personalized', 'active', 'failed'] as const;
/** States in which a chip belongs to its order: a card factor occurs at most once among them. */
export const CHIP_HOLDING_STATES = ['personalizing', 'personalized', 'active', 'failed'] as const;

export type CardMove =
  /** The chip's factor was bound and the card's data frozen; nothing has been written yet. */
  | 'bind-chip'
  /** Read back byte for byte, genuine, the negative control held. */
  | 'verified'
  /** A verdict that repetition does not cure (CARD.md: differing read-back, master key accepted, not genuine). */
  | 'rejected'
  /** Somebody looked into a rejected card and lets it run again on the same chip. */
  | 'retry'
  /** Handed over to its holder. */
  | 'hand-over'
  /** The chip is waste (废卡); its issue serial stays used. */
  | 'spoil';

interface Transition {
  readonly from: readonly CardState[];
  readonly to: CardState;
}

export const CARD_TRANSITIONS: Readonly<Record<CardMove, Transition>> = {
  'bind-chip': { from: ['ordered'], to: 'personalizing' },
  verified: { from: ['personalizing'], to: 'personalized' },
  rejected: { from: ['personalizing'], to: 'failed' },
  retry: { from: ['failed'], to: 'personalizing' },
  'hand-over': { from: ['personalized'], to: 'active' },
  spoil: { from: ['ordered', 'personalizing', 'personalized', 'failed'], to: 'spoiled' },
};

export const CARD_STATE_TEXTS: Readonly<Record<CardState, Text>> = {
  ordered: { zh: '已订制', en: 'ordered' },
  personalizing: { zh: '个人化中', en: 'personalizing' },
  personalized: { zh: '已个人化，待领', en: 'personalized, to be handed over' },
  active: { zh: '已启用', en: 'active' },
  failed: { zh: '个人化未通过', en: 'personalization rejected' },
  spoiled: { zh: '废卡', en: 'spoiled' },
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
