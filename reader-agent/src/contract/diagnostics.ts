/** Diagnostics for the agent's own page: GET /v1/diagnostics/dialogues, …/bundle, POST /v1/diagnostics/probe. */
import { z } from 'zod';

export const probeRequest = z.strictObject({ reader: z.string().min(1).max(200) });
export const readerProbe = z.object({
  reader: z.string(),
  atr: z.object({
    atr: z.string(),
    form: z.enum(['contact', 'contactless', 'unreadable']),
    interfaceBytes: z.array(z.string()),
    historicalBytes: z.string(),
    protocols: z.array(z.string()),
    bytesPerSecond: z.number().nullable(),
  }),
  protocol: z.string().nullable(),
  roundTripMs: z.object({ least: z.number(), median: z.number(), most: z.number() }),
});

export type ReaderProbeView = z.infer<typeof readerProbe>;
