/** A bucket of calls for each caller that refills with time. Bounded: of many callers the one longest silent is forgotten. */
export interface RateLimits {
  /** Calls at once after a pause. */
  readonly burst: number;
  readonly perSecond: number;
}

const MAX_CALLERS = 256;

export class RateLimit {
  readonly #limits: RateLimits;
  readonly #clock: () => number;
  readonly #buckets = new Map<string, { left: number; atMs: number }>();

  /** @param clock milliseconds that only grow */
  constructor(limits: RateLimits, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** False when the caller has to wait. */
  take(caller: string): boolean {
    const { burst, perSecond } = this.#limits;
    const now = this.#clock();
    const known = this.#buckets.get(caller) ?? { left: burst, atMs: now };
    const left = Math.min(burst, known.left + ((now - known.atMs) / 1000) * perSecond);
    this.#buckets.delete(caller);
    this.#buckets.set(caller, { left: Math.max(0, left - (left >= 1 ? 1 : 0)), atMs: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_CALLERS && oldest !== undefined) this.#buckets.delete(oldest);
    return left >= 1;
  }
}
