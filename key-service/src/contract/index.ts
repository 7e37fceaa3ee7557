/**
 * What key-service offers to the other services. Bytes travel as upper-case hex. key-service never learns a name or an
 * identity number: a card is its 8-byte factor, a resident's data is a hash.
 */
import { CARD_KEY_SLOTS, OFF_CARD_KEY_SLOTS } from '@rhc/card/profile';
import { z } from 'zod';
import { cardPeople } from './card-people.ts';

export * from './access.ts';
export * from './agent-audit.ts';
export * from './approvals.ts';
export * from './audit.ts';
export * from './bureau.ts';
export * from './card-people.ts';
export * from './ceremony.ts';
export * from './certificates.ts';
export * from './data-keys.ts';
export * from './hierarchy.ts';
export * from './hotlist.ts';
export * from './hsm.ts';
export * from './key-life.ts';
export * from './rotation.ts';
export * from './sams.ts';

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9A-F]{${bytes * 2}}$`), `${bytes} bytes as upper-case hex`);
const hexUpTo = (bytes: number) =>
  z
    .string()
    .regex(/^([0-9A-F]{2})*$/, 'upper-case hex')
    .max(bytes * 2);
export const keySlotName = z.enum([...CARD_KEY_SLOTS, ...OFF_CARD_KEY_SLOTS]);
const cardKeySlotName = z.enum(CARD_KEY_SLOTS);
const keyVersion = z.int().min(1).max(255);
const provinceCode = z.string().regex(/^\d{2}$/, 'two digits of GB/T 2260');
const cardRequest = {
  cardFactor: hex(8),
  provinceCode,
  /** Asked for where the card's city disperses keys of its own. */
  cityCode: z
    .string()
    .regex(/^\d{4}$/, 'four digits of GB/T 2260')
    .optional(),
};

/** POST /v1/personalization/prepare: one call that serves the whole card. */
export const preparePersonalizationRequest = z.strictObject({
  ...cardRequest,
  /** The chip's challenge R that opens the channel. */
  challenge: hex(8),
  /** 0: the blank still holds its transport key; else the issuer's MK version that is on the chip. */
  masterKeyVersion: z.int().min(0).max(255),
  /** Input of the security code (CVN): first 16 bytes of the hash over card number, expiry and issue serial. */
  securityCodeBlock: hex(16),
  /** Issuer code, for the usage policy and the audit log. */
  issuer: z.string().regex(/^\d{1,22}$/),
  /** Must be given, with two people, where the hierarchy says `review: every-card` of the issuer. */
  people: cardPeople.optional(),
});
export const preparePersonalizationResponse = z.object({
  suite: z.enum(['intl-128', 'sm-128', 'pboc-3des']),
  externalAuthenticate: hexUpTo(64),
  keys: z.array(z.object({ slot: cardKeySlotName, version: keyVersion, command: hexUpTo(261), kcv: hex(3) })),
  /** IV of the next secured command of this channel: the full last CBC block after `keys`. */
  macChaining: hex(16).or(hex(8)),
  /** 安全码, 3 digits; the same block always gives the same code under one key version. */
  securityCode: z.string().regex(/^\d{3}$/),
});

/**
 * POST /v1/personalization/finish: END PERSONALIZATION and the negative control, asked for only after the read-back
 * agreed byte for byte. Stateless: the channel's MAC key is derived again from the same challenge.
 */
export const finishPersonalizationRequest = z.strictObject({
  ...cardRequest,
  challenge: hex(8),
  masterKeyVersion: z.int().min(0).max(255),
  macChaining: hex(16).or(hex(8)),
  keys: z
    .array(z.strictObject({ slot: cardKeySlotName, version: keyVersion, kcv: hex(3) }))
    .min(1)
    .max(66),
  /** Hash of the suite over all files in profile order (card/personalization `filesDigest`). */
  filesDigest: hex(32),
  negativeControl: z.strictObject({ challenge: hex(8), version: keyVersion.optional() }),
});
export const finishPersonalizationResponse = z.object({
  /** Whole APDU `84 44 00 00 24 …`. */
  endPersonalization: hexUpTo(64),
  /** Whole APDU `00 82 00 04 11 …`, made with the undispersed root of RK1.DDF1: a genuine card must refuse it. */
  negativeControl: hexUpTo(64),
});

/** POST /v1/terminal: a list of terminal operations of one card, answered together, so that a dialogue costs few calls. */
export const terminalOperation = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('external-authentication'),
    slot: cardKeySlotName,
    version: keyVersion.optional(),
    challenge: hex(8),
  }),
  z.strictObject({
    kind: z.literal('verify-internal-authentication'),
    version: keyVersion.optional(),
    r1: hex(8),
    r2: hex(8),
    answer: hex(8),
  }),
  z.strictObject({
    kind: z.literal('protect'),
    slot: cardKeySlotName,
    version: keyVersion.optional(),
    challenge: hex(8),
    /** CLA INS P1 P2. */
    header: hex(4),
    /** TLV or record value; null = MAC only. */
    plain: hexUpTo(240).nullable(),
  }),
]);
export const terminalRequest = z.strictObject({
  ...cardRequest,
  operations: z.array(terminalOperation).min(1).max(64),
});
export const terminalResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('external-authentication'),
    version: keyVersion,
    cryptogram: hex(8),
    terminalRandom: hex(8),
  }),
  z.object({ kind: z.literal('verify-internal-authentication'), version: keyVersion, genuine: z.boolean() }),
  z.object({ kind: z.literal('protect'), version: keyVersion, data: hexUpTo(255) }),
]);
export const terminalResponse = z.object({
  suite: z.enum(['intl-128', 'sm-128', 'pboc-3des']),
  results: z.array(terminalResult),
});

/**
 * POST /v1/rekey: every command of one re-key channel (ADR 005): WRITE KEY of `writes`, then RETIRE KEY of `retirements`, in
 * one MAC chain in the order asked for.
 */
const keyVersionOfSlot = z.strictObject({ slot: cardKeySlotName, version: keyVersion });
export const rekeyRequest = z.strictObject({
  ...cardRequest,
  challenge: hex(8),
  masterKeyVersion: keyVersion,
  writes: z.array(keyVersionOfSlot).max(66),
  retirements: z.array(keyVersionOfSlot).max(66),
});
const rekeyCommand = z.object({ slot: cardKeySlotName, version: keyVersion, command: hexUpTo(261) });
export const rekeyResponse = z.object({
  suite: z.enum(['intl-128', 'sm-128', 'pboc-3des']),
  externalAuthenticate: hexUpTo(64),
  writes: z.array(rekeyCommand),
  retirements: z.array(rekeyCommand),
});

/** GET /v1/slots: what the token holds. */
export const keyVersionState = z.enum(['pre-active', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed']);
export const slotsResponse = z.object({
  suite: z.enum(['intl-128', 'sm-128', 'pboc-3des']),
  slots: z.array(
    z.object({
      slot: keySlotName,
      levels: z.union([z.literal(1), z.literal(2)]),
      versions: z.array(
        z.object({ version: keyVersion, state: keyVersionState, kcv: hex(3), kcvMethod: z.enum(['ENC0', 'CMAC0']) }),
      ),
    }),
  ),
});

/** GET /v1/key-versions: states, schedules, and whose cryptoperiod ends. */
const moment = z.iso.datetime();
export const keyVersionsResponse = z.object({
  versions: z.array(
    z.object({
      slot: keySlotName,
      version: keyVersion,
      state: keyVersionState,
      suite: z.enum(['intl-128', 'sm-128', 'pboc-3des']),
      kcv: hex(3),
      kcvMethod: z.enum(['ENC0', 'CMAC0']),
      createdAt: moment,
      activateAt: moment.nullable(),
      destroyAt: moment.nullable(),
      cryptoperiodEnds: moment.nullable(),
    }),
  ),
  warnings: z.array(
    z.object({
      slot: keySlotName,
      version: keyVersion,
      kind: z.enum(['ended', 'ends-soon', 'no-successor']),
      daysLeft: z.int(),
    }),
  ),
});
export type KeyVersionsResponse = z.infer<typeof keyVersionsResponse>;

/** GET /v1/issuer-certificate: the 180-byte issuer certificate (element 5) of the active suite. */
export const issuerCertificateQuery = z.strictObject({
  /** Of several issuers of the hierarchy; the first one when absent. */
  issuer: z
    .string()
    .regex(/^\d{22}$/)
    .optional(),
});
export const issuerCertificateResponse = z.object({ issuerCode: z.string(), certificate: hex(180) });

/** GET /v1/status: no secret, no person; also what the start-up account prints. */
export const statusResponse = z.object({
  service: z.literal('key-service'),
  version: z.string(),
  ready: z.boolean(),
  token: z
    .object({
      model: z.string(),
      label: z.string(),
      serial: z.string(),
      /** Known-answer passport of the attach: mechanism → passed. */
      knownAnswers: z.array(z.object({ name: z.string(), passed: z.boolean() })),
    })
    .nullable(),
  workers: z.int(),
});

export type PreparePersonalizationRequest = z.infer<typeof preparePersonalizationRequest>;
export type PreparePersonalizationResponse = z.infer<typeof preparePersonalizationResponse>;
export type FinishPersonalizationRequest = z.infer<typeof finishPersonalizationRequest>;
export type FinishPersonalizationResponse = z.infer<typeof finishPersonalizationResponse>;
export type TerminalOperation = z.infer<typeof terminalOperation>;
export type TerminalRequest = z.infer<typeof terminalRequest>;
export type TerminalResult = z.infer<typeof terminalResult>;
export type TerminalResponse = z.infer<typeof terminalResponse>;
export type RekeyRequest = z.infer<typeof rekeyRequest>;
export type RekeyResponse = z.infer<typeof rekeyResponse>;
export type IssuerCertificateResponse = z.infer<typeof issuerCertificateResponse>;
export type SlotsResponse = z.infer<typeof slotsResponse>;
export type StatusResponse = z.infer<typeof statusResponse>;
