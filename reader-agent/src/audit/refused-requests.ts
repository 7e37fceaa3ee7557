/**
 * Refused requests as counted entries: a page that hammers the agent must not fill the audit. Per minute one entry for each
 * kind, and of kinds at most a few; nothing of what was asked but the status, the sender's origin and whether it was paired.
 */
import type { Timers } from '../pcsc/supervisor.ts';
import type { LocalAudit } from './local-audit.ts';

export interface RefusedRequest {
  readonly code: string;
  /** As the browser sent it; null: none. */
  readonly origin: string | null;
}

const WINDOW_MS = 60_000;
const MAX_KINDS = 20;
const OTHERS = 'others';

export class RefusedRequests {
  readonly #audit: LocalAudit;
  readonly #timers: Timers;
  readonly #counts = new Map<string, { readonly code: string; readonly origin: string; count: number }>();
  #stop: (() => void) | null = null;

  constructor(audit: LocalAudit, timers: Timers) {
    this.#audit = audit;
    this.#timers = timers;
  }

  add({ code, origin }: RefusedRequest): void {
    const from = originText(origin);
    const key = `${code} ${from}`;
    const known = this.#counts.get(key) ?? (this.#counts.size < MAX_KINDS ? undefined : this.#counts.get(OTHERS));
    if (known !== undefined) known.count += 1;
    else if (this.#counts.size < MAX_KINDS) this.#counts.set(key, { code, origin: from, count: 1 });
    else this.#counts.set(OTHERS, { code: OTHERS, origin: OTHERS, count: 1 });
    this.#stop ??= this.#timers.after(WINDOW_MS, () => this.flush());
  }

  flush(): void {
    this.#stop?.();
    this.#stop = null;
    for (const { code, origin, count } of this.#counts.values()) {
      this.#audit.note('requests-refused', { code, origin, count });
    }
    this.#counts.clear();
  }
}

/** Origins are scheme, host and port; whatever else stands in the header is not repeated. */
function originText(origin: string | null): string {
  if (origin === null) return 'none';
  return /^https?:\/\/[A-Za-z0-9.:[\]-]{1,120}$/.test(origin) ? origin : 'not an origin';
}
