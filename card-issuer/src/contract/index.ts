/** What card-issuer's HTTP interface takes and gives. */
import { z } from 'zod';
import { REASONS, REPLACEMENT_REASONS, type ReasonCode } from '../domain/card-reasons.ts';
import { CARD_STATES, CARD_TRANSITIONS, type CardMove } from '../domain/card-state.ts';
import { approvalResponse } from './approvals.ts';
import { listQuery } from './list-query.ts';
import { bilingual, fieldFault } from './texts.ts';

const cardState = z.enum(CARD_STATES);
export const cardsQuery = z.object({
  issueSerial: z.string().max(20).optional(),
  residentId: z.string().max(64).optional(),
  state: cardState.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});
export const orderRequest = z.strictObject({ residentId: z.string().max(64) });
export const personalizeRequest = z.strictObject({
  agent: z.string().max(200).optional(),
  reader: z.string().max(200).optional(),
});
/** POST /v1/cards/:id/activate: who acts is the caller. */
export const activateRequest = z.strictObject({});
/** POST /v1/cards/:id/spoil: asks a second person for approval. */
export const spoilRequest = z.strictObject({ reason: z.string().min(1).max(200) });
const askedMoves = (Object.keys(CARD_TRANSITIONS) as CardMove[]).filter(
  (move) => CARD_TRANSITIONS[move].asked !== null,
);
const cardMove = z.enum(Object.keys(CARD_TRANSITIONS) as CardMove[]);
const reasonCode = z.enum(Object.keys(REASONS) as ReasonCode[]);
/** POST /v1/cards/:id/moves */
export const moveRequest = z.strictObject({ move: z.enum(askedMoves), reason: reasonCode });
/** POST /v1/cards/:id/replacement */
export const replaceRequest = z.strictObject({
  reason: z.enum(REPLACEMENT_REASONS.map(({ reason }) => reason)),
});

const errorBody = z.object({
  code: z.string(),
  message: bilingual,
  nextStep: bilingual,
  retriable: z.boolean(),
  fields: z.array(fieldFault).optional(),
});

