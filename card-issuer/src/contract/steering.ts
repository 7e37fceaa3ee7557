/** The dashboard over HTTP; counts only, no person. */
import { z } from 'zod';
import { STAGE_IDS } from '../domain/steering/index.ts';
import { bilingual } from './texts.ts';

const stage = z.enum(STAGE_IDS as [string, ...string[]]);
const counts = z.record(stage, z.int());
const leak = z.object({ from: stage, to: stage, waiting: z.int() }).nullable();
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** GET /v1/steering */
export const dashboardResponse = z.object({
  madeAt: z.string(),
  total: counts,
  population: z.int(),
  coverage: z.number(),
  leak,
  counties: z.array(
    z.object({
      areaCode: z.string(),
      name: z.string(),
      city: z.string(),
      counts,
      population: z.int(),
      populationEstimated: z.boolean(),
      coverage: z.number(),
      leak,
      oldest: z.object({ cardId: z.string(), state: z.string(), orderedAt: z.string() }).nullable(),
    }),
  ),
  forecasts: z.array(
    z.object({
      target: z.object({ id: z.string(), text: bilingual, cards: z.int(), by: day.nullable() }),
      done: z.int(),
      missing: z.int(),
      perDay: z.number(),
      expected: day.nullable(),
      earliest: day.nullable(),
      latest: day.nullable(),
      neededPerDay: z.int().nullable(),
      onTrack: z.boolean().nullable(),
    }),
  ),
  perDay: z.array(z.object({ day, count: z.int() })),
  blanks: z.object({
    stock: z.int(),
    usedPerDay: z.number(),
    daysLeft: z.int().nullable(),
    locations: z.array(z.object({ locationId: z.string(), name: z.string(), stock: z.int(), inWork: z.int() })),
  }),
});

/** GET /v1/counties */
export const countiesResponse = z.object({
  counties: z.array(z.object({ areaCode: z.string(), name: z.string(), city: z.string() })),
});

/** GET /v1/steering/export */
export const steeringExportQuery = z.strictObject({ format: z.enum(['csv', 'xlsx']).default('xlsx') });

/** POST /v1/steering/capacity */
export const capacityRequest = z.strictObject({
  cards: z.int().min(1).max(100_000_000),
  workingDays: z.int().min(1).max(10_000),
  hoursPerDay: z.number().min(0.5).max(24),
  linkId: z.string().max(40),
  roundTripMs: z.number().min(0).max(10_000),
  handlingSeconds: z.number().min(0).max(3600),
  readersPerPerson: z.int().min(1).max(100),
  utilization: z.number().gt(0).max(1),
});
export const capacityResponse = z.object({
  chipSeconds: z.number(),
  networkSeconds: z.number(),
  cardsPerReaderHour: z.number(),
  cardsPerHour: z.number(),
  readers: z.int(),
  people: z.int(),
  keyServiceCallsPerSecond: z.number(),
  apdusPerSecond: z.number(),
});
export const linksResponse = z.object({
  links: z.array(z.object({ id: z.string(), text: bilingual, chipSeconds: z.number() })),
});

/** PUT /v1/steering/populations */
export const populationsRequest = z.strictObject({
  counties: z
    .array(
      z.strictObject({
        areaCode: z.string().regex(/^\d{6}$/),
        residents: z.int().min(1).max(10_000_000),
        source: z.string().min(1).max(200),
      }),
    )
    .min(1)
    .max(500),
});
export const populationsResponse = z.object({
  counties: z.array(z.object({ areaCode: z.string(), residents: z.int(), source: z.string() })),
});

export type DashboardResponse = z.infer<typeof dashboardResponse>;
export type CountiesResponse = z.infer<typeof countiesResponse>;
export type PopulationsResponse = z.infer<typeof populationsResponse>;
export type CapacityRequest = z.infer<typeof capacityRequest>;
export type CapacityResponse = z.infer<typeof capacityResponse>;
export type LinksResponse = z.infer<typeof linksResponse>;
