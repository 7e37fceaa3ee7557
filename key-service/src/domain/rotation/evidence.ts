/** Evidence from the field: who has been seen on the new version, who may still need the old one, and for how long. Pure. */
import type { RotationEvidence } from '../../contract/rotation.ts';

export interface Population {
  readonly reporter: string;
  readonly kind: 'card' | 'sam';
  readonly region: string;
  readonly total: number;
  readonly reportedAt: Date;
}
export interface Sighting extends Omit<Population, 'total'> {
  readonly slot: string;
  readonly version: number;
  readonly count: number;
}
export interface FieldReports {
  readonly populations: readonly Population[];
  readonly sightings: readonly Sighting[];
}

const MONTHS_AT_MOST = 60;

/** Months after which the share `left` remains: (1-p)^t = left. */
export const monthsUntil = (left: number, monthlyContact: number): number =>
  Math.log(left) / Math.log(1 - monthlyContact);

/**
 * @param loaded cards that this system loaded with the old version, reported or not
 * A region without a population report counts those seen on any version; silence is no evidence that a card is gone.
 */
export function evidenceOf(
  { slot, from, to }: { readonly slot: string; readonly from: number; readonly to: number },
  { populations, sightings }: FieldReports,
  loaded: number,
  monthlyContact: number,
): RotationEvidence {
  const own = sightings.filter((each) => each.slot === slot);
  const places = new Map<string, { kind: 'card' | 'sam'; region: string }>();
  for (const { kind, region } of [...populations, ...own]) places.set(`${kind} ${region}`, { kind, region });
  const regions = [...places.values()].map(({ kind, region }) => {
    const here = (each: { kind: string; region: string }) => each.kind === kind && each.region === region;
    const seenOn = (newer: boolean) =>
      own
        .filter((each) => here(each) && (newer ? each.version >= to : each.version === from))
        .reduce((sum, { count }) => sum + count, 0);
    const told = populations.filter(here).reduce((sum, { total }) => sum + total, 0);
    const seen = seenOn(true);
    const total = Math.max(told, seen, seenOn(false));
    const times = [...populations, ...own].filter(here).map(({ reportedAt }) => reportedAt.getTime());
    const lastReport = new Date(Math.max(...times)).toISOString();
    return { kind, region, total, seen, waiting: total - seen, lastReport };
  });
  regions.sort((a, b) => b.waiting - a.waiting || (a.region < b.region ? -1 : 1));
  const cards = regions.filter(({ kind }) => kind === 'card').reduce((sum, { total }) => sum + total, 0);
  const unreported = Math.max(0, loaded - cards);
  const waiting = regions.reduce((sum, each) => sum + each.waiting, 0) + unreported;
  return {
    slot,
    regions,
    waiting,
    total: regions.reduce((sum, each) => sum + each.total, 0) + unreported,
    unreported,
    projection: projection(waiting, monthlyContact),
    monthsToRetire: waiting === 0 ? 0 : monthsUntil(1 / (waiting + 1), monthlyContact),
  };
}

/** (1-p)^t of those that wait, until under one or 60 months. */
function projection(waiting: number, monthlyContact: number): { month: number; waiting: number }[] {
  const rows: { month: number; waiting: number }[] = [];
  for (let month = 0; month <= MONTHS_AT_MOST; month++) {
    const left = waiting * (1 - monthlyContact) ** month;
    rows.push({ month, waiting: Math.round(left * 10) / 10 });
    if (left < 1) break;
  }
  return rows;
}
