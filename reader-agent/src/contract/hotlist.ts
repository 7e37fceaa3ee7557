/** What readings and the desk say of the hotlist. */
import { z } from 'zod';
import { text } from './shapes.ts';

export const hotlistVerdict = z.object({
  /** `unknown`: no list at hand, or the card's serial is not of its province. */
  state: z.enum(['listed', 'clear', 'unknown']),
  version: z.int().nullable(),
  ageHours: z.number().nullable(),
  /** At which age no card is served any more; 0: never. */
  stopHours: z.int(),
});
/** GET /v1/hotlist */
export const hotlistState = z.object({
  version: z.int().nullable(),
  entries: z.int().nullable(),
  ageHours: z.number().nullable(),
  /** Older than this no card is served; 0: no stop. */
  stopHours: z.int(),
  tooOld: z.boolean(),
  /** Why it could not be renewed. */
  error: z.object({ code: z.string(), message: text, nextStep: text }).loose().nullable(),
});
export type HotlistVerdict = z.infer<typeof hotlistVerdict>;
export type HotlistState = z.infer<typeof hotlistState>;
