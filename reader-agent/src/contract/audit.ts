/** GET /v1/audit: where the desk's local audit stands. */
import { z } from 'zod';
import { text } from './shapes.ts';

const moment = z.iso.datetime();

export const auditState = z.object({
  chain: z.string(),
  entries: z.int(),
  /** Not yet at key-service. */
  waiting: z.int(),
  head: z.string(),
  /** A torn last line that was cut off at this start. */
  repaired: z.object({ at: moment, bytes: z.int() }).nullable(),
  /** What did not follow when the agent started; `aside`: where the damaged file lies. */
  damage: z.object({ kind: z.string(), at: z.int(), found: moment, aside: z.string().nullable() }).nullable(),
  /** The last entry could not be written to the disk. */
  failing: z.boolean(),
  /**
   * Null: nothing is uploaded from here. `refused`: key-service holds another chain under this name; `gap`: it lacks lines
   * that are not kept here any more.
   */
  upload: z
    .object({
      state: z.enum(['idle', 'waiting', 'refused', 'gap']),
      lastAt: moment.nullable(),
      error: z.object({ code: z.string(), message: text, nextStep: text }).loose().nullable(),
    })
    .nullable(),
});
/** GET /v1/audit/entries: the latest, newest first. */
export const auditEntries = z.object({
  entries: z.array(
    z.object({
      sequence: z.int(),
      at: moment,
      action: z.string(),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
});

export type AuditState = z.infer<typeof auditState>;
export type AuditEntries = z.infer<typeof auditEntries>;
