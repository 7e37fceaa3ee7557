/**
 * Issue serial (发卡序列号, element 10, ans10): 2 digits of the province, 7 characters of a counter that only grows, one
 * check character by ISO/IEC 7064 MOD 37,36 (GB/T 17710), which finds every single wrong character and every exchange of
 * neighbours. The counter is written in Crockford's base 32 (no I, L, O, U), so that a serial can be read aloud:
 * 3.4 × 10^10 serials a province. Because the counter comes from the database and never goes back, a serial is never reused.
 */
const COUNTER_DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECK_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const COUNTER_LENGTH = 7;
export const MAX_ISSUE_COUNTER = 32 ** COUNTER_LENGTH - 1;

/** ISO/IEC 7064 hybrid system MOD 37,36 over `text` (digits and capital letters). */
export function mod3736CheckCharacter(text: string): string {
  let product = 36;
  for (const character of text) {
    const value = CHECK_DIGITS.indexOf(character);
    if (value < 0) throw new RangeError('MOD 37,36 takes digits and capital letters');
    const sum = (product + value) % 36 || 36;
    product = (sum * 2) % 37;
  }
  return CHECK_DIGITS.charAt((37 - product) % 36);
}

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
  if (!/^\d{2}[0-9A-HJKMNP-TV-Z]{7}[0-9A-Z]$/.test(text)) return false;
  return mod3736CheckCharacter(text.slice(0, 9)) === text.charAt(9);
}
