/**
 * What an operator watches of issuing (`/metrics`): who dialled in to this node, what is under way in the database, how old
 * the hotlist is. No label comes from a person, a card or a place.
 */
import { Gauge, type Registry } from 'prom-client';
import type { Issuer } from './app.ts';
import type { Clock } from './clock.ts';

const HOUR_MS = 3_600_000;

export function issuerMetrics(
  registry: Registry,
  { hub, service, bulk, hotlist }: Issuer,
  clock: Pick<Clock, 'nowMs'>,
): void {
  /** A value that is not to be had (no list yet, the database is away) is not told: a hole in the curve, not a zero. */
  const gauge = (name: string, help: string, value: () => number | null | Promise<number | null>) => {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const now = await Promise.resolve()
          .then(value)
          .catch(() => null);
        if (now === null) this.remove();
        else this.set(now);
      },
    });
  };
  gauge('rhc_issuer_agents', 'Agents that are connected to this node', () => hub.agents().length);
  gauge('rhc_issuer_readers', 'Readers of those agents', () =>
    hub.agents().reduce((sum, { readers }) => sum + readers.length, 0),
  );
  gauge('rhc_issuer_open_jobs', 'Personalizations that wait or run, on all nodes', () => service.openJobs());
  gauge('rhc_issuer_bulk_lines', 'Lines of bulk runs that are not made yet, on all nodes', () => bulk.openLines());
  gauge('rhc_issuer_hotlist_age_hours', 'Age of the newest hotlist', async () => {
    const [newest] = (await hotlist.versions({ limit: 1 })).entries;
    return newest === undefined ? null : (clock.nowMs() - Date.parse(newest.madeAt)) / HOUR_MS;
  });
}
