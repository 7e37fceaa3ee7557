/** Waiting times between attempts to reach card-issuer: doubling to a ceiling, spread so that a county's agents do not knock at once. */
export interface BackoffLimits {
  readonly firstMs: number;
  readonly ceilingMs: number;
}

/** @param attempt 0 for the first wait. @param spread a number in [0, 1) from the caller's randomness. */
export function backoffMs(attempt: number, limits: BackoffLimits, spread: number): number {
  if (!Number.isSafeInteger(attempt) || attempt < 0) throw new RangeError('attempt must be a natural number');
  if (!(spread >= 0 && spread < 1)) throw new RangeError('spread must be in [0, 1)');
  const full = Math.min(limits.ceilingMs, limits.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(full / 2 + (full / 2) * spread);
}
