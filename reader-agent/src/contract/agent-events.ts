/**
 * What an agent tells card-issuer when the network is there: in the order in which it happened, each under a key of its
 * own, so that what was told and not heard back is told again and counts once.
 */
import { z } from 'zod';
import { mailboxResult } from './mailbox.ts';
import { hexBytes } from './shapes.ts';

const told = {
  key: z.string().regex(/^[A-Za-z0-9._-]{1,80}$/),
  at: z.iso.datetime(),
};

export const agentEvent = z.discriminatedUnion('kind', [
  z.strictObject({ ...told, kind: z.literal('mailbox-result'), result: mailboxResult }),
  /** A card was served while card-issuer could not be asked: a contact, told afterwards. */
  z.strictObject({
    ...told,
    kind: z.literal('card-seen'),
    cardFactor: hexBytes,
    issueSerial: z.string().min(1).max(20).nullable(),
  }),
]);

/** POST /v1/agent-events */
export const agentEventsRequest = z.strictObject({
  agentId: z.string().min(1).max(200),
  events: z.array(agentEvent).min(1).max(64),
});
/** In the order of the request; `refused`: it will never be taken, so telling it again is of no use. */
export const agentEventsResponse = z.object({
  events: z.array(z.object({ key: z.string(), state: z.enum(['taken', 'known', 'refused']) })),
});

/** GET /v1/event-queue: of this desk. */
export const eventQueueState = z.object({
  waiting: z.int(),
  capacity: z.int(),
  /** When the oldest that waits happened. */
  oldestAt: z.string().nullable(),
  /** Since the start: not taken because the queue was full or the disk refused. */
  lost: z.int(),
  /** Files that the key of this agent does not open. */
  unreadable: z.int(),
  lastSentAt: z.string().nullable(),
  /** What card-issuer would not take. */
  refused: z.int(),
  error: z
    .object({ code: z.string(), message: z.object({ zh: z.string(), en: z.string() }) })
    .loose()
    .nullable(),
  /** Without values. */
  events: z.array(z.object({ key: z.string(), kind: z.string(), at: z.string() })),
});

export type AgentEvent = z.infer<typeof agentEvent>;
export type AgentEventsRequest = z.infer<typeof agentEventsRequest>;
export type AgentEventsResponse = z.infer<typeof agentEventsResponse>;
export type EventQueueState = z.infer<typeof eventQueueState>;
