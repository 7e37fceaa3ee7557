/**
 * An update that waits in a card's mailbox: its kinds, its states, and what a result of an agent makes of it. What the chip
 * shows is the truth: "applied" counts whenever it comes, and nothing that was sent is ever called undone without a look.
 */
import type { Text } from '@rhc/card/errors';
import type { MailboxContent, MailboxResult } from '@rhc/reader-agent/contract';

export const UPDATE_KINDS = ['patch', 'rekey', 'notice'] as const;
export type UpdateKind = (typeof UPDATE_KINDS)[number];

export const UPDATE_STATES = {
  waiting: { zh: '等待', en: 'waiting' },
  leased: { zh: '已交终端', en: 'leased to an agent' },
  applied: { zh: '已执行', en: 'applied' },
  'not-applied': { zh: '未执行', en: 'not applied' },
  unknown: { zh: '结果未知', en: 'outcome unknown' },
  superseded: { zh: '已被取代', en: 'superseded' },
  lapsed: { zh: '已过期', en: 'lapsed' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
} as const satisfies Record<string, Text>;
export type UpdateState = keyof typeof UPDATE_STATES;

/** Something may still have to be done: the content is kept. */
export const OPEN_STATES = ['waiting', 'leased', 'unknown'] as const satisfies readonly UpdateState[];
export const isOpenState = (state: UpdateState): boolean => (OPEN_STATES as readonly string[]).includes(state);

/** After so many deliveries an update that fails again and again waits for a person instead. */
export const MAX_DELIVERIES = 12;

export interface MailboxUpdate {
  readonly id: string;
  readonly cardId: string;
  readonly sequence: number;
  readonly kind: UpdateKind;
  readonly state: UpdateState;
  /** Elements, key slots or notice that it is about: no values. */
  readonly subjects: readonly string[];
  /** Null once nothing can be done with it any more: values are not kept longer than they serve. */
  readonly content: MailboxContent | null;
  readonly lease: number;
  readonly leasedBy: string | null;
  readonly leasedUntil: string | null;
  readonly code: string | null;
  readonly supersededBy: string | null;
  readonly changeId: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly lapsesAt: string | null;
  readonly settledAt: string | null;
}

/** The state after a result; null: it says nothing new (told twice, or outdated by a later delivery). */
export function stateAfter(
  update: Pick<MailboxUpdate, 'state' | 'lease'>,
  result: Pick<MailboxResult, 'lease' | 'outcome' | 'retriable'>,
): UpdateState | null {
  if (result.lease > update.lease || update.state === 'applied') return null;
  if (result.outcome === 'applied') return 'applied';
  if (result.lease < update.lease || !isOpenState(update.state) || update.state === 'waiting') return null;
  if (result.outcome === 'unknown') return update.state === 'unknown' ? null : 'unknown';
  return result.retriable && update.lease < MAX_DELIVERIES ? 'waiting' : 'not-applied';
}

/** True when this contact may deliver the update: a card lies in one reader at a time, so another desk's lease is over. */
export function isDeliverable(
  update: Pick<MailboxUpdate, 'id' | 'state' | 'leasedBy'>,
  contact: { readonly agentId: string; readonly inHand: readonly string[] },
): boolean {
  if (!isOpenState(update.state)) return false;
  return update.state === 'waiting' || update.leasedBy !== contact.agentId || !contact.inHand.includes(update.id);
}
