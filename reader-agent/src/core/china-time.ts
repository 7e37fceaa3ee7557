/** The day and time in China, which has one zone without summer time; cards and their holders live by it. */
const OFFSET_MS = 8 * 3600 * 1000;

function shifted(moment: Date): string {
  return new Date(moment.getTime() + OFFSET_MS).toISOString();
}

/** `YYYY-MM-DD` */
export function chinaDay(moment: Date): string {
  return shifted(moment).slice(0, 10);
}

/** `2026-11-24T08:30:00+08:00` */
export function chinaInstant(moment: Date): string {
  return `${shifted(moment).slice(0, 19)}+08:00`;
}
