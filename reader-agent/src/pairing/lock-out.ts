/**
 * Guessing six digits: after some wrong codes nobody can pair for a while, and each further lock lasts twice as long. With
 * 5 guesses in the first quarter of an hour a guesser's chance is 1 in 200,000.
 */
const WRONG_CODES = 5;
const FIRST_LOCK_MS = 15 * 60_000;
const LONGEST_LOCK_MS = 24 * 3600_000;

export class LockOut {
  #wrong = 0;
  #locks = 0;
  #until = 0;

  lockedUntil(nowMs: number): number | null {
    return nowMs < this.#until ? this.#until : null;
  }

  wrongCode(nowMs: number): void {
    this.#wrong += 1;
    if (this.#wrong < WRONG_CODES) return;
    this.#until = nowMs + Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** this.#locks);
    this.#locks += 1;
    this.#wrong = 0;
  }

  rightCode(): void {
    this.#wrong = 0;
    this.#locks = 0;
  }
}
