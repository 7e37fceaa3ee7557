/**
 * Issue serial (发卡序列号, element 10, ans10): 2 digits of the province, 7 characters of a counter that only grows, one
 * check character by ISO/IEC 7064 MOD 37,36 (GB/T 17710), which finds every single wrong character and every exchange of
 * neighbours. The counter is written in Crockford's base 32 (no I, L, O, U), so that a serial can be read aloud:
 * 3.4 × 10^10 serials a province. Because the counter comes from the database and never goes back, a serial is never reused.
 */
import {
  COUNTER_DIGITS,
  COUNTER_LENGTH,
  MAX_ISSUE_COUNTER,
  mod3736CheckCharacter,
  parseIssueSerial,
} from '@rhc/card/hotlist';

export { MAX_ISSUE_COUNTER, mod3736CheckCharacter };

export function issueSerial(provinceCode: string, counter: number): string {
  if (!/^\d{2}$/.test(provinceCode)) throw new RangeError('province code: two digits expected');
  if (!Number.isSafeInteger(counter) || counter < 1 || counter > MAX_ISSUE_COUNTER) {
    throw new RangeError(`issue counter out of 1..${MAX_ISSUE_COUNTER}`);
  }
  let rest = counter;
  let digits = '';
  for (let i = 0; i < COUNTER_LENGTH; i++) {
    digits = COUNTER_DIGITS.charAt(rest % 32) + digits;
    rest = Math.floor(rest / 32);
  }
  const body = provinceCode + digits;
  return body + mod3736CheckCharacter(body);
}

export function isIssueSerial(text: string): boolean {
  return parseIssueSerial(text) !== null;
}
