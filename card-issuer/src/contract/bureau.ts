/** What the HTTP interface takes and gives about card bureaus. The files themselves: domain/bureau. */
import { z } from 'zod';
import { BUREAU_LINE_STATES, type BureauLineState } from '../domain/bureau/index.ts';
import { listQuery } from './list-query.ts';
import { bilingual } from './texts.ts';

const id = z.string().min(1).max(64);
const text = z.string().min(1).max(60);

/** POST /v1/bureaus: asks a second person, who approves the whole entry. */
export const bureauRequest = z.strictObject({
  name: text,
  /** Place of the store that stands for the bureau's safe. */
  locationId: id,
  /** Name of the protection key that was agreed with it (ceremony bureau-transport-key). */
  transportKey: z.string().regex(/^bureau-[a-z0-9-]{1,17}$/),
  signingCertificate: z.string().min(1).max(10_000),
  receivingCertificate: z.string().min(1).max(10_000),
});
/** GET /v1/bureaus: by name. */
export const bureausQuery = listQuery({ most: 1000, usual: 200 });
export const bureausResponse = z.object({
  bureaus: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      locationId: z.string(),
      transportKey: z.string(),
      signingCertificate: z.string(),
      receivingCertificate: z.string(),
      registeredBy: z.string(),
      approvedBy: z.string(),
      registeredAt: z.string(),
    }),
  ),
  next: z.string().nullable(),
});

/** POST /v1/bureau/orders */
export const bureauOrderRequest = z.strictObject({
  bureauId: id,
  cardIds: z.array(id).min(1).max(1000).optional(),
  quantity: z.int().min(1).max(1000).optional(),
  repeatFailed: z.boolean().optional(),
});
export const bureauOrdersQuery = listQuery({ most: 500, usual: 100 }).extend({
  bureauId: z.string().max(64).optional(),
});
const order = z.object({
  id: z.string(),
  bureauId: z.string(),
  state: z.enum(['reserved', 'sealed', 'closed']),
  lines: z.int(),
  createdBy: z.string(),
  createdAt: z.string(),
  sealedAt: z.string().nullable(),
  fileSha256: z.string().nullable(),
  closedAt: z.string().nullable(),
});
const returned = z.object({
  id: z.string(),
  orderId: z.string(),
  sequence: z.int(),
  sha256: z.string(),
  signer: z.string(),
  final: z.boolean(),
  lines: z.int(),
  state: z.enum(['taking', 'taken']),
  takenBy: z.string(),
  takenAt: z.string(),
});
export const bureauOrderResponse = order.extend({
  counts: z.record(z.string(), z.int()),
  returns: z.array(returned),
});
export const bureauOrdersResponse = z.object({ orders: z.array(order), next: z.string().nullable() });
/** GET /v1/bureau/orders/:id/lines: by number; a whole order fits a page. */
export const bureauLinesQuery = listQuery({ most: 1000, usual: 1000 });
export const bureauLinesResponse = z.object({
  lines: z.array(
    z.object({
      line: z.int(),
      cardId: z.string(),
      issueSerial: z.string(),
      cardFactor: z.string(),
      blankBox: z.string(),
      state: z.enum(Object.keys(BUREAU_LINE_STATES) as BureauLineState[]),
      returnBox: z.string().nullable(),
      reason: z.string().nullable(),
      receivedAt: z.string().nullable(),
      checkedAt: z.string().nullable(),
      checkedBy: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});
/** POST /v1/bureau/orders/:id/seal and the other calls that say nothing. */
export const bureauEmptyRequest = z.strictObject({});
/** POST /v1/bureau/orders/:id/returns: the bureau's signed file, base64. */
export const bureauReturnRequest = z.strictObject({ file: z.base64() });
export const bureauReportResponse = returned.extend({
  report: z.array(
    z.object({
      line: z.int(),
      issueSerial: z.string().nullable(),
      outcome: z.enum(['made', 'failed', 'spoiled']).nullable(),
      result: z.enum(['accepted', 'known', 'refused']),
      fault: z.object({ code: z.string(), field: z.string(), rule: bilingual, nextStep: bilingual }).nullable(),
    }),
  ),
  missing: z.array(z.string()),
});
/** POST /v1/bureau/orders/:id/write-offs */
export const bureauWriteOffRequest = z.strictObject({ reason: z.string().min(1).max(200) });

/** POST /v1/bureau/boxes: blanks that a transfer of the store sends to the bureau. */
export const bureauBoxRequest = z.strictObject({ bureauId: id, transferId: id, courier: text, tracking: text });
/** POST /v1/bureau/boxes/:id/counts: the caller counted. */
export const bureauCountRequest = z.strictObject({ counted: z.int().min(0).max(1_000_000) });
export const bureauBoxResponse = z.object({
  id: z.string(),
  bureauId: z.string(),
  orderId: z.string().nullable(),
  transferId: z.string().nullable(),
  kind: z.enum(['blanks', 'cards', 'waste']),
  number: z.string(),
  courier: z.string(),
  tracking: z.string(),
  announcedBy: z.string(),
  announcedAt: z.string(),
  state: z.enum(['on-the-way', 'counted']),
  /** Told only once it was counted: whoever counts must not know it. */
  expected: z.int().nullable(),
  counted: z.int().nullable(),
  firstCounter: z.string().nullable(),
  secondCounter: z.string().nullable(),
  countedAt: z.string().nullable(),
});
/** GET /v1/bureau/boxes: newest first. */
export const bureauBoxesQuery = listQuery({ most: 1000, usual: 200 }).extend({ bureauId: id });
export const bureauBoxesResponse = z.object({ boxes: z.array(bureauBoxResponse), next: z.string().nullable() });

/** POST /v1/cards/:id/bureau-check: reads the chip in a reader before hand-over. */
export const bureauCheckRequest = z.strictObject({
  agent: z.string().max(200).optional(),
  reader: z.string().max(200).optional(),
});
export const bureauCheckResponse = z.object({ cardId: z.string(), checkedAt: z.string(), checkedBy: z.string() });

export type BureausResponse = z.infer<typeof bureausResponse>;
export type BureauOrderResponse = z.infer<typeof bureauOrderResponse>;
export type BureauOrdersResponse = z.infer<typeof bureauOrdersResponse>;
export type BureauLinesResponse = z.infer<typeof bureauLinesResponse>;
export type BureauReportResponse = z.infer<typeof bureauReportResponse>;
export type BureauBoxesResponse = z.infer<typeof bureauBoxesResponse>;
