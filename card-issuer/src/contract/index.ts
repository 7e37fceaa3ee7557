/** What card-issuer's HTTP interface takes and gives. */
import { z } from 'zod';

const text = z.string().max(400);
const optional = text.optional();

/** POST /v1/residents */
export const enrolRequest = z.strictObject({
  name: text,
  sex: text,
  ethnicGroup: text,
  birthDate: text,
  documentType: text,
  documentNumber: text,
  areaCode: text,
  householdAddress: optional,
  currentAddress: optional,
  phone: optional,
  contactName: optional,
  contactRelationship: optional,
  contactPhone: optional,
  paymentMethods: z.array(text).max(8).optional(),
  bloodAbo: optional,
  bloodRh: optional,
  alerts: z.array(text).max(20).optional(),
  otherAlert: optional,
  allergies: z
    .array(z.strictObject({ substance: text, reaction: text }))
    .max(10)
    .optional(),
  immunizations: z
    .array(z.strictObject({ name: text, date: text }))
    .max(30)
    .optional(),
  education: optional,
  marital: optional,
  occupation: optional,
  ehrNumber: optional,
  ruralSchemeNumber: optional,
  /** JPEG, base64. */
  photo: z.base64().max(1_000_000).optional(),
});
/** POST /v1/imports as JSON; as `text/csv` the roster is the body, `dryRun` and `encoding` stand in the query. */
export const importRequest = z.strictObject({
  /** The file, base64. */
  roster: z.base64(),
  encoding: z.enum(['utf-8', 'gb18030']).optional(),
  dryRun: z.boolean().optional(),
  /** JPEG files beside the roster: file name → base64. */
  photos: z.record(z.string(), z.base64()).optional(),
});
export const importQuery = z.object({
  encoding: z.enum(['utf-8', 'gb18030']).optional(),
  dryRun: z.enum(['true', 'false']).optional(),
});
export const residentsQuery = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  search: z.string().max(60).optional(),
});
export const cardsQuery = z.object({
  residentId: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});
export const orderRequest = z.strictObject({ residentId: z.string().max(64) });
export const personalizeRequest = z.strictObject({
  agent: z.string().max(200).optional(),
  reader: z.string().max(200).optional(),
});
export const spoilRequest = z.strictObject({ reason: z.string().min(1).max(200) });

const bilingual = z.object({ zh: z.string(), en: z.string() });
const fault = z.object({ field: z.string(), rule: bilingual });
const errorBody = z.object({
  code: z.string(),
  message: bilingual,
  nextStep: bilingual,
  retriable: z.boolean(),
  fields: z.array(fault).optional(),
});

export const enrolResponse = z.object({ id: z.string(), known: z.boolean() });
export const importResponse = z.object({
  encoding: z.enum(['utf-8', 'gb18030']),
  dryRun: z.boolean(),
  rows: z.int(),
  taken: z.int(),
  known: z.int(),
  refused: z.int(),
  report: z.array(
    z.object({
      row: z.int(),
      outcome: z.enum(['taken', 'known', 'refused']),
      name: z.string(),
      residentId: z.string().nullable(),
      faults: z.array(fault),
      nextStep: bilingual.nullable(),
    }),
  ),
});
export const residentsResponse = z.object({
  total: z.int(),
  residents: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      birthDate: z.string(),
      documentNumber: z.string(),
      areaCode: z.string(),
      enrolledAt: z.string(),
      cardId: z.string().nullable(),
      cardState: z.string().nullable(),
    }),
  ),
});
export const jobView = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'rejected']),
  attempt: z.int(),
  agentId: z.string().nullable(),
  reader: z.string().nullable(),
  stage: z.string().nullable(),
  apdusDone: z.int(),
  apdusTotal: z.int(),
  batches: z.int(),
  keyServiceCalls: z.int(),
  stageMs: z.record(z.string(), z.number()),
  error: errorBody.nullable(),
});
export const cardResponse = z.object({
  id: z.string(),
  residentId: z.string(),
  residentName: z.string(),
  state: z.enum(['ordered', 'personalizing', 'personalized', 'active', 'failed', 'spoiled']),
  cardNumber: z.string(),
  issueSerial: z.string(),
  cardFactor: z.string().nullable(),
  issueDate: z.string().nullable(),
  expiryDate: z.string().nullable(),
  verdict: z
    .object({
      readBack: z.object({ equal: z.boolean(), bytes: z.int(), differences: z.int() }),
      genuine: z.boolean(),
      negativeControl: z.string().nullable(),
      initialState: z.string(),
      keys: z.array(z.object({ slot: z.string(), version: z.int(), kcv: z.string() })),
    })
    .nullable(),
  orderedAt: z.string(),
  personalizedAt: z.string().nullable(),
  activatedAt: z.string().nullable(),
  spoilReason: z.string().nullable(),
  job: jobView.nullable(),
});
/** Without names and jobs, which are asked for card by card. */
export const cardsResponse = z.object({
  cards: z.array(cardResponse.omit({ residentName: true, job: true })),
});
export const agentsResponse = z.object({
  agents: z.array(
    z.object({
      agentId: z.string(),
      version: z.string(),
      readers: z.array(
        z.object({
          reader: z.string(),
          state: z.string(),
          card: z.object({ insertion: z.int(), atr: z.string(), cardFactor: z.string().nullable() }).nullable(),
          /** The card order that the chip belongs to. */
          cardId: z.string().nullable(),
        }),
      ),
    }),
  ),
});
export const statusResponse = z.object({
  service: z.literal('card-issuer'),
  version: z.string(),
  ready: z.boolean(),
  residents: z.int(),
  cards: z.record(z.string(), z.int()),
  openJobs: z.int(),
  agents: z.int(),
});

export type EnrolRequest = z.infer<typeof enrolRequest>;
export type ImportResponse = z.infer<typeof importResponse>;
export type CardResponse = z.infer<typeof cardResponse>;
export type CardsResponse = z.infer<typeof cardsResponse>;
export type ResidentsResponse = z.infer<typeof residentsResponse>;
export type AgentsResponse = z.infer<typeof agentsResponse>;
export type StatusResponse = z.infer<typeof statusResponse>;
