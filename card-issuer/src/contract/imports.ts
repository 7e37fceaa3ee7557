/** What the HTTP interface takes and gives about imports of whole files. */
import { z } from 'zod';
import { bilingual, fieldFault } from './texts.ts';

const limit = z.coerce.number().int().min(1).max(500).default(100);
const source = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);

/** POST /v1/roster-imports: the file (CSV, XLSX, or a ZIP of one of them with the photos) is the body. */
export const beginImportQuery = z.object({
  source: source.default('rhc'),
  fileName: z.string().max(200).default('roster'),
  dryRun: z.enum(['true', 'false']).default('false'),
  encoding: z.enum(['utf-8', 'gb18030']).optional(),
});
export const pageQuery = z.object({ cursor: z.string().max(200).optional(), limit });
export const importRowsQuery = z.object({
  cursor: z.coerce.number().int().min(0).default(0),
  limit,
  outcome: z.enum(['known', 'refused']).optional(),
});
export const importReportQuery = z.object({ format: z.enum(['csv', 'xlsx']).default('csv') });
export const importControlRequest = z.strictObject({});

export const rosterImportResponse = z.object({
  id: z.string(),
  source: z.string(),
  fileName: z.string(),
  format: z.enum(['csv', 'xlsx', 'zip']),
  encoding: z.enum(['utf-8', 'gb18030']),
  dryRun: z.boolean(),
  state: z.enum(['waiting', 'running', 'paused', 'done', 'failed', 'cancelled']),
  actor: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  rowsTotal: z.int(),
  rowsDone: z.int(),
  taken: z.int(),
  known: z.int(),
  refused: z.int(),
  candidates: z.int(),
  share: z.number(),
  rowsPerSecond: z.int().nullable(),
  secondsLeft: z.int().nullable(),
  error: z.object({ code: z.string(), message: bilingual, nextStep: bilingual }).loose().nullable(),
});
export const rosterImportsResponse = z.object({
  imports: z.array(rosterImportResponse),
  next: z.string().nullable(),
});
/** Rows that have something to say; a row that was simply taken is only counted. */
export const importRowsResponse = z.object({
  rows: z.array(
    z.object({
      row: z.int(),
      outcome: z.enum(['taken', 'known', 'refused']),
      residentId: z.string().nullable(),
      /** Masked, as are the values. */
      name: z.string(),
      faults: z.array(fieldFault.extend({ value: z.string() })),
      nextStep: bilingual.nullable(),
    }),
  ),
  next: z.string().nullable(),
});

const mapping = z.strictObject({
  source,
  text: z.strictObject({ zh: z.string().min(1).max(60), en: z.string().min(1).max(60) }),
  columns: z.record(z.string().max(60), z.string().max(40).nullable()),
  constants: z.record(z.string().max(40), z.string().max(100)),
  derive: z.array(z.enum(['birthDate', 'sex', 'areaCode'])),
});
/** PUT /v1/roster-mappings/:source */
export const mappingRequest = mapping.omit({ source: true });
export const mappingResponse = mapping;
export const mappingsResponse = z.object({ mappings: z.array(mapping) });

export type RosterImportResponse = z.infer<typeof rosterImportResponse>;
export type RosterImportsResponse = z.infer<typeof rosterImportsResponse>;
export type ImportRowsResponse = z.infer<typeof importRowsResponse>;
export type RosterMappingsResponse = z.infer<typeof mappingsResponse>;
