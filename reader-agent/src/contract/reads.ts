/** The staged read (POST /v1/card/read): identity first, the rest as it comes; one session, each key asked for once. */
import { z } from 'zod';
import { clockState } from './clock.ts';
import { hotlistVerdict } from './hotlist.ts';
import { decodedElement, readTimings, text } from './shapes.ts';

export const readStage = z.enum(['identity', 'clinical', 'photo', 'contacts', 'visits']);

/** With `Accept: application/x-ndjson` each stage is a line as soon as it is read; else one answer at the end. */
export const cardReadRequest = z.strictObject({
  reader: z.string().min(1).max(200).optional(),
  /** Identity is always read. */
  stages: z.array(readStage).max(5).optional(),
  /** The psychiatric flag is given out only to whom asks for it by name. */
  psychiatric: z.boolean().optional(),
});

export const validity = z.object({
  state: z.enum(['valid', 'expired', 'unknown']),
  /** `YYYY-MM-DD`; null: the card names none. */
  expiryDate: z.string().nullable(),
  /** On which it was judged, in China. */
  day: z.string(),
});

/** How the card stands, as far as this desk knows. */
export const cardStanding = z.object({
  /** `none`: this desk has no hotlist; nothing is known and offline nothing is written. */
  list: z.enum(['at-hand', 'none']),
  hotlist: hotlistVerdict,
  validity,
  /** Of this desk: with a wrong clock the validity is not to be relied on, and no card is written on. */
  clock: clockState,
});

export const visitSignature = z.object({
  /** `not-checked`: no trust root is set up here, or the card names no issuer certificate. */
  state: z.enum(['valid', 'invalid', 'unsigned', 'not-checked']),
  problems: z.array(z.object({ code: z.string(), text })),
  signedBy: z.object({ issuerCode: z.string(), samSerial: z.string(), terminalNumber: z.string() }).nullable(),
});

export const visitView = z.object({
  kind: z.enum(['inpatient', 'outpatient']),
  file: z.string(),
  slot: z.int(),
  /** Day or time of the visit. */
  date: z.string().nullable(),
  /** The fields by name, as card/visits decodes them. */
  visit: z.looseObject({ kind: z.string() }),
  signature: visitSignature,
});

export const identityStage = z.object({
  cardFactor: z.string(),
  insertion: z.int(),
  genuine: z.boolean(),
  validity,
  /** Absent where no hotlist is set up. */
  hotlist: hotlistVerdict.optional(),
  identity: z.array(decodedElement),
});
export const clinicalStage = z.object({
  alerts: z.array(decodedElement),
  allergies: z.array(z.object({ substance: z.string(), reaction: z.string() })),
  immunizations: z.array(z.object({ name: z.string(), date: z.string() })),
  psychiatric: z.array(decodedElement).optional(),
});
export const photoStage = z.object({ /** JPEG, base64. */ photo: z.string().nullable() });
export const contactsStage = z.object({ contacts: z.array(decodedElement) });
export const visitsStage = z.object({ /** Newest first. */ visits: z.array(visitView) });

export const cardReadResponse = identityStage
  .extend({ timings: readTimings })
  .and(clinicalStage.partial())
  .and(photoStage.partial())
  .and(contactsStage.partial())
  .and(visitsStage.partial());

export type ReadStage = z.infer<typeof readStage>;
export type Validity = z.infer<typeof validity>;
export type CardStanding = z.infer<typeof cardStanding>;
export type VisitSignature = z.infer<typeof visitSignature>;
export type VisitView = z.infer<typeof visitView>;
export type CardReadRequest = z.infer<typeof cardReadRequest>;
export type CardReadResponse = z.infer<typeof cardReadResponse>;
