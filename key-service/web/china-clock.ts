/** Moments that people choose. Pages show China's time, so a chosen hour is China's too, whatever zone the machine is set to. */

/** What antd's date picker gives: a wall clock without a zone that counts. */
export interface ChosenMoment {
  format(pattern: string): string;
}

/** @returns the moment at which China's clocks show it, ISO 8601 in UTC; China has one zone and no summer time */
export const fromChinaClock = (chosen: ChosenMoment): string =>
  new Date(`${chosen.format('YYYY-MM-DDTHH:mm')}:00+08:00`).toISOString();
