/** What the regional health platform fetches. */
import { z } from 'zod';
import { CARD_STATES } from '../domain/card-state.ts';

/** GET /v1/platform/events: from a cursor on; without one from the oldest event that is kept. */
export const platformEventsQuery = z.object({
  cursor: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});
export const platformEventsResponse = z.object({
  schema: z.literal('rhc-card-events/1'),
  cursor: z.int(),
  /** What to come back with, now when `more`, otherwise after a while. */
  next: z.int(),
  more: z.boolean(),
  events: z.array(
    z.object({
      /** The same in every answer: an event that comes twice is known by it. */
      id: z.string(),
      /** Its place; the next event has the next one. */
      position: z.int(),
      at: z.string(),
      cardSerial: z.string(),
      move: z.string(),
      from: z.enum(CARD_STATES),
      to: z.enum(CARD_STATES),
      /** GB/T 2260, 6 digits. */
      countyCode: z.string(),
    }),
  ),
});

export type PlatformEventsResponse = z.infer<typeof platformEventsResponse>;
