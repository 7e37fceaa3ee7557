/**
 * Rate limits per caller and, within a caller, per terminal (a SAM, a clinic's desk): one clinic that runs wild waits, all
 * others work on. Never per network address: a hospital stands behind one. Whoever is nobody shares one bucket, so that
 * sign-in pages answer while guessing is slow. Counted in this process: n nodes allow n times as much.
 */
import type { Context, Next } from 'koa';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { shellErrors } from './errors.ts';
import type { Principal } from './principal.ts';

export interface RateLimits {
  /** Requests a second by one principal of each role; the most generous of a principal's roles counts. */
  readonly perSecond: Readonly<Record<string, number>>;
  /** For principals of none of these roles, and for nobody. */
  readonly otherwise: number;
  /** Requests a second for one terminal named by a service (`X-RHC-Terminal`). */
  readonly perTerminal: number;
}

const TERMINAL_HEADER = 'x-rhc-terminal';
const MAX_TERMINAL_NAME = 64;
const NOBODY = 'nobody';

/** After authentication, before the body is read. */
export function limitRates(limits: RateLimits): (ctx: Context, next: Next) => Promise<void> {
  const limiters = new Map<number, RateLimiterMemory>();
  const limiter = (points: number): RateLimiterMemory => {
    const known = limiters.get(points) ?? new RateLimiterMemory({ points, duration: 1, keyPrefix: String(points) });
    limiters.set(points, known);
    return known;
  };
  const allowance = (principal: Principal | undefined): number => {
    const of = (principal?.roles ?? []).flatMap((role) => limits.perSecond[role] ?? []);
    return of.length === 0 ? limits.otherwise : Math.max(...of);
  };
  const spend = async (ctx: Context, points: number, key: string): Promise<void> => {
    try {
      await limiter(points).consume(key);
    } catch (refusal) {
      const waitMs = (refusal as { msBeforeNext?: number }).msBeforeNext;
      if (waitMs === undefined) throw refusal;
      ctx.set('Retry-After', String(Math.max(1, Math.ceil(waitMs / 1000))));
      throw shellErrors.make('RATE_LIMITED', { detail: key });
    }
  };
  return async (ctx, next) => {
    const principal = ctx.state.principal as Principal | undefined;
    const caller = principal?.id ?? NOBODY;
    await spend(ctx, allowance(principal), caller);
    const terminal = ctx.get(TERMINAL_HEADER).slice(0, MAX_TERMINAL_NAME);
    if (principal !== undefined && terminal !== '') await spend(ctx, limits.perTerminal, `${caller}/${terminal}`);
    await next();
  };
}
