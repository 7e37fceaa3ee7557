/**
 * The lock of one reader's card: one owner at a time, and no owner for ever. A job of card-issuer holds a card over
 * several batches; when its server is never heard of again the lock expires by itself and the desk is free.
 */
import { agentErrors } from '../errors.ts';
import type { Timers } from '../pcsc/supervisor.ts';

export class CardLock {
  #timers: Timers;
  #leaseMs: number;
  #onFree: () => void;
  #owner: string | null = null;
  #cancelExpiry: () => void = () => undefined;

  /** @param onFree called after every release and expiry: whoever opened the card closes it here. */
  constructor(timers: Timers, leaseMs: number, onFree: () => void) {
    if (!Number.isSafeInteger(leaseMs) || leaseMs <= 0) throw new RangeError('leaseMs must be a positive integer');
    this.#timers = timers;
    this.#leaseMs = leaseMs;
    this.#onFree = onFree;
  }

  get owner(): string | null {
    return this.#owner;
  }

  /**
   * Takes the lock, or takes it again (which starts its time anew).
   * @throws READER_BUSY when somebody else holds it
   */
  take(owner: string): void {
    if (this.#owner !== null && this.#owner !== owner) {
      throw agentErrors.make('READER_BUSY', { detail: `held by ${this.#owner}` });
    }
    this.#owner = owner;
    this.#cancelExpiry();
    this.#cancelExpiry = this.#timers.after(this.#leaseMs, () => this.release(owner));
  }

  /** While work runs the lease does not expire: a batch may take longer than a lease. Ends with `take` or `release`. */
  keep(owner: string): void {
    this.take(owner);
    this.#cancelExpiry();
  }

  /** Nothing happens when `owner` does not hold it. */
  release(owner: string): void {
    if (this.#owner !== owner) return;
    this.#cancelExpiry();
    this.#owner = null;
    this.#onFree();
  }
}
