/**
 * Bulk runs (thousands of cards on many readers). A run is a queue of residents; a station is a reader that works for it:
 * whoever puts a blank in gets the next card. A bad line or a bad card stops nothing. The first card of every new product,
 * profile or set of key versions is a sample: it is looked at and approved by two people before the rest is made.
 */
import type { ErrorBody, Text } from '@rhc/card/errors';

export const BULK_RUN_STATES = {
  'awaiting-sample': { zh: '等待样卡', en: 'waiting for the sample card' },
  'sample-review': { zh: '样卡待双人核准', en: 'sample waits for approval by two people' },
  running: { zh: '制卡中', en: 'running' },
  paused: { zh: '已暂停', en: 'paused' },
  done: { zh: '已完成', en: 'done' },
  cancelled: { zh: '已取消', en: 'cancelled' },
} as const satisfies Record<string, Text>;
export type BulkRunState = keyof typeof BULK_RUN_STATES;

export const BULK_ITEM_STATES = ['queued', 'taken', 'done', 'failed', 'removed'] as const;
export type BulkItemState = (typeof BULK_ITEM_STATES)[number];

export interface BulkRun {
  readonly id: string;
  readonly name: string;
  readonly state: BulkRunState;
  readonly pausedFrom: BulkRunState | null;
  readonly sampleCardId: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly endedAt: string | null;
}

export interface BulkItem {
  readonly id: string;
  readonly runId: string;
  readonly position: number;
  readonly residentId: string;
  readonly cardId: string | null;
  /** The card whose successor this line makes; null: a first card. */
  readonly replaces: string | null;
  readonly state: BulkItemState;
  readonly error: ErrorBody | null;
  readonly endedAt: string | null;
}

export interface BulkProgress {
  readonly counts: Readonly<Record<BulkItemState, number>>;
  /** Cards an hour, over the last hour of work or since the first card; null before two cards are done. */
  readonly cardsPerHour: number | null;
  readonly secondsLeft: number | null;
}

/** States in which stations take work. */
export const WORKING: readonly BulkRunState[] = ['awaiting-sample', 'running'];
const ENDED: readonly BulkRunState[] = ['done', 'cancelled'];

export const canPause = (state: BulkRunState): boolean => !ENDED.includes(state) && state !== 'paused';

/** @param done cards that were finished in the last hour, and when the first of them was, ISO 8601 */
export function bulkProgress(
  counts: BulkProgress['counts'],
  { count, first }: { readonly count: number; readonly first: string | null },
  nowMs: number,
): BulkProgress {
  if (first === null || count < 2) return { counts, cardsPerHour: null, secondsLeft: null };
  const hours = (nowMs - Date.parse(first)) / 3_600_000;
  // The first card ends the span before it, so it does not count into the span that begins with it.
  const cardsPerHour = hours > 0 ? (count - 1) / hours : null;
  const left = counts.queued + counts.taken;
  return { counts, cardsPerHour, secondsLeft: cardsPerHour ? Math.ceil((left / cardsPerHour) * 3600) : null };
}

/** What a sample stands for: cards with another fingerprint need a sample of their own. */
export function productionFingerprint(made: {
  readonly product: string;
  readonly profileVersion: string;
  readonly keys: readonly { readonly slot: string; readonly version: number }[];
}): string {
  const keys = made.keys.map(({ slot, version }) => `${slot}#${version}`).sort();
  return `${made.product}/${made.profileVersion}/${keys.join(',')}`;
}

/** A place between two neighbours; null = the end on that side. @throws RangeError when there is no room left */
export function positionBetween(before: number | null, after: number | null): number {
  if (before === null && after === null) return 1;
  if (before === null) return (after as number) - 1;
  if (after === null) return before + 1;
  const middle = (before + after) / 2;
  if (!(middle > before && middle < after)) throw new RangeError('no room between the two positions');
  return middle;
}
