/** What the desk knows of its own clock. */
import { z } from 'zod';

export const clockState = z.object({
  /** `wrong`: off by more than the administrator allows; then no card is written on. */
  state: z.enum(['right', 'wrong', 'unknown']),
  /** Ahead: positive. */
  offSeconds: z.int().nullable(),
  /** 0: not judged. */
  toleranceSeconds: z.int(),
  /** `key-service`, `card-issuer` or `hotlist`. */
  comparedWith: z.string().nullable(),
});
export type ClockState = z.infer<typeof clockState>;
