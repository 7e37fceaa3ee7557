/**
 * Expiry and renewal waves: which cards run out, by month and county, and a bulk run that makes their successors. A card
 * stays in use until its line's turn comes, and from then on until its successor is handed over; who lost it meanwhile has
 * a line that fails with its reason and stops nothing.
 */
import type { Bulk } from './bulk.ts';
import { type Clock, dayInChina, timestamp } from './clock.ts';
import type { BulkRun } from './domain/bulk.ts';
import { issuerErrors } from './errors.ts';
import { idempotentCall } from './idempotent-call.ts';
import { type Database, remembered, renewals } from './store/index.ts';

export interface RenewalWave extends renewals.RenewalSpan {
  readonly name: string;
  readonly cards: number;
  readonly actor: string;
}

export class Renewals {
  readonly #parts: { readonly database: Database; readonly clock: Clock; readonly bulk: Bulk };

  constructor(parts: { readonly database: Database; readonly clock: Clock; readonly bulk: Bulk }) {
    this.#parts = parts;
  }

  /** @param months from this month on, in China */
  async overview(months: number): Promise<{ months: string[]; counts: renewals.ExpiryCount[] }> {
    const { database, clock } = this.#parts;
    const list = monthsFrom(dayInChina(clock.nowMs()).slice(0, 7), months);
    const span = { from: list[0] as string, to: list.at(-1) as string };
    return { months: list, counts: await renewals.countExpiring(database, span) };
  }

  /** @throws RENEWAL_EMPTY */
  async begin({ name, cards, actor, ...span }: RenewalWave, key: string | null): Promise<BulkRun> {
    const { database, clock, bulk } = this.#parts;
    const call = idempotentCall('renewal-wave', key, { name, cards, actor, ...span }, timestamp(clock.nowMs()));
    return remembered(database, call, async () => {
      const found = await renewals.listRenewable(database, span, cards);
      if (found.length === 0) throw issuerErrors.make('RENEWAL_EMPTY');
      const residentIds = found.map(({ residentId }) => residentId);
      const replaces = Object.fromEntries(found.map(({ residentId, cardId }) => [residentId, cardId]));
      return bulk.create({ name, residentIds, replaces, actor }, key);
    });
  }
}

/** `count` months from `YYYY-MM` on. */
function monthsFrom(first: string, count: number): string[] {
  const [year, month] = first.split('-').map(Number) as [number, number];
  return Array.from({ length: count }, (_, at) => {
    const index = year * 12 + month - 1 + at;
    return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  });
}
