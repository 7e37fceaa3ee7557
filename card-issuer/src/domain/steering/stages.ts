/**
 * The funnel from a collected record to a card in use. Each stage is counted by the database at the very write that makes
 * it true (a trigger on `residents`, `cards` and `card_moves`), once for a resident's first card; nobody reports a number.
 */
import type { Text } from '@rhc/card/errors';

export const STAGES = [
  { id: 'collected', text: { zh: '已采集', en: 'collected' } },
  { id: 'clean', text: { zh: '数据合格', en: 'clean' } },
  { id: 'approved', text: { zh: '已核准', en: 'approved' } },
  { id: 'personalized', text: { zh: '已个人化', en: 'personalized' } },
  { id: 'checked', text: { zh: '已检验', en: 'checked' } },
  { id: 'delivered', text: { zh: '已送达', en: 'delivered' } },
  { id: 'activated', text: { zh: '已启用', en: 'activated' } },
  { id: 'first-used', text: { zh: '已首用', en: 'first used' } },
] as const satisfies readonly { readonly id: string; readonly text: Text }[];

export type Stage = (typeof STAGES)[number]['id'];
export const STAGE_IDS: readonly Stage[] = STAGES.map(({ id }) => id);

/** Number of residents or first cards that have passed each stage. */
export type StageCounts = Readonly<Record<Stage, number>>;

export const NO_COUNTS: StageCounts = Object.freeze(
  Object.fromEntries(STAGE_IDS.map((id) => [id, 0])) as Record<Stage, number>,
);

export function addCounts(a: StageCounts, b: StageCounts): StageCounts {
  return Object.fromEntries(STAGE_IDS.map((id) => [id, a[id] + b[id]])) as Record<Stage, number>;
}

export interface Leak {
  readonly from: Stage;
  readonly to: Stage;
  /** Those that have passed `from` and not yet `to`. */
  readonly waiting: number;
}

/** Where the most wait between two stages; null when nothing does. */
export function largestLeak(counts: StageCounts): Leak | null {
  let worst: Leak | null = null;
  for (let at = 1; at < STAGE_IDS.length; at++) {
    const [from, to] = [STAGE_IDS[at - 1] as Stage, STAGE_IDS[at] as Stage];
    const waiting = counts[from] - counts[to];
    if (waiting > (worst?.waiting ?? 0)) worst = { from, to, waiting };
  }
  return worst;
}
