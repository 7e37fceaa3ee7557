/** Time as an argument. Dates on a card are days of the issuer's time zone (China has one, UTC+8, no summer time). */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Monotonic milliseconds, for durations. */
  monotonicMs(): number;
  /** Calls once after `waitMs`; answers how to cancel. */
  after(waitMs: number, call: () => void): () => void;
}

const CHINA_OFFSET_MS = 8 * 3_600_000;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(waitMs, call) {
    const timer = setTimeout(call, waitMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** `YYYY-MM-DD` in China. */
export function dayInChina(nowMs: number): string {
  return new Date(nowMs + CHINA_OFFSET_MS).toISOString().slice(0, 10);
}

export function timestamp(nowMs: number): string {
  return new Date(nowMs).toISOString();
}
