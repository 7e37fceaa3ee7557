/**
 * SAM issue (ADR 006): orders, the issue dialogue, PIN mailers, delivery, the register. The SAM lies in a reader of an agent
 * that may stand behind NAT, so the side with the reader always asks: it sends the SAM's answers and gets the next
 * commands, whole APDUs made in the HSM. Nothing of a SAM is kept on that side, so any reader can go on with a torn one.
 */
import { CARD_KEY_SLOTS } from '@rhc/card/profile';
import { z } from 'zod';

const hexText = z.string().regex(/^([0-9A-F]{2})*$/, 'upper-case hex');
const moment = z.iso.datetime();
const words = z.string().trim().min(1).max(200);
export const samSerial = z.string().regex(/^\d{20}$/, '20 digits');
/** Province, city, issuer, then six digits of the terminal. */
export const terminalNumber = z.string().regex(/^\d{12}$/, '12 digits');

const pinMailerState = z.enum(['none', 'sealed', 'printed']);

/**
 * `ordered` → `first-issued` (nation's keys) → `issued` (province's keys, certificate, PIN) → `delivered` → `returned`;
 * `revoked` from any of them: the terminal number is free again, the SAM is on the list of refused ones.
 */
export const samState = z.enum(['ordered', 'first-issued', 'issued', 'delivered', 'returned', 'revoked']);
export const samVersion = z.object({ slot: z.enum(CARD_KEY_SLOTS), version: z.int().min(1).max(255) });
export const sam = z.object({
  samSerial,
  terminalNumber,
  orderId: z.string(),
  provinceCode: z.string(),
  institution: z.string(),
  state: samState,
  suite: z.enum(['intl-128', 'sm-128']),
  /** Chip's factor, once a chip has been taken for it. */
  samFactor: z.string().nullable(),
  versions: z.array(samVersion),
  /** `sealed`: PIN made, mailer not yet printed; it is printed once. */
  pinMailer: pinMailerState,
  orderedAt: moment,
  issuedAt: moment.nullable(),
  lastContact: moment.nullable(),
});
export const samMove = z.object({
  at: moment,
  what: z.enum(['ordered', 'first-issued', 'issued', 'pin-mailer-printed', 'delivered', 'returned', 'revoked']),
  actor: z.string(),
  note: z.string(),
});

/** GET /v1/sams */
export const samListRequest = z.strictObject({
  state: samState.optional(),
  orderId: z.string().max(64).optional(),
  /** `sealed`: a mailer waits to be printed. */
  pinMailer: pinMailerState.optional(),
  /** Part of the institution's name, the terminal number or the serial. */
  search: z.string().max(60).optional(),
  after: samSerial.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const samListResponse = z.object({ sams: z.array(sam), next: samSerial.nullable(), total: z.int() });
/** GET /v1/sams/:samSerial */
export const samResponse = z.object({ sam, moves: z.array(samMove) });

/** POST /v1/sam-orders/:orderId/pin-mailers: as many as a printer takes at once; what is printed is printed once. */
export const samMailersRequest = z.strictObject({ limit: z.int().min(1).max(100).default(50) });

/** POST /v1/sam-orders: one for each clinic reader; terminal numbers ascend from the first. */
export const samOrderRequest = z.strictObject({
  provinceCode: z.string().regex(/^\d{2}$/, 'two digits of GB/T 2260'),
  institution: words,
  firstTerminalNumber: terminalNumber,
  count: z.int().min(1).max(1_000),
});
/** POST /v1/sam-orders/requests: the same order where the roster wants a quorum for it. */
export const samOrderQuorumRequest = samOrderRequest.extend({ reason: z.string().trim().min(4).max(500) });
export const samOrder = z.object({
  orderId: z.string(),
  institution: z.string(),
  provinceCode: z.string(),
  orderedAt: moment,
  orderedBy: z.string(),
  total: z.int(),
  /** How many are in each state. */
  progress: z.record(samState, z.int()),
});
export const samOrdersResponse = z.object({ orders: z.array(samOrder) });

/** POST /v1/sam-issue: `answers` are the SAM's to the commands given last; none in the first call. */
export const samIssueRequest = z.strictObject({
  orderId: z.string().max(64),
  /** Of the answer before; null begins. */
  dialogue: z.string().max(64).nullable(),
  answers: z.array(hexText.max(600)).max(200),
});
export const samIssueResponse = z.object({
  dialogue: z.string(),
  samSerial: samSerial.nullable(),
  stage: z.enum(['ask', 'first-issue', 'second-issue', 'second-issue-end', 'done']),
  commands: z.array(hexText),
  done: z.boolean(),
});

/** POST /v1/sams/:samSerial/delivery, /return, /revocation */
export const samDeliveryRequest = z.strictObject({ receiver: words, carrier: words });
export const samReasonRequest = z.strictObject({ reason: words });
/** POST /v1/sams/:samSerial/contact: a terminal says what its SAM holds (`80 CA 01 03`). */
export const samContactRequest = z.strictObject({ versions: z.array(samVersion).max(200) });
export const samContactResponse = z.object({ refused: z.boolean() });

export type Sam = z.infer<typeof sam>;
export type SamState = z.infer<typeof samState>;
export type SamMove = z.infer<typeof samMove>;
export type SamOrder = z.infer<typeof samOrder>;
export type SamListRequest = z.infer<typeof samListRequest>;
export type SamListResponse = z.infer<typeof samListResponse>;
export type SamResponse = z.infer<typeof samResponse>;
export type SamOrderRequest = z.infer<typeof samOrderRequest>;
export type SamIssueRequest = z.infer<typeof samIssueRequest>;
export type SamIssueResponse = z.infer<typeof samIssueResponse>;
export type SamContactRequest = z.infer<typeof samContactRequest>;
