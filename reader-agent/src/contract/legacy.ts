/**
 * POST /v1/legacy/FUNCTION with the parameters by name; the answer is always 200 with the national return code (CARD-FACTS
 * 8.1, 8.2), beside it our sentence and next step. GET /v1/legacy lists the functions.
 */
import { z } from 'zod';
import { cardStanding } from './reads.ts';
import { text } from './shapes.ts';

export const legacyParameters = z.record(z.string().max(40), z.string().max(400));

export const legacyAnswer = z.object({
  /** 0 = OK. */
  code: z.int(),
  /** `IRV_OK`, `PARA_ERR`, … */
  name: z.string(),
  fields: z.record(z.string(), z.string()),
  /** Of the card that was read; absent where none was. */
  standing: cardStanding.optional(),
  error: z.object({ code: z.string(), message: text, nextStep: text, retriable: z.boolean() }).loose().nullable(),
});

export type LegacyAnswer = z.infer<typeof legacyAnswer>;
