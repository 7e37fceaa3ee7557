/**
 * Lock-out after failures in a row: five tries, then a quarter of an hour that doubles with every further failure, up to
 * a day. Counted for whoever is claimed to sign in, never for a network address (a whole clinic shares one). The counts
 * live in a store, so that every node knows them.
 */
import { shellErrors } from './errors.ts';

export interface FailureCount {
  readonly failures: number;
  readonly lockedUntil: Date | null;
}

export interface LockOutStore {
  find(subject: string): Promise<FailureCount | null>;
  /** Adds one failure in one statement and gives the new count: two tries at once count twice. */
  addFailure(subject: string, at: Date): Promise<number>;
  lock(subject: string, until: Date): Promise<void>;
  clear(subject: string): Promise<void>;
}

export interface LockOutLimits {
  readonly tries: number;
  readonly firstLockMs: number;
  readonly longestLockMs: number;
}

export const LOCK_OUT: LockOutLimits = { tries: 5, firstLockMs: 15 * 60_000, longestLockMs: 24 * 3_600_000 };

export class LockOut {
  readonly #store: LockOutStore;
  readonly #now: () => Date;
  readonly #limits: LockOutLimits;

  constructor(store: LockOutStore, now: () => Date, limits: LockOutLimits = LOCK_OUT) {
    this.#store = store;
    this.#now = now;
    this.#limits = limits;
  }

  /** @returns seconds to wait; 0 when the subject may try */
  async waitSeconds(subject: string): Promise<number> {
    const until = (await this.#store.find(subject))?.lockedUntil ?? null;
    return until === null ? 0 : Math.max(0, Math.ceil((until.getTime() - this.#now().getTime()) / 1000));
  }

  /** @throws LOCKED_OUT; `retryAfter` is told the seconds first */
  async require(subject: string, retryAfter: (seconds: number) => void): Promise<void> {
    const seconds = await this.waitSeconds(subject);
    if (seconds === 0) return;
    retryAfter(seconds);
    throw shellErrors.make('LOCKED_OUT', { detail: subject });
  }

  /** @returns true when this failure locked the subject */
  async failed(subject: string): Promise<boolean> {
    const { tries, firstLockMs, longestLockMs } = this.#limits;
    const failures = await this.#store.addFailure(subject, this.#now());
    if (failures < tries) return false;
    const lockMs = Math.min(firstLockMs * 2 ** (failures - tries), longestLockMs);
    await this.#store.lock(subject, new Date(this.#now().getTime() + lockMs));
    return true;
  }

  succeeded(subject: string): Promise<void> {
    return this.#store.clear(subject);
  }
}
