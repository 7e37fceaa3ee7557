/**
 * Is this machine's clock right? Validity, age of the hotlist and times of visits hang on it. Judged by the `Date` header of
 * key-service's and card-issuer's answers, halfway between question and answer; and by the hotlist, whose signed time of
 * making cannot lie ahead. Without either nothing is known, and nothing is refused.
 */
import type { ClockState } from '../contract/clock.ts';

export interface ClockCheckOptions {
  readonly now: () => Date;
  /** 0: nothing is refused. */
  readonly toleranceSeconds: number;
  /** When the hotlist at hand was made; null: there is none. */
  readonly signedTimeMs?: () => number | null;
}

/** The header has whole seconds. */
const HALF_A_SECOND_MS = 500;

export class ClockCheck {
  readonly #options: ClockCheckOptions;
  /** Ahead of the services: positive. */
  #offMs: number | null = null;
  #heardFrom: string | null = null;

  constructor(options: ClockCheckOptions) {
    this.#options = options;
  }

  /** @param by the service's name */
  heard(by: string, dateHeader: string | null, askedAtMs: number, answeredAtMs: number): void {
    const theirs = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
    // An answer that took longer than the tolerance says nothing about it.
    if (Number.isNaN(theirs) || answeredAtMs - askedAtMs > this.#toleranceMs) return;
    this.#offMs = (askedAtMs + answeredAtMs) / 2 - (theirs + HALF_A_SECOND_MS);
    this.#heardFrom = by;
  }

  state(): ClockState {
    const behindMs = this.#behindSignedTimeMs();
    const offMs = behindMs > 0 && (this.#offMs ?? 0) > -behindMs ? -behindMs : this.#offMs;
    const toleranceSeconds = this.#options.toleranceSeconds;
    if (offMs === null) return { state: 'unknown', offSeconds: null, toleranceSeconds, comparedWith: null };
    const wrong = toleranceSeconds > 0 && Math.abs(offMs) > this.#toleranceMs;
    return {
      state: wrong ? 'wrong' : 'right',
      offSeconds: Math.round(offMs / 1000),
      toleranceSeconds,
      comparedWith: offMs === this.#offMs ? this.#heardFrom : 'hotlist',
    };
  }

  get #toleranceMs(): number {
    const { toleranceSeconds } = this.#options;
    return toleranceSeconds === 0 ? Number.POSITIVE_INFINITY : toleranceSeconds * 1000;
  }

  /** 0: not behind, or not by more than services may differ among themselves. */
  #behindSignedTimeMs(): number {
    const signed = this.#options.signedTimeMs?.() ?? null;
    const behind = signed === null ? 0 : signed - this.#options.now().getTime();
    return behind > this.#toleranceMs ? behind : 0;
  }
}

/** The same `fetch`; each answer's time is compared on the way. */
export function comparingFetch(send: typeof fetch, by: string, clock: ClockCheck, now: () => Date): typeof fetch {
  return async (input, init) => {
    const asked = now().getTime();
    const answer = await send(input, init);
    clock.heard(by, answer.headers.get('date'), asked, now().getTime());
    return answer;
  };
}
