/**
 * Issue serial (发卡序列号, element 10, ans10): 2 digits of the province, 7 characters of a counter in Crockford's base 32
 * (no I, L, O, U), one check character by ISO/IEC 7064 MOD 37,36 (GB/T 17710). The counter is the key of the hotlist:
 * counters of a province are dense, which is what makes the list small.
 */
export const COUNTER_DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECK_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const COUNTER_LENGTH = 7;
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

/** Null when it is no issue serial of this form, or its check character is wrong. */
export function parseIssueSerial(text: string): { readonly provinceCode: string; readonly counter: number } | null {
  if (!/^\d{2}[0-9A-HJKMNP-TV-Z]{7}[0-9A-Z]$/.test(text)) return null;
  if (mod3736CheckCharacter(text.slice(0, 9)) !== text.charAt(9)) return null;
  let counter = 0;
  for (const digit of text.slice(2, 9)) counter = counter * 32 + COUNTER_DIGITS.indexOf(digit);
  return { provinceCode: text.slice(0, 2), counter };
}
