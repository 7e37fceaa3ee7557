/**
 * Ids in the order of their making: 48 bits of time and 48 of chance, so that a table's own index grows at its end and is
 * not dirtied all over. An id is no secret: whoever asks by it needs the right to, and the time of enrolment stands beside it.
 */
import type { RandomBytes } from '@rhc/card/session';
import type { Clock } from './clock.ts';

/** `r_` and 24 hex digits. */
export function timeOrderedIds(clock: Clock, random: RandomBytes): (prefix: string) => string {
  return (prefix) => {
    const time = clock.nowMs().toString(16).padStart(12, '0');
    return `${prefix}_${time}${Buffer.from(random(6)).toString('hex')}`;
  };
}
