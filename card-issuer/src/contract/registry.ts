/** What the HTTP interface takes and gives towards the higher registration centre. */
import { z } from 'zod';
import { listQuery } from './list-query.ts';

/** GET /v1/registry-report: from a cursor on; 0 is the beginning. */
export const registryReportQuery = z.object({
  cursor: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(5000).default(1000),
  format: z.enum(['json', 'csv']).default('json'),
});
export const registryReportResponse = z.object({
  schema: z.literal('rhc-registry-report/1'),
  issuerCode: z.string(),
  cursor: z.int(),
  next: z.int(),
  more: z.boolean(),
  /** Over the records as JSON lines (keys in the order given, each line ended by LF). */
  sha256: z.string(),
  records: z.array(
    z.object({
      sequence: z.int(),
      at: z.string(),
      move: z.string(),
      state: z.string(),
      reason: z.string().nullable(),
      issueSerial: z.string(),
      cardNumber: z.string(),
      cardFactor: z.string().nullable(),
      areaCode: z.string(),
      documentType: z.string(),
      issueDate: z.string().nullable(),
      expiryDate: z.string().nullable(),
    }),
  ),
});

export const foreignHotlistResponse = z.object({
  provinceCode: z.string(),
  version: z.int(),
  madeAt: z.string(),
  entries: z.int(),
  keyId: z.string(),
  importedBy: z.string(),
  importedAt: z.string(),
});
/** GET /v1/foreign-hotlists: by province. */
export const foreignHotlistsQuery = listQuery({ most: 200, usual: 100 });
export const foreignHotlistsResponse = z.object({
  lists: z.array(foreignHotlistResponse),
  next: z.string().nullable(),
});

/** GET /v1/hotlist/look-up */
export const hotlistLookUpQuery = z.object({ issueSerial: z.string().min(1).max(20) });
export const hotlistLookUpResponse = z.object({
  answer: z.enum(['listed', 'not-listed', 'not-covered']),
  source: z.enum(['own', 'foreign']).nullable(),
  version: z.int().nullable(),
});

/** GET /v1/event-log: events after a place in line; `next` is also what to come back with. */
export const eventLogQuery = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
export const eventLogResponse = z.object({
  events: z.array(
    z.object({
      id: z.int(),
      position: z.int(),
      at: z.string(),
      type: z.string(),
      cardId: z.string().nullable(),
      detail: z.record(z.string(), z.unknown()),
    }),
  ),
  next: z.int(),
});

export type RegistryReportResponse = z.infer<typeof registryReportResponse>;
export type ForeignHotlistsResponse = z.infer<typeof foreignHotlistsResponse>;
export type HotlistLookUpResponse = z.infer<typeof hotlistLookUpResponse>;
