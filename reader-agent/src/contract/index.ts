/**
 * Two contracts of the agent. (1) The issuer channel: one WebSocket that the agent dials out to card-issuer, over which
 * card-issuer pushes batches of APDU steps. (2) The local API for the hospital's programs, on loopback only.
 */
import { z } from 'zod';
import { clockState } from './clock.ts';
import { hotlistState } from './hotlist.ts';
import { mailboxReport } from './mailbox.ts';
import { cardStanding, identityStage } from './reads.ts';
import { decodedElement, hexBytes, readTimings, text } from './shapes.ts';
import { writeRecord } from './writes.ts';

export * from './agent-events.ts';
export * from './audit.ts';
export * from './clock.ts';
export * from './diagnostics.ts';
export * from './hotlist.ts';
export * from './legacy.ts';
export * from './mailbox.ts';
export * from './pairing.ts';
export * from './reads.ts';
export { decodedElement, readTimings } from './shapes.ts';
export * from './terminal-keys.ts';
export * from './updates.ts';
export * from './writes.ts';

export const errorBody = z.object({
  code: z.string(),
  message: text,
  nextStep: text,
  retriable: z.boolean(),
  fields: z.array(z.object({ field: z.string(), rule: text })).optional(),
});

// ---------------------------------------------------------------------------------------------- issuer channel

/** A card that lies in a reader. `insertion` grows with every insertion: a batch for another insertion is refused. */
export const presentCard = z.object({
  insertion: z.int(),
  atr: hexBytes,
  /** 8-byte card factor from the ATR, hex; null when the ATR is not a resident health card's. */
  cardFactor: hexBytes.nullable(),
});
export const readerState = z.object({
  reader: z.string(),
  /** `free`, or `busy` while a batch or a local read holds the card. */
  state: z.enum(['empty', 'free', 'busy', 'mute']),
  card: presentCard.nullable(),
});

export const apduStep = z.strictObject({
  command: hexBytes.min(8).max(522),
  expectedStatusWords: z.array(z.int().min(0).max(0xffff)).optional(),
  stopOnMismatch: z.boolean().optional(),
});

/** card-issuer → agent. */
export const issuerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), issuer: z.string(), agentId: z.string() }),
  z.strictObject({
    type: z.literal('batch'),
    /** Unique; a batch sent again with the same id after a reconnect is answered from memory, never run twice. */
    id: z.string().min(1).max(64),
    reader: z.string(),
    insertion: z.int(),
    steps: z.array(apduStep).min(1).max(2000),
    /** The first batch of a job takes the card for it, the last gives it back. */
    lock: z.enum(['hold', 'release']),
  }),
  z.strictObject({ type: z.literal('release'), reader: z.string() }),
]);

/** Of the list that the desk serves by; null: none. Absent: an agent that does not tell. */
const hotlistVersion = z.int().nullable().optional();

/** agent → card-issuer. */
export const agentMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    agentId: z.string(),
    version: z.string(),
    readers: z.array(readerState),
    hotlistVersion,
  }),
  /** Sent anew whenever readers or the hotlist changed. */
  z.object({ type: z.literal('readers'), readers: z.array(readerState), hotlistVersion }),
  z.object({ type: z.literal('progress'), id: z.string(), done: z.int(), total: z.int() }),
  z.object({
    type: z.literal('answers'),
    id: z.string(),
    /** Response data ‖ SW of each step that ran. */
    responses: z.array(hexBytes),
    elapsedMs: z.number(),
  }),
  z.object({ type: z.literal('failed'), id: z.string(), responses: z.array(hexBytes), error: errorBody }),
]);

export type PresentCard = z.infer<typeof presentCard>;
export type ReaderState = z.infer<typeof readerState>;
export type IssuerMessage = z.infer<typeof issuerMessage>;
export type AgentMessage = z.infer<typeof agentMessage>;

// ---------------------------------------------------------------------------------------------------- local API

