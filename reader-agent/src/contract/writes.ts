/**
 * Writing over the local API. An error answer means: nothing was written. Every other answer tells what became of each
 * element, as the chip itself showed it when it was read back; `unknown` is settled when the same card comes back.
 */
import { z } from 'zod';
import { hexBytes, readTimings, text } from './shapes.ts';

const elementName = z.string().min(1).max(60);
/** Of the caller's choice; the same id is never written twice. */
export const writeId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'letters, digits, . _ - (1 to 64)');

/** Text, flag, or the entries of a list (newest first); null empties the element. Photo: JPEG as base64. */
const patchValue = z.union([
  z.string().max(8192),
  z.boolean(),
  z.null(),
  z.array(z.record(z.string().max(40), z.string().max(400))).max(16),
]);
/** Values by the English key or the Chinese name of an element (docs/manual). */
export const patchWish = z.record(elementName, patchValue);

/** A visit as card/visits knows it: `kind`, the fields by name, the repeated blocks as lists. */
const visitEntry = z.record(z.string().max(60), z.union([z.string().max(400), z.boolean()]));
export const visitWish = z
  .object({ kind: z.enum(['inpatient', 'outpatient']) })
  .catchall(z.union([z.string().max(400), z.boolean(), z.array(visitEntry).max(32)]));

const cardMeant = {
  id: writeId.optional(),
  reader: z.string().min(1).max(200).optional(),
  /** Of the reading that the form was filled from: another insertion is refused with CARD_CHANGED. */
  insertion: z.int(),
};

/** POST /v1/card/patch */
export const patchRequest = z.strictObject({
  ...cardMeant,
  patch: patchWish.refine((patch) => Object.keys(patch).length > 0, 'must name an element'),
  /** What the card must hold now, as it was read; else CARD_PATCH_CONFLICT. `{}` writes over whatever stands there. */
  expected: patchWish,
});

/** POST /v1/card/visits */
export const visitRequest = z.strictObject({ ...cardMeant, visit: visitWish });

/** POST /v1/writes/dismiss: a card that will not come back. */
export const dismissRequest = z.strictObject({ id: writeId });

export const writeOutcome = z.enum(['applied', 'not applied', 'unknown']);

export const writtenElement = z.object({
  /** As the request named it; `visit` for a visit. */
  name: z.string(),
  /** Stable key. */
  id: z.string(),
  outcome: writeOutcome,
  /** The card held it before; nothing was sent. */
  alreadyHeld: z.boolean().optional(),
  /** Lists: each entry, in the order given. */
  entries: z.array(writeOutcome).optional(),
  /** Lists: how many older entries the card pushed out. */
  displaced: z.int().optional(),
  /** Photo: the old one was taken off and the new one does not stand. */
  erased: z.boolean().optional(),
  /** Visits: where it stands, and whether the oldest visit had to give way. */
  file: z.string().nullable().optional(),
  oldestErased: writeOutcome.nullable().optional(),
  signed: z.boolean().optional(),
});

export const writeRecord = z.object({
  id: writeId,
  kind: z.enum(['patch', 'visit', 'rekey']),
  cardFactor: hexBytes,
  begunAt: z.string(),
  /** null: begun, and no outcome was reported yet. */
  elements: z.array(writtenElement).nullable(),
  /** True when every element is `applied`. */
  complete: z.boolean(),
  /** False as long as an outcome is `unknown`. */
  settled: z.boolean(),
  settledBy: z.enum(['write', 'card', 'person']).nullable(),
});

export const writeAnswer = writeRecord.extend({
  insertion: z.int(),
  /** What stopped the write; null when it went to its end. */
  failure: z.object({ code: z.string(), message: text, nextStep: text, retriable: z.boolean() }).loose().nullable(),
  timings: readTimings.nullable(),
});

export const writesResponse = z.object({ writes: z.array(writeRecord) });

export type PatchWish = z.infer<typeof patchWish>;
export type VisitWish = z.infer<typeof visitWish>;
export type PatchRequest = z.infer<typeof patchRequest>;
export type VisitRequest = z.infer<typeof visitRequest>;
export type AgentWriteOutcome = z.infer<typeof writeOutcome>;
export type WrittenElement = z.infer<typeof writtenElement>;
export type WriteRecord = z.infer<typeof writeRecord>;
export type WriteAnswer = z.infer<typeof writeAnswer>;
