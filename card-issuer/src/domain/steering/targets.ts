/** What the province has promised (the mission): cards in residents' hands, and by when. */
import type { Text } from '@rhc/card/errors';

export interface Target {
  readonly id: string;
  readonly text: Text;
  readonly cards: number;
  /** `YYYY-MM-DD`; null: promised without a day. */
  readonly by: string | null;
}

/** Residents of Hebei, as the mission counts them. */
export const PROVINCE_POPULATION = 73_000_000;

/** @param year of the first target: one million cards within the year */
export function targetsOf(year: number, population = PROVINCE_POPULATION): readonly Target[] {
  return [
    {
      id: 'first-million',
      text: { zh: '年内一百万张', en: 'one million within the year' },
      cards: 1_000_000,
      by: `${year}-12-31`,
    },
    {
      id: 'forty-per-cent',
      text: { zh: '覆盖 40%', en: '40 % of residents' },
      cards: Math.ceil(population * 0.4),
      by: null,
    },
    {
      id: 'seventy-five-per-cent',
      text: { zh: '覆盖 75%', en: '75 % of residents' },
      cards: Math.ceil(population * 0.75),
      by: `${year + 5}-12-31`,
    },
  ];
}
