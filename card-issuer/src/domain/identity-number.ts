/**
 * Citizen identity number (GB 11643-1999): 6 digits of area, 8 of birth date, 3 of sequence (odd = male), 1 check
 * character by ISO 7064 MOD 11-2. A wrong number on a chip cannot be rewritten (EF06 is 禁止改写), so it is refused here.
 */
import { ENROLMENT_RULES, type EnrolmentRule } from './enrolment-rules.ts';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = '10X98765432';

/** First two digits of GB/T 2260 that a number may carry; 83 is given to residence permits of Taiwan, 91 to foreigners. */
const PROVINCES = new Set(
  (
    '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 ' + '71 81 82 83 91'
  ).split(' '),
);

export interface IdentityNumber {
  readonly value: string;
  /** `YYYY-MM-DD`. */
  readonly birthDate: string;
  /** GB/T 2261.1: 1 male, 2 female. */
  readonly sex: '1' | '2';
}

export type IdentityNumberFault = 'shape' | 'province' | 'birth-date' | 'check-character';

/** What each fault says to a person. */
export const IDENTITY_NUMBER_RULES: Readonly<Record<IdentityNumberFault, EnrolmentRule>> = {
  shape: ENROLMENT_RULES.identityShape,
  province: ENROLMENT_RULES.identityProvince,
  'birth-date': ENROLMENT_RULES.identityBirthDate,
  'check-character': ENROLMENT_RULES.identityCheckCharacter,
};

/** The check character that belongs to the first 17 digits. */
export function identityCheckCharacter(first17: string): string {
  if (!/^\d{17}$/.test(first17)) throw new RangeError('identity number: 17 digits expected');
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(first17[i]), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

/** True for a day that exists in the Gregorian calendar, written `YYYY-MM-DD`. */
export function isCalendarDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1850) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

export function parseIdentityNumber(
  text: string,
):
  | { readonly ok: true; readonly number: IdentityNumber }
  | { readonly ok: false; readonly fault: IdentityNumberFault } {
  if (!/^\d{17}[\dX]$/.test(text)) return { ok: false, fault: 'shape' };
  if (!PROVINCES.has(text.slice(0, 2))) return { ok: false, fault: 'province' };
  const birthDate = `${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}`;
  if (!isCalendarDate(birthDate)) return { ok: false, fault: 'birth-date' };
  if (identityCheckCharacter(text.slice(0, 17)) !== text.charAt(17)) return { ok: false, fault: 'check-character' };
  const sex = Number(text.charAt(16)) % 2 === 1 ? '1' : '2';
  return { ok: true, number: { value: text, birthDate, sex } };
}
