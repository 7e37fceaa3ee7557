/** What card-issuer's HTTP interface takes and gives about residents. */
import { z } from 'zod';
import { listQuery } from './list-query.ts';
import { bilingual } from './texts.ts';

const text = z.string().max(400);
const optional = text.optional();
const purpose = z.string().min(1).max(60);
const limit = z.coerce.number().int().min(1).max(500).default(100);
const cursor = z.string().max(400).optional();

const fields = {
  name: text,
  sex: text,
  ethnicGroup: text,
  birthDate: text,
  /** A code or name of the card's table; also `birth-certificate` and `temporary` (a newborn without a number). */
  documentType: text,
  /** Empty for `temporary`: the number is given. */
  documentNumber: text,
  areaCode: text,
  villageCode: optional,
  householdAddress: optional,
  currentAddress: optional,
  phone: optional,
  secondPhone: optional,
  contactName: optional,
  contactRelationship: optional,
  contactPhone: optional,
  otherContacts: z
    .array(z.strictObject({ name: text, relationship: optional, phone: optional }))
    .max(10)
    .optional(),
  otherDocuments: z
    .array(z.strictObject({ documentType: text, documentNumber: text }))
    .max(10)
    .optional(),
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
};

/** POST /v1/residents */
export const enrolRequest = z.strictObject({ ...fields, purpose: purpose.optional() });
export const enrolResponse = z.object({ id: z.string(), known: z.boolean() });
/** PUT /v1/residents/:id: the record as a whole, from the version that was read. */
export const changeResidentRequest = z.strictObject({ ...fields, version: z.int().min(1), purpose });
export const changeResidentResponse = z.object({ id: z.string(), version: z.int(), fields: z.array(z.string()) });

/** GET /v1/residents: `search` is a number, a whole name, initials of its pinyin, or a phone. */
export const residentsQuery = z.object({
  offset: z.coerce.number().int().min(0).max(100_000).default(0),
  limit,
  cursor,
  search: z.string().max(60).optional(),
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
      /** Name of the county. */
      county: z.string(),
      enrolledAt: z.string(),
      cardId: z.string().nullable(),
      cardState: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});

const nullable = z.string().nullable();
const resident = z.object({
  name: z.string(),
  sex: z.string(),
  ethnicGroup: z.string(),
  birthDate: z.string(),
  documentType: z.string(),
  documentKind: z.enum(['identity', 'birth-certificate', 'temporary', 'other']),
  documentNumber: z.string(),
  areaCode: z.string(),
  villageCode: nullable,
  householdAddress: nullable,
  currentAddress: nullable,
  phone: nullable,
  secondPhone: nullable,
  contactName: nullable,
  contactRelationship: nullable,
  contactPhone: nullable,
  otherContacts: z.array(z.object({ name: z.string(), relationship: nullable, phone: nullable })),
  otherDocuments: z.array(z.object({ documentType: z.string(), documentNumber: z.string() })),
  paymentMethods: z.array(z.string()),
  bloodAbo: nullable,
  bloodRh: nullable,
  alertItems: z.array(z.int()),
  otherAlert: nullable,
  allergies: z.array(z.object({ substance: z.string(), reaction: z.string() })),
  immunizations: z.array(z.object({ name: z.string(), date: z.string() })),
  education: nullable,
  marital: nullable,
  occupation: nullable,
  ehrNumber: nullable,
  ruralSchemeNumber: nullable,
  photo: nullable,
});
/** GET /v1/residents/:id. `mergedInto`: the record to use instead. */
export const residentResponse = z.object({
  id: z.string(),
  version: z.int(),
  state: z.enum(['live', 'merged']),
  mergedInto: nullable,
  enrolledAt: z.string(),
  changedAt: nullable,
  resident,
});
/** GET /v1/residents/:id/history, /consents: oldest first. */
export const residentHistoryQuery = listQuery({ most: 500, usual: 200 });
export const residentHistoryResponse = z.object({
  changes: z.array(
    z.object({
      version: z.int(),
      at: z.string(),
      actor: z.string(),
      purpose: z.string(),
      fields: z.array(z.string()),
      values: z.array(z.object({ field: z.string(), old: z.unknown(), new: z.unknown() })).nullable(),
    }),
  ),
  next: z.string().nullable(),
});

/** GET /v1/resident-candidates */
export const candidatesQuery = z.object({
  state: z.enum(['open', 'different', 'merged']).default('open'),
  residentId: z.string().max(64).optional(),
  cursor,
  limit,
});
export const candidatesResponse = z.object({
  candidates: z.array(
    z.object({
      residentA: z.string(),
      residentB: z.string(),
      score: z.int(),
      reasons: z.array(z.object({ code: z.string(), text: bilingual })),
      foundAt: z.string(),
      state: z.enum(['open', 'different', 'merged']),
      decidedBy: nullable,
    }),
  ),
  next: z.string().nullable(),
});
/** POST /v1/resident-candidates/different */
export const differentRequest = z.strictObject({ residentA: z.string(), residentB: z.string(), purpose });
export const doneResponse = z.object({ done: z.literal(true) });
/** POST /v1/residents/:id/merge: `:id` is kept, `merged` points to it from now on. */
export const mergeRequest = z.strictObject({ merged: z.string().max(64), purpose });
export const mergeResponse = z.object({ kept: z.string(), merged: z.string() });
/** POST /v1/residents/:id/unmerge */
export const unmergeRequest = z.strictObject({ purpose });
export const unmergeResponse = z.object({ restored: z.string() });

/** POST /v1/residents/:id/consents */
export const consentRequest = z.strictObject({ purpose, basis: z.string().min(1).max(200) });
const consent = z.object({
  id: z.string(),
  purpose: z.string(),
  basis: z.string(),
  givenAt: z.string(),
  givenTo: z.string(),
  withdrawnAt: nullable,
  withdrawnTo: nullable,
});
export const consentResponse = consent;
export const consentsResponse = z.object({ consents: z.array(consent), next: z.string().nullable() });
export const withdrawConsentRequest = z.strictObject({});

/** GET /v1/residents/:id/subject-access */
export const subjectAccessQuery = z.object({ format: z.enum(['json', 'text']).default('json') });
export const subjectAccessResponse = z.object({
  schema: z.literal('rhc-subject-access/1'),
  madeAt: z.string(),
  id: z.string(),
  enrolledAt: z.string(),
  version: z.int(),
  mergedInto: nullable,
  resident,
  history: residentHistoryResponse.shape.changes,
  consents: z.array(consent),
  cards: z.array(
    z.object({
      issueSerial: z.string(),
      cardNumber: z.string(),
      state: z.string(),
      issueDate: nullable,
      expiryDate: nullable,
      activatedAt: nullable,
    }),
  ),
});
/** POST /v1/residents/:id/erase */
export const eraseRequest = z.strictObject({ purpose });
export const eraseResponse = z.object({ id: z.string(), erasedAt: z.string() });

export type EnrolRequest = z.infer<typeof enrolRequest>;
export type ResidentsResponse = z.infer<typeof residentsResponse>;
export type ResidentHistoryResponse = z.infer<typeof residentHistoryResponse>;
export type CandidatesResponse = z.infer<typeof candidatesResponse>;
export type ConsentsResponse = z.infer<typeof consentsResponse>;
export type ResidentResponse = z.infer<typeof residentResponse>;
