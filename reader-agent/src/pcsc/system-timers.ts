/** The real clock. */
import type { Timers } from './supervisor.ts';

export const systemTimers: Timers = {
  now: () => Date.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};
