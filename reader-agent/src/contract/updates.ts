/** Whether a newer version of this program is there: said, and never installed by itself. */
import { z } from 'zod';

const version = z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/);

/** What is signed, as JSON text. */
export const updateManifest = z.object({
  format: z.literal(1),
  product: z.literal('rhc-agent'),
  version,
  publishedAt: z.iso.datetime(),
});
/** What stands at the address: the text as it was signed, and ECDSA P-256 with SHA-256 over it (r ‖ s, hex). */
export const signedManifest = z.object({
  manifest: z.string().max(4096),
  signature: z.string().regex(/^[0-9A-F]{128}$/),
});

/** GET /v1/update */
export const updateState = z.object({
  /** False: no address is set up. */
  on: z.boolean(),
  version: z.string(),
  /** Null: none that is known. */
  newer: z.object({ version: z.string(), publishedAt: z.string() }).nullable(),
  checkedAt: z.string().nullable(),
  error: z
    .object({ code: z.string(), message: z.object({ zh: z.string(), en: z.string() }) })
    .loose()
    .nullable(),
});

export type UpdateManifest = z.infer<typeof updateManifest>;
export type UpdateState = z.infer<typeof updateState>;
