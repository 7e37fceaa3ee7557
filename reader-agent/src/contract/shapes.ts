/** Shapes that several parts of the local API share. */
import { z } from 'zod';

export const hexBytes = z.string().regex(/^([0-9A-F]{2})*$/, 'upper-case hex');
export const text = z.object({ zh: z.string(), en: z.string() });

/** One decoded element as an answer shows it. */
export const decodedElement = z.object({
  id: z.string(),
  label: text,
  /** Decoded value; null when the card holds nothing there. */
  value: z.union([z.string(), z.boolean(), z.null()]),
  /** Code text in both languages, for coded elements. */
  text: text.optional(),
});

/** Where the time of a reading or writing went. */
export const readTimings = z.object({
  totalMs: z.number(),
  apdus: z.int(),
  keyServiceCalls: z.int(),
  /** Whose keys served the card. */
  keySource: z.enum(['sam', 'sam+key-service', 'key-service']).optional(),
  /** Version of each key that was used, by its slot. */
  keyVersions: z.record(z.string(), z.int()).optional(),
  stages: z.record(z.string(), z.number()),
});
