/** GET /v1/hsm: every token with its health, and the known-answer passports of the last attaches. */
import { z } from 'zod';

const text = z.object({ zh: z.string(), en: z.string() });
const knownAnswers = z.array(z.object({ name: z.string(), passed: z.boolean() }));
export const hsmResponse = z.object({
  tokens: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['serving', 'away', 'refused', 'resting']),
      since: z.iso.datetime(),
      workers: z.int(),
      token: z
        .object({ model: z.string(), label: z.string(), serial: z.string(), firmware: z.string(), knownAnswers })
        .nullable(),
      fault: z.object({ code: z.string(), text, nextStep: text }).nullable(),
    }),
  ),
  passports: z.array(
    z.object({
      at: z.iso.datetime(),
      serial: z.string(),
      label: z.string(),
      model: z.string(),
      firmware: z.string(),
      passed: z.boolean(),
      answers: knownAnswers,
    }),
  ),
});
export type HsmResponse = z.infer<typeof hsmResponse>;
