/** What a counter needs beside the register itself: tables of its form, a check before anything is stored, review, preview. */
import { z } from 'zod';
import { approvalResponse } from './approvals.ts';
import { enrolRequest } from './residents.ts';
import { bilingual, fieldFault } from './texts.ts';

const id = z.string().max(64);
const records = z.object({ max: z.int(), sizeBytes: z.record(z.string(), z.int()) });
const entries = z.array(z.object({ code: z.string(), text: bilingual }));

/** GET /v1/enrolment-form: what may be chosen, and how long a text may be on the card. */
export const enrolmentFormResponse = z.object({
  tables: z.object({
    sex: entries,
    ethnicGroup: entries,
    documentType: entries,
    contactRelationship: entries,
    paymentMethods: entries,
    bloodAbo: entries,
    bloodRh: entries,
    education: entries,
    marital: entries,
    occupation: entries,
  }),
  /** Alerts of the card by the id that an enrolment names and the item number that a record holds. */
  alerts: z.array(z.object({ id: z.string(), item: z.int(), text: bilingual })),
  /** Bytes of the card's character set: 2 a Chinese character. */
  sizeBytes: z.record(z.string(), z.int()),
  /** Cyclic records of the card: how many it keeps, and bytes of each text. */
  records: z.object({ allergies: records, immunizations: records }),
  photoMaxBytes: z.int(),
});

/** POST /v1/enrolment-checks: `residentId` when a record is corrected. */
export const enrolmentCheckRequest = enrolRequest.omit({ purpose: true }).extend({ residentId: id.optional() });
export const enrolmentCheckResponse = z.object({
  faults: z.array(fieldFault),
  /** The record that holds this document number already. */
  known: z.string().nullable(),
  candidates: z.array(
    z.object({
      residentId: z.string(),
      name: z.string(),
      birthDate: z.string(),
      areaCode: z.string(),
      score: z.int(),
      reasons: z.array(z.object({ code: z.string(), text: bilingual })),
    }),
  ),
});

/** GET and POST /v1/residents/:id/review */
export const askReviewRequest = z.strictObject({});
export const reviewResponse = z.object({
  /** True while a card cannot be ordered without a second person. */
  needed: z.boolean(),
  /** Records that may be the same person and are not decided. */
  openCandidates: z.int(),
  /** The newest request for this version of the record. */
  approval: approvalResponse.nullable(),
});

const place = {
  side: z.enum(['holder', 'emblem']),
  leftMm: z.number(),
  topMm: z.number(),
  widthMm: z.number(),
  heightMm: z.number(),
};
/** GET /v1/residents/:id/face-preview: the face as it will be printed, in millimetres on an ID-1 body. */
export const facePreviewResponse = z.object({
  widthMm: z.number(),
  heightMm: z.number(),
  cornerRadiusMm: z.number(),
  marks: z.array(
    z.discriminatedUnion('kind', [
      /** JPEG, base64; null leaves the frame empty. */
      z.object({ kind: z.literal('photo'), ...place, photo: z.string().nullable() }),
      z.object({
        kind: z.literal('text'),
        ...place,
        text: z.string(),
        sizePt: z.number(),
        bold: z.boolean(),
        align: z.enum(['left', 'center', 'right']),
      }),
      /** Dark bars: left edge and width in millimetres from the place's left edge. */
      z.object({
        kind: z.literal('barcode'),
        ...place,
        bars: z.array(z.object({ leftMm: z.number(), widthMm: z.number() })),
      }),
      z.object({ kind: z.literal('seal'), ...place, text: z.string(), starMm: z.number() }),
    ]),
  ),
});

export type EnrolmentFormResponse = z.infer<typeof enrolmentFormResponse>;
export type EnrolmentCheckRequest = z.infer<typeof enrolmentCheckRequest>;
export type EnrolmentCheckResponse = z.infer<typeof enrolmentCheckResponse>;
export type ReviewResponse = z.infer<typeof reviewResponse>;
export type FacePreviewResponse = z.infer<typeof facePreviewResponse>;
