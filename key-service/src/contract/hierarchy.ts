/** GET /v1/hierarchy: levels, areas and slots, as the console draws them. Nothing of it is secret. */
import { z } from 'zod';

const text = z.object({ zh: z.string(), en: z.string() });

export const hierarchyResponse = z.object({
  text,
  nation: z.object({ code: z.string(), text }),
  provinces: z.array(
    z.object({
      code: z.string(),
      text,
      /** Dispersal factor, hex. */
      factor: z.string(),
      cities: z.array(z.object({ code: z.string(), text, disperses: z.boolean() })),
    }),
  ),
  issuers: z.array(z.object({ code: z.string(), text })),
  slots: z.array(
    z.object({
      name: z.string(),
      text,
      /** Who holds the root. */
      root: z.enum(['national', 'provincial']),
      /** True: where a city disperses, this slot has the city's level above the card. */
      cityLevel: z.boolean(),
      purpose: z.string(),
      onCard: z.boolean(),
      suite: z.string(),
    }),
  ),
});
export type HierarchyResponse = z.infer<typeof hierarchyResponse>;
