/** Bulk runs over HTTP. */
import { z } from 'zod';
import { BULK_ITEM_STATES, BULK_RUN_STATES, type BulkRunState } from '../domain/bulk.ts';
import { listQuery } from './list-query.ts';
import { bilingual } from './texts.ts';

const runState = z.enum(Object.keys(BULK_RUN_STATES) as BulkRunState[]);
const itemState = z.enum(BULK_ITEM_STATES);

/** POST /v1/bulk-runs */
export const bulkRunRequest = z.strictObject({
  name: z.string().trim().min(1).max(100),
  residentIds: z.array(z.string().min(1).max(64)).min(1).max(20_000),
});
/** GET /v1/bulk-candidates: residents without a card. */
export const bulkCandidatesQuery = z.strictObject({
  areaCode: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(20_000).default(1000),
});
export const bulkCandidatesResponse = z.object({ total: z.int(), residentIds: z.array(z.string()) });
/** PUT /v1/bulk-runs/:id/stations */
export const stationRequest = z.strictObject({
  agentId: z.string().min(1).max(200),
  reader: z.string().min(1).max(200),
});
/** GET /v1/bulk-runs/:id/items */
export const bulkItemsQuery = z.strictObject({
  state: itemState.optional(),
  /** Position of the last line of the page before; absent: from the front, where a moved line may stand below 0. */
  after: z.coerce.number().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
/** POST /v1/bulk-items/:id/position */
export const reorderRequest = z.strictObject({ before: z.string().min(1).max(64).nullable() });

const run = z.object({
  id: z.string(),
  name: z.string(),
  state: runState,
  pausedFrom: runState.nullable(),
  sampleCardId: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
});
export const bulkRunResponse = run;
export const bulkRunViewResponse = run.extend({
  progress: z.object({
    counts: z.record(itemState, z.int()),
    cardsPerHour: z.number().nullable(),
    secondsLeft: z.int().nullable(),
  }),
  stations: z.array(z.object({ agentId: z.string(), reader: z.string(), runId: z.string() })),
});
/** GET /v1/bulk-runs: newest first. */
export const bulkRunsQuery = listQuery({ most: 200, usual: 50 });
export const bulkRunsResponse = z.object({ runs: z.array(bulkRunViewResponse), next: z.string().nullable() });
const itemFault = z
  .object({ code: z.string(), message: bilingual, nextStep: bilingual, retriable: z.boolean() })
  .loose();
export const bulkItemResponse = z.object({
  id: z.string(),
  runId: z.string(),
  position: z.number(),
  residentId: z.string(),
  cardId: z.string().nullable(),
  /** The card that this line renews. */
  replaces: z.string().nullable(),
  state: itemState,
  error: itemFault.nullable(),
  endedAt: z.string().nullable(),
});
export const bulkItemsResponse = z.object({
  items: z.array(
    bulkItemResponse.extend({
      /** For those who may look residents up; null for others, and of the erased. */
      resident: z.object({ name: z.string(), birthDate: z.string(), documentNumber: z.string() }).nullable(),
      issueSerial: z.string().nullable(),
      /** Of a taken line whose card waits for a person: what the last try met. */
      setback: itemFault.nullable(),
    }),
  ),
});

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);
/** GET /v1/renewals: cards in use by the month and county in which they expire. */
export const renewalsQuery = z.strictObject({ months: z.coerce.number().int().min(1).max(180).default(12) });
export const renewalsResponse = z.object({
  months: z.array(month),
  /** Months and counties without a card are left out. */
  counts: z.array(z.object({ month, areaCode: z.string(), expiring: z.int(), underWay: z.int() })),
});
/** POST /v1/renewal-waves: a bulk run of the successors; months of expiry, both included. */
export const renewalWaveRequest = z.strictObject({
  name: z.string().trim().min(1).max(100),
  from: month,
  to: month,
  areaCode: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
  cards: z.int().min(1).max(20_000),
});

export type RenewalsResponse = z.infer<typeof renewalsResponse>;
export type BulkRunResponse = z.infer<typeof bulkRunResponse>;
export type BulkRunViewResponse = z.infer<typeof bulkRunViewResponse>;
export type BulkRunsResponse = z.infer<typeof bulkRunsResponse>;
export type BulkItemsResponse = z.infer<typeof bulkItemsResponse>;
export type BulkCandidatesResponse = z.infer<typeof bulkCandidatesResponse>;
export type BulkItemResponse = z.infer<typeof bulkItemResponse>;
