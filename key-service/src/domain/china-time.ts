/** Moments in sentences that people read: China's clock, which has one zone and no summer time. Pure. */
const CHINA_MS = 8 * 3_600_000;
const MOMENT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z/g;

/** 2026-11-28T08:37:00.000Z → 2026-11-28 16:37, with seconds where there are any. */
export function chinaTime(at: string): string {
  const text = new Date(Date.parse(at) + CHINA_MS).toISOString().slice(0, 19).replace('T', ' ');
  return text.endsWith(':00') ? text.slice(0, -3) : text;
}

/** A text with every ISO moment in it as China's time. */
export const withChinaTimes = (text: string): string => text.replaceAll(MOMENT, chinaTime);
