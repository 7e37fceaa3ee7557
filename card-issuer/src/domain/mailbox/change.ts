/** A change for many cards at once: counted first, begun by a second person, carried out in pieces that a crash cannot halve. */
import type { Text } from '@rhc/card/errors';
import type { MailboxContent } from '@rhc/reader-agent/contract';

export const CHANGE_STATES = {
  counting: { zh: '试算中', en: 'counting (dry run)' },
  ready: { zh: '待第二人启动', en: 'counted; a second person starts it' },
  running: { zh: '投递中', en: 'being put into mailboxes' },
  done: { zh: '已全部投递', en: 'in all mailboxes' },
  cancelled: { zh: '已取消', en: 'cancelled' },
} as const satisfies Record<string, Text>;
export type ChangeState = keyof typeof CHANGE_STATES;

/** `register`: what the register says now of these elements, for each card its own. */
export type ChangeContent = MailboxContent | { readonly kind: 'register'; readonly elements: readonly string[] };

export interface ChangeSelection {
  /** First digits of the county code. */
  readonly areaPrefix?: string | undefined;
  readonly cardIds?: readonly string[] | undefined;
  /** `YYYY-MM-DD`: cards whose last day is before it. */
  readonly expiresBefore?: string | undefined;
}

export interface MailboxChange {
  readonly id: string;
  readonly name: string;
  readonly state: ChangeState;
  readonly content: ChangeContent;
  readonly selection: ChangeSelection;
  readonly lapsesAt: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly startedBy: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Cards looked at, updates made (or, while counting, that would be), cards that need none, cards refused. */
  readonly looked: number;
  readonly made: number;
  readonly needless: number;
  readonly refused: number;
  /** Of the dry run; null before it ended. */
  readonly total: number | null;
  /** Up to 20 cards that were refused, with the code. */
  readonly refusals: readonly { readonly cardId: string; readonly code: string }[];
  readonly cursor: string;
}
