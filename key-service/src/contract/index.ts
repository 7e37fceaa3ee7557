/**
 * What key-service offers to the other services. Bytes travel as upper-case hex. key-service never learns a name or an
 * identity number: a card is its 8-byte factor, a resident's data is a hash.
 */
import { CARD_KEY_SLOTS, OFF_CARD_KEY_SLOTS } from '@rhc/card/profile';
import { z } from 'zod';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9A-F]{${bytes * 2}}$`), `${bytes} bytes as upper-case hex`);
const hexUpTo = (bytes: number) => z.string().regex(/^([0-9A-F]{2})*$/, 'upper-case hex').max(bytes * 2);
export const keySlotName = z.enum([...CARD_KEY_SLOTS, ...OFF_CARD_KEY_SLOTS]);
const cardKeySlotName = z.enum(CARD_KEY_SLOTS);
const keyVersion = z.int().min(1).max(255);
const provinceCode = z.string().regex(/^\d{2}$/, 'two digits of GB/T 2260');
const cardRequest = { cardFactor: hex(8), provinceCode };

/** POST /v1/personalization/prepare: one call that serves the whole card. */
export const preparePersonalizationRequest = z.strictObject({
  ...cardRequest,
  /** The chip's challenge R that opens the channel. */
  challenge: hex(8),
  /** 0: the blank still holds its transport key; else the issuer's MK version that is on the chip. */
  masterKeyVersion: z.int().min(0).max(255),
  /** Hash of the suite over all files in profile order (card/personalization `filesDigest`). */
  filesDigest: hex(32),
  /** Issuer code, for the usage policy and the audit log. */
  issuer: z.string().regex(/^\d{1,22}$/),
});
export const preparePersonalizationResponse = z.object({
  suite: z.enum(['intl-128', 'sm-128', 'pboc-3des']),
  externalAuthenticate: hexUpTo(64),
  keys: z.array(z.object({ slot: cardKeySlotName, version: keyVersion, command: hexUpTo(261), kcv: hex(3) })),
  endPersonalization: hexUpTo(64),
});

/** POST /v1/security-code: CVN (安全码), 3 digits. */
export const securityCodeRequest = z.strictObject({ block: hex(16) });
export const securityCodeResponse = z.object({ securityCode: z.string().regex(/^\d{3}$/), version: keyVersion });

/**
 * POST /v1/terminal: a list of terminal operations of one card, answered together, so that a dialogue costs few calls.
 * `negative-control` is an external authentication made with the *undispersed* root of RK1.DDF1, which a genuine card
 * must refuse (FIELD.md, what goes wrong elsewhere, 3).
 */
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
  z.strictObject({ kind: z.literal('negative-control'), version: keyVersion.optional(), challenge: hex(8) }),
]);
export const terminalRequest = z.strictObject({
  ...cardRequest,
  operations: z.array(terminalOperation).min(1).max(64),
});
export const terminalResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['external-authentication', 'negative-control']),
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
export type SecurityCodeRequest = z.infer<typeof securityCodeRequest>;
export type SecurityCodeResponse = z.infer<typeof securityCodeResponse>;
export type TerminalOperation = z.infer<typeof terminalOperation>;
export type TerminalRequest = z.infer<typeof terminalRequest>;
export type TerminalResult = z.infer<typeof terminalResult>;
export type TerminalResponse = z.infer<typeof terminalResponse>;
export type SlotsResponse = z.infer<typeof slotsResponse>;
export type StatusResponse = z.infer<typeof statusResponse>;
