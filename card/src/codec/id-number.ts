/**
 * Resident identity number 公民身份号码 (GB 11643-1999): 6 digits region, 8 birth date, 3 sequence (odd: male), and a check
 * character by ISO 7064 MOD 11-2.
 */
import type { Text } from '../errors/index.ts';
import { digitsToDate } from './dates.ts';
import { refuse } from './errors.ts';

const CHECK_CHARACTERS = '10X98765432';
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;

export interface IdNumberParts {
  /** GB/T 2260 code of the place of first registration; it may be a division that no longer exists. */
  readonly region: string;
  /** `YYYY-MM-DD` */
  readonly birthDate: string;
  readonly sequence: string;
  /** Code of GB/T 2261.1: 1 male, 2 female. */
  readonly sex: '1' | '2';
}

/** Check character of the first 17 digits. */
export function idNumberCheckCharacter(first17: string): string {
  if (!/^[0-9]{17}$/.test(first17)) throw new RangeError('the check character needs exactly 17 digits');
  const sum = WEIGHTS.reduce((total, weight, k) => total + weight * Number(first17[k]), 0);
  return CHECK_CHARACTERS[sum % 11] ?? '';
}

export function isIdNumber(value: string): boolean {
  return faultOfIdNumber(value) === undefined;
}

/** Parts of a valid number; refuses another with the rule it breaks (the number itself stays out of the error). */
export function parseIdNumber(value: string, field = 'idNumber'): IdNumberParts {
  const fault = faultOfIdNumber(value);
  if (fault !== undefined) refuse('ID_NUMBER_INVALID', field, fault);
  return {
    region: value.slice(0, 6),
    birthDate: digitsToDate(value.slice(6, 14)) ?? '',
    sequence: value.slice(14, 17),
    sex: Number(value[16]) % 2 === 1 ? '1' : '2',
  };
}

function faultOfIdNumber(value: string): Text | undefined {
  if (!/^[1-9][0-9]{16}[0-9X]$/.test(value)) {
    return { zh: '须为 17 位数字加 1 位数字或大写 X', en: 'must be 17 digits and a digit or capital X' };
  }
  if (digitsToDate(value.slice(6, 14)) === undefined) {
    return { zh: '其中的出生日期不存在', en: 'the birth date in it is not a day of the calendar' };
  }
  if (idNumberCheckCharacter(value.slice(0, 17)) !== value[17]) {
    return { zh: '校验码不正确', en: 'the check character is wrong' };
  }
  return undefined;
}
