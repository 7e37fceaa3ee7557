/** Where the keys come from: SAM and key-service as the desk's page shows them, desk profile, PIN. */
import { CARD_KEY_SLOTS } from '@rhc/card/profile';
import { z } from 'zod';
import { hexBytes, text } from './shapes.ts';

export const keySource = z.enum(['sam', 'sam+key-service', 'key-service']);

export const samState = z.object({
  reader: z.string().nullable(),
  /**
   * `pin-needed`: a person has to enter it; `pin-wrong`: the one that was tried is not right, it is not tried again;
   * `pin-blocked`: the province's business.
   */
  state: z.enum(['absent', 'opening', 'pin-needed', 'pin-wrong', 'pin-blocked', 'ready', 'failed']),
  samFactor: hexBytes.nullable(),
  samSerial: z.string().nullable(),
  terminalNumber: z.string().nullable(),
  pinTriesLeft: z.int().nullable(),
  /** Slot of the card and version of each key that the SAM holds. */
  versions: z.array(z.object({ slot: z.enum(CARD_KEY_SLOTS), version: z.int() })),
  error: z.object({ code: z.string(), message: text, nextStep: text }).loose().nullable(),
});

/** What key-service was told of the SAM; `refused`: it has revoked it, and its keys serve no card from here any more. */
export const samReportState = z.object({
  state: z.enum(['none', 'waiting', 'told', 'refused']),
  at: z.iso.datetime().nullable(),
  error: z.object({ code: z.string(), message: text, nextStep: text }).loose().nullable(),
});

/** GET /v1/desk/keys */
export const keysState = z.object({
  policy: z.enum(['sam-first', 'key-service-first', 'sam-only', 'key-service-only']),
  /** In the order in which they are tried for the next card. */
  order: z.array(keySource),
  keyService: z.enum(['not-asked', 'answers', 'silent']),
  /** Whose keys served the last card, and their versions by slot. */
  lastUse: z.object({ source: keySource, versions: z.record(z.string(), z.int()), at: z.iso.datetime() }).nullable(),
  sam: samState,
  samReport: samReportState,
});
/** GET and POST /v1/desk/profile */
export const deskProfile = z.object({
  readers: z.array(z.object({ reader: z.string(), holds: z.enum(['nothing', 'card', 'sam', 'other']) })),
  card: z.string().nullable(),
  sam: z.string().nullable(),
});
export const deskAssignment = z.strictObject({
  card: z.string().max(200).nullable(),
  sam: z.string().max(200).nullable(),
});
/** POST /v1/desk/sam/pin */
export const samPinEntry = z.strictObject({ pin: z.string().regex(/^\d{4,16}$/) });

export type KeySource = z.infer<typeof keySource>;
export type SamReportState = z.infer<typeof samReportState>;
export type SamState = z.infer<typeof samState>;
export type KeysState = z.infer<typeof keysState>;
export type KeyPolicy = KeysState['policy'];
