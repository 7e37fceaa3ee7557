/**
 * What hospital IT watches of a desk (`/metrics` on loopback): readers and cards, what is open or waits, what became of
 * writes. No label comes from a card, a person or a page.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ClockState } from './contract/clock.ts';
import type { WrittenElement } from './contract/writes.ts';

export interface WatchedParts {
  readonly readers: () => readonly { readonly card: unknown }[];
  readonly pcsc: () => { readonly state: string; readonly restarts: number };
  readonly openWrites: () => number;
  readonly queue: () => { readonly waiting: number; readonly lost: number } | null;
  readonly auditWaiting: () => number | null;
  readonly hotlistAgeHours: () => number | null;
  readonly clock: () => ClockState;
}

export interface AgentMetrics {
  written(kind: string, elements: readonly WrittenElement[] | null, by: string | undefined): void;
  inserted(isHealthCard: boolean): void;
}

/** A value that is not known is not told: a hole in the curve, not a zero. */
export function agentMetrics(registry: Registry, parts: WatchedParts): AgentMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number | null) => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const now = value();
        if (now === null) this.remove();
        else this.set(now);
      },
    });
  };
  gauge('rhc_agent_readers', 'Readers that are plugged in', () => parts.readers().length);
  gauge('rhc_agent_cards', 'Cards that lie in them', () => parts.readers().filter(({ card }) => card !== null).length);
  gauge('rhc_agent_pcsc_running', '1 while the smart card service answers', () =>
    parts.pcsc().state === 'running' ? 1 : 0,
  );
  gauge('rhc_agent_pcsc_restarts', 'Restarts of the reader process', () => parts.pcsc().restarts);
  gauge('rhc_agent_open_writes', 'Writes whose outcome is not known yet', parts.openWrites);
  gauge('rhc_agent_events_waiting', 'Events to be told to card-issuer', () => parts.queue()?.waiting ?? null);
  gauge('rhc_agent_events_lost', 'Events that queue or disk did not take', () => parts.queue()?.lost ?? null);
  gauge('rhc_agent_audit_waiting', 'Lines of the local audit to be uploaded', parts.auditWaiting);
  gauge('rhc_agent_hotlist_age_hours', 'Age of the hotlist at hand', parts.hotlistAgeHours);
  gauge('rhc_agent_clock_off_seconds', "This machine's clock against the services, ahead positive", () => {
    return parts.clock().offSeconds;
  });
  const insertions = new Counter({
    name: 'rhc_agent_insertions_total',
    help: 'Cards put in',
    labelNames: ['card'],
    registers,
  });
  const elements = new Counter({
    name: 'rhc_agent_written_elements_total',
    help: 'Elements of writes by what the chip showed',
    labelNames: ['kind', 'outcome', 'asked_by'],
    registers,
  });
  return {
    inserted: (isHealthCard) => insertions.inc({ card: isHealthCard ? 'health' : 'other' }),
    written(kind, written, by) {
      const askedBy = by === 'mailbox' ? 'card-issuer' : by === undefined ? 'desk' : 'page';
      for (const { outcome } of written ?? []) elements.inc({ kind, outcome, asked_by: askedBy });
    },
  };
}