export const jobView = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'rejected']),
  attempt: z.int(),
  agentId: z.string().nullable(),
  reader: z.string().nullable(),
  stage: z.string().nullable(),
  apdusDone: z.int(),
  apdusTotal: z.int(),
  batches: z.int(),
  keyServiceCalls: z.int(),
  stageMs: z.record(z.string(), z.number()),
  error: errorBody.nullable(),
});
export const cardResponse = z.object({
  id: z.string(),
  residentId: z.string(),
  residentName: z.string(),
  state: cardState,
  cardNumber: z.string(),
  issueSerial: z.string(),
  cardFactor: z.string().nullable(),
  issueDate: z.string().nullable(),
  expiryDate: z.string().nullable(),
  verdict: z
    .object({
      readBack: z.object({ equal: z.boolean(), bytes: z.int(), differences: z.int() }),
      genuine: z.boolean(),
      negativeControl: z.string().nullable(),
      initialState: z.string(),
      keys: z.array(z.object({ slot: z.string(), version: z.int(), kcv: z.string() })),
    })
    .nullable(),
  orderedAt: z.string(),
  /** Null: ordered before it was written down. */
  orderedBy: z.string().nullable(),
  /** Who had reviewed the enrolment; null: nobody had to. */
  reviewedBy: z.string().nullable(),
  personalizedAt: z.string().nullable(),
  activatedAt: z.string().nullable(),
  spoilReason: z.string().nullable(),
  replaces: z.string().nullable(),
  suspendedUntil: z.string().nullable(),
  job: jobView.nullable(),
  /** What a person may ask for now. */
  moves: z.array(cardMove),
  successor: z.string().nullable(),
});
/** Without names and jobs, which are asked for card by card. */
export const cardsResponse = z.object({
  cards: z.array(cardResponse.omit({ residentName: true, job: true, moves: true, successor: true })),
  next: z.string().nullable(),
});
const receipt = z.object({
  number: z.int(),
  cardId: z.string(),
  operation: z.string(),
  reason: reasonCode,
  /** 1/100 yuan. */
  feeFen: z.int(),
  validUntil: z.string().nullable(),
  actor: z.string(),
  at: z.string(),
});
/** `approval`: nothing has moved yet, a second person must approve. */
export const moveResponse = z.object({
  card: cardResponse,
  receipt: receipt.nullable(),
  approval: approvalResponse.nullable(),
});
/** GET /v1/cards/:id/history: moves and receipts, each oldest first, a page of each. */
export const historyQuery = listQuery({ most: 500, usual: 200 });
export const historyResponse = z.object({
  moves: z.array(
    z.object({
      move: cardMove,
      from: cardState,
      to: cardState,
      actor: z.string(),
      witness: z.string().nullable(),
      reason: z.string().nullable(),
      at: z.string(),
    }),
  ),
  receipts: z.array(receipt),
  next: z.string().nullable(),
});
/** GET /v1/life-cycle: states, moves, reasons and fees as the counter shows them. */
export const lifeCycleResponse = z.object({
  states: z.record(cardState, bilingual),
  moves: z.array(
    z.object({
      move: cardMove,
      text: bilingual,
      from: z.array(cardState),
      to: cardState,
      reasons: z.array(reasonCode),
      twoPeople: z.boolean(),
    }),
  ),
  reasons: z.record(reasonCode, bilingual),
  replacement: z.array(z.object({ reason: reasonCode, feeFen: z.int() })),
  /** States from which a successor may be ordered, where there is none. */
  replaceable: z.array(cardState),
  suspensionHours: z.int(),
});
export const hotlistResponse = z.object({
  version: z.int(),
  madeAt: z.string(),
  entries: z.int(),
  fullBytes: z.int(),
  deltaBytes: z.int().nullable(),
});
/** GET /v1/hotlist/versions */
export const hotlistVersionsQuery = listQuery({ most: 500, usual: 100 });
export const hotlistVersionsResponse = z.object({
  canPublish: z.boolean(),
  versions: z.array(hotlistResponse.extend({ fullBytes: z.int().nullable() })),
  next: z.string().nullable(),
});
export const agentsResponse = z.object({
  agents: z.array(
    z.object({
      agentId: z.string(),
      version: z.string(),
      hotlistVersion: z.int().nullable(),
      readers: z.array(
        z.object({
          reader: z.string(),
          state: z.string(),
          card: z.object({ insertion: z.int(), atr: z.string(), cardFactor: z.string().nullable() }).nullable(),
          /** The card order that the chip belongs to. */
          cardId: z.string().nullable(),
        }),
      ),
    }),
  ),
});
/** GET /v1/me */
export const meResponse = z.object({ id: z.string(), name: z.string(), roles: z.array(z.string()) });
export const statusResponse = z.object({
  service: z.literal('card-issuer'),
  version: z.string(),
  ready: z.boolean(),
  /** True: nothing here is real. */
  training: z.boolean(),
  residents: z.int(),
  cards: z.record(z.string(), z.int()),
  openJobs: z.int(),
  agents: z.int(),
});

export type CardResponse = z.infer<typeof cardResponse>;
export type MoveRequest = z.infer<typeof moveRequest>;
export type ReplaceRequest = z.infer<typeof replaceRequest>;
export type MoveResponse = z.infer<typeof moveResponse>;
export type HistoryResponse = z.infer<typeof historyResponse>;
export type LifeCycleResponse = z.infer<typeof lifeCycleResponse>;
export type CardsResponse = z.infer<typeof cardsResponse>;
export type HotlistVersionsResponse = z.infer<typeof hotlistVersionsResponse>;
export type AgentsResponse = z.infer<typeof agentsResponse>;
export type MeResponse = z.infer<typeof meResponse>;
export type StatusResponse = z.infer<typeof statusResponse>;

export * from './administration.ts';
export * from './approvals.ts';
export * from './bulk.ts';
export * from './bureau.ts';
export * from './enrolment.ts';
export * from './imports.ts';
export * from './mailbox.ts';
export * from './platform.ts';
export * from './registry.ts';
export * from './residents.ts';
export * from './steering.ts';
export * from './stock.ts';
export * from './stock-books.ts';
