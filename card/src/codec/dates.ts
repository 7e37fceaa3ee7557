/** Dates on the card: cn4 `YYYYMMDD` ⇄ `YYYY-MM-DD`, cn7 with `hhmmss` ⇄ `YYYY-MM-DDThh:mm:ss` (CARD-FACTS 1.2). */

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Is `YYYYMMDD` a day of the Gregorian calendar? */
export function isCalendarDay(digits: string): boolean {
  if (!/^[0-9]{8}$/.test(digits)) return false;
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number);
  if (year === undefined || month === undefined || day === undefined || year === 0) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  return day >= 1 && day <= last;
}

/** Is `hhmmss` a time of day? 24:00:00 and leap seconds are not. */
export function isTimeOfDay(digits: string): boolean {
  return /^([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]$/.test(digits);
}

/** `2024-02-29` → `20240229`; undefined when it is no day. */
export function dateToDigits(date: string): string | undefined {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(date)) return undefined;
  const digits = date.replaceAll('-', '');
  return isCalendarDay(digits) ? digits : undefined;
}

export function digitsToDate(digits: string): string | undefined {
  if (!isCalendarDay(digits)) return undefined;
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

export function dateTimeToDigits(dateTime: string): string | undefined {
  const [date, time, ...rest] = dateTime.split('T');
  if (date === undefined || time === undefined || rest.length > 0) return undefined;
  if (!/^[0-9]{2}:[0-9]{2}:[0-9]{2}$/.test(time)) return undefined;
  const day = dateToDigits(date);
  const clock = time.replaceAll(':', '');
  return day !== undefined && isTimeOfDay(clock) ? day + clock : undefined;
}

export function digitsToDateTime(digits: string): string | undefined {
  const day = digitsToDate(digits.slice(0, 8));
  const clock = digits.slice(8);
  if (day === undefined || !isTimeOfDay(clock)) return undefined;
  return `${day}T${clock.slice(0, 2)}:${clock.slice(2, 4)}:${clock.slice(4)}`;
}