/** GET /status and /v1/status: no person, no card number. */
export const statusResponse = z.looseObject({
  service: z.literal('reader-agent'),
  version: z.string(),
  /** Of the messages. */
  api: z.int(),
  /** Only where no card is real. */
  simulator: z.string().optional(),
  ready: z.boolean(),
  pcsc: z.looseObject({ state: z.string(), restarts: z.int() }),
  readers: z.int(),
  cards: z.int(),
  issuerChannel: z.string(),
  writes: z.object({ open: z.int(), unreadable: z.int() }),
  clock: clockState,
  /** Null: none is set up here. */
  hotlist: hotlistState.nullable(),
  /** Of the local audit; null: none is kept. */
  audit: z
    .object({
      waiting: z.int(),
      damaged: z.boolean(),
      failing: z.boolean(),
      upload: z.enum(['none', 'idle', 'waiting', 'refused', 'gap']),
    })
    .nullable(),
});
export const readersResponse = z.object({ readers: z.array(readerState) });
/** GET /v1/events, and the query of the WebSocket. */
export const eventsQuery = z.strictObject({ read: z.literal('identity').optional() });

/** POST /v1/card/identity */
export const identityResponse = z.object({
  cardFactor: hexBytes,
  insertion: z.int(),
  genuine: z.boolean(),
  standing: cardStanding,
  elements: z.array(decodedElement),
  timings: readTimings,
});

/** POST /v1/card/photo */
export const photoResponse = z.object({
  cardFactor: hexBytes,
  insertion: z.int(),
  genuine: z.boolean(),
  standing: cardStanding,
  /** JPEG, base64. */
  photo: z.string().nullable(),
  timings: readTimings,
});

/** POST /v1/card/summary */
export const summaryResponse = z.object({
  cardFactor: hexBytes,
  insertion: z.int(),
  genuine: z.boolean(),
  standing: cardStanding,
  identity: z.array(decodedElement),
  contacts: z.array(decodedElement),
  alerts: z.array(decodedElement),
  allergies: z.array(z.object({ substance: z.string(), reaction: z.string() })),
  immunizations: z.array(z.object({ name: z.string(), date: z.string() })),
  /** JPEG, base64; null when the card carries none. */
  photo: z.string().nullable(),
  timings: readTimings,
});

/** Events on GET /v1/events (server-sent events) and the WebSocket; each carries `v: 1` beside. */
export const localEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('card-inserted'), reader: z.string(), card: presentCard }),
  /** Only for listeners that asked with `?read=identity` and may read it. */
  z.object({ event: z.literal('card-data'), reader: z.string(), insertion: z.int(), data: identityStage }),
  z.object({ event: z.literal('card-removed'), reader: z.string(), insertion: z.int() }),
  z.object({ event: z.literal('reader-added'), reader: z.string() }),
  z.object({ event: z.literal('reader-removed'), reader: z.string() }),
  /** An outcome that was `unknown` is known: the same card came back and was read. */
  z.object({ event: z.literal('write-settled'), reader: z.string(), insertion: z.int(), write: writeRecord }),
  /** For the agent's own page only: what card-issuer had for the card, and what became of it. */
  z.object({ event: z.literal('mailbox'), reader: z.string(), insertion: z.int(), report: mailboxReport }),
  /** For the agent's own page only: SAM put in, taken out, opened, its PIN refused. */
  z.object({ event: z.literal('keys-changed') }),
  /** For the agent's own page only: a page asks to be paired, was paired, or lost its grant. */
  z.object({ event: z.literal('pairing-changed') }),
  z.object({ event: z.literal('error'), error: errorBody }),
]);

export type DecodedElementView = z.infer<typeof decodedElement>;
export type IdentityResponse = z.infer<typeof identityResponse>;
export type ReadTimings = z.infer<typeof readTimings>;
export type SummaryResponse = z.infer<typeof summaryResponse>;
export type LocalEvent = z.infer<typeof localEvent>;
