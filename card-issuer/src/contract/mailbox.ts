/** Mailboxes as the counter sees them; what agents say and hear stands in reader-agent/contract/mailbox.ts. */
import { mailboxContent } from '@rhc/reader-agent/contract';
import { z } from 'zod';
// By file, not by the folder: what checks contents needs Node, and pages read this contract.
import { CHANGE_STATES, type ChangeState } from '../domain/mailbox/change.ts';
import { UPDATE_KINDS, UPDATE_STATES, type UpdateState } from '../domain/mailbox/update.ts';
import { listQuery } from './list-query.ts';

export {
  agentEventsRequest,
  agentEventsResponse,
  contactRequest,
  contactResponse,
  mailboxResultsRequest,
  mailboxResultsResponse,
  rekeyChannelRequest,
  rekeyChannelResponse,
} from '@rhc/reader-agent/contract';

const moment = z.iso.datetime();
const lapsesAt = moment.nullish();

/** POST /v1/cards/:id/mailbox */
export const mailboxPutRequest = z.strictObject({ content: mailboxContent, lapsesAt });
export const mailboxWithdrawRequest = z.strictObject({});

/** GET /v1/cards/:id/mailbox, /v1/mailbox-changes: newest first. */
export const mailboxQuery = listQuery({ most: 500, usual: 100 });
export const mailboxChangesQuery = listQuery({ most: 200, usual: 50 });

/** POST /v1/mailbox-changes: counted at once, carried out when a second person starts it. */
export const mailboxChangeRequest = z.strictObject({
  name: z.string().trim().min(1).max(100),
  content: z.union([
    mailboxContent,
    z.strictObject({ kind: z.literal('register'), elements: z.array(z.string().min(1).max(60)).min(1).max(40) }),
  ]),
  selection: z
    .strictObject({
      areaPrefix: z
        .string()
        .regex(/^\d{2,6}$/)
        .optional(),
      cardIds: z.array(z.string().min(1).max(64)).min(1).max(20_000).optional(),
      expiresBefore: z.iso.date().optional(),
    })
    .refine((selection) => Object.values(selection).some((value) => value !== undefined), 'must choose something'),
  lapsesAt,
});

const updateState = z.enum(Object.keys(UPDATE_STATES) as UpdateState[]);
export const mailboxUpdateResponse = z.object({
  id: z.string(),
  cardId: z.string(),
  sequence: z.int(),
  kind: z.enum(UPDATE_KINDS),
  state: updateState,
  subjects: z.array(z.string()),
  lease: z.int(),
  leasedBy: z.string().nullable(),
  leasedUntil: z.string().nullable(),
  code: z.string().nullable(),
  supersededBy: z.string().nullable(),
  changeId: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
  lapsesAt: z.string().nullable(),
  settledAt: z.string().nullable(),
});
export const mailboxResponse = z.object({
  version: z.int(),
  lastContactAt: z.string().nullable(),
  lastContactAgent: z.string().nullable(),
  updates: z.array(mailboxUpdateResponse),
  next: z.string().nullable(),
});

export const mailboxChangeResponse = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(Object.keys(CHANGE_STATES) as ChangeState[]),
  kind: z.enum([...UPDATE_KINDS, 'register']),
  selection: z.object({
    areaPrefix: z.string().optional(),
    cardIds: z.array(z.string()).optional(),
    expiresBefore: z.string().optional(),
  }),
  lapsesAt: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
  startedBy: z.string().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  looked: z.int(),
  made: z.int(),
  needless: z.int(),
  refused: z.int(),
  total: z.int().nullable(),
  refusals: z.array(z.object({ cardId: z.string(), code: z.string() })),
  updates: z.record(z.string(), z.int()),
});
export const mailboxChangesResponse = z.object({
  changes: z.array(mailboxChangeResponse),
  next: z.string().nullable(),
});
