/**
 * The mailbox of a card between card-issuer and the agent (ADR 035): what waits for a card is leased to the agent at whose
 * reader it lies, and every lease ends with a result. Spoken by the agent, answered by card-issuer; both read it from here.
 */
import type { Text } from '@rhc/card/errors';
import { z } from 'zod';
import { hexBytes } from './shapes.ts';
import { patchWish, writeOutcome } from './writes.ts';

/** What a desk says to the holder; never free text, so that nothing personal travels in it. */
export const MAILBOX_NOTICES = {
  'card-listed': {
    zh: '此卡已挂失或停用,请勿继续使用,并提醒持卡人到发卡窗口办理。',
    en: 'This card is reported lost or out of use: do not serve it; ask the holder to see the issuing counter.',
  },
  'renewal-due': {
    zh: '此卡即将到期,请提醒持卡人到发卡窗口换卡。',
    en: 'This card expires soon: remind the holder to have it renewed at the issuing counter.',
  },
  'collect-new-card': {
    zh: '新卡已制成,请提醒持卡人到发卡窗口领取。',
    en: 'The new card is ready: remind the holder to collect it at the issuing counter.',
  },
  'see-counter': {
    zh: '请提醒持卡人到发卡窗口核对登记信息。',
    en: 'Ask the holder to have the registered data checked at the issuing counter.',
  },
} as const satisfies Record<string, Text>;
export type MailboxNotice = keyof typeof MAILBOX_NOTICES;
export const mailboxNotice = z.enum(Object.keys(MAILBOX_NOTICES) as MailboxNotice[]);

/** The profile knows the slots; a page that shows a mailbox does not need it. */
const keySlot = z.string().regex(/^[A-Z0-9]{2,3}\.[A-Z0-9]{2,4}$/);
const rekeySlot = z.strictObject({ slot: keySlot, version: z.int().min(1).max(255) });

/** What is to be done; `expected`: one of these must be what the card holds now, empty: whatever stands there. */
export const mailboxContent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('patch'), patch: patchWish, expected: z.array(patchWish).max(16) }),
  z.strictObject({ kind: z.literal('rekey'), slots: z.array(rekeySlot).min(1).max(24), retireOlder: z.boolean() }),
  z.strictObject({ kind: z.literal('notice'), notice: mailboxNotice }),
]);

const updateId = z.string().regex(/^[A-Za-z0-9._-]{1,48}$/);
const agentId = z.string().min(1).max(200);
/** Of one update: a later delivery has a higher number, and outdates what is said under a lower one. */
const lease = z.int().min(1);

export const mailboxDelivery = z.object({ id: updateId, sequence: z.int(), lease, content: mailboxContent });

/** What became of a delivery, as the chip showed it. Said again under the same lease it changes nothing. */
export const mailboxResult = z.strictObject({
  updateId,
  lease,
  outcome: writeOutcome,
  /** Why it was not applied, or what stopped it; a code of the error tables. */
  code: z
    .string()
    .regex(/^[A-Z0-9_]{1,60}$/)
    .nullable(),
  /** True: the next contact may try again (the card was pulled, the key service was away). */
  retriable: z.boolean(),
  at: z.iso.datetime(),
});

/** POST /v1/contacts: a card lies at a desk and said who it is. */
export const contactRequest = z.strictObject({
  agentId,
  cardFactor: hexBytes,
  issueSerial: z.string().min(1).max(20).nullable(),
  /** False: listed, expired or not served here: then nothing is delivered that writes. */
  mayWrite: z.boolean(),
  /** Updates of this card that the agent has in hand: they are not delivered again. */
  inHand: z.array(updateId).max(64),
  /** What the agent has not told yet. */
  results: z.array(mailboxResult).max(64),
});

export const contactResponse = z.object({
  /** False: no card of this issuer, or not handed over. */
  known: z.boolean(),
  /** Of the card's mailbox; grows with each update put into it. */
  mailboxVersion: z.int(),
  leasedUntil: z.string().nullable(),
  /** In the order in which they are to be carried out. */
  updates: z.array(mailboxDelivery),
  /** Notices that come from the card's state, not from an update: nothing is reported about them. */
  notices: z.array(mailboxNotice),
});

/** POST /v1/mailbox-results */
export const mailboxResultsRequest = z.strictObject({ agentId, results: z.array(mailboxResult).min(1).max(64) });
export const mailboxResultsResponse = z.object({
  taken: z.array(z.object({ updateId, state: z.string() })),
});

const keyVersions = z.array(z.strictObject({ slot: z.string().max(12), version: z.int().min(1).max(255) })).max(64);
/** POST /v1/mailbox-updates/:id/rekey-channel: every command of one channel, for an update that this desk has in hand. */
export const rekeyChannelRequest = z.strictObject({
  agentId,
  lease,
  cardFactor: hexBytes,
  challenge: z.string().regex(/^[0-9A-F]{16}$/),
  masterKeyVersion: z.int().min(1).max(255),
  writes: keyVersions,
  retirements: keyVersions,
});
const rekeyCommand = z.object({ slot: z.string(), version: z.int(), command: hexBytes });
export const rekeyChannelResponse = z.object({
  externalAuthenticate: hexBytes,
  writes: z.array(rekeyCommand),
  retirements: z.array(rekeyCommand),
});

/** What the desk shows of a contact: no value, only what it is about and what became of it. */
export const mailboxReport = z.object({
  at: z.iso.datetime(),
  /** `working`: the card is being written on; `unreachable`: card-issuer did not answer, it is asked again. */
  state: z.enum(['working', 'done', 'unreachable']),
  updates: z.array(
    z.object({
      kind: z.enum(['patch', 'rekey']),
      /** Elements or key slots. */
      subjects: z.array(z.string()),
      outcome: writeOutcome,
      code: z.string().nullable(),
    }),
  ),
  notices: z.array(mailboxNotice),
});

/** GET /v1/mailbox: the latest contact of this desk. */
export const mailboxState = z.object({
  /** False: turned off in the settings. */
  on: z.boolean(),
  reader: z.string().nullable(),
  insertion: z.int().nullable(),
  report: mailboxReport.nullable(),
});

export type MailboxReport = z.infer<typeof mailboxReport>;
export type MailboxState = z.infer<typeof mailboxState>;
export type RekeyChannelRequest = z.infer<typeof rekeyChannelRequest>;
export type RekeyChannelResponse = z.infer<typeof rekeyChannelResponse>;
export type MailboxContent = z.infer<typeof mailboxContent>;
export type MailboxDelivery = z.infer<typeof mailboxDelivery>;
export type MailboxResult = z.infer<typeof mailboxResult>;
export type ContactRequest = z.infer<typeof contactRequest>;
export type ContactResponse = z.infer<typeof contactResponse>;
