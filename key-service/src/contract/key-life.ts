/** A key version's life over HTTP: moves, schedules, policy, counters, history, and how far a compromise reaches. */
import { z } from 'zod';

const moment = z.iso.datetime();
const text = z.object({ zh: z.string(), en: z.string() });
const state = z.enum(['pre-active', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed']);
const version = z.int().min(1).max(255);
const reason = z.string().trim().min(4).max(500);
/** A request for approval that has been made; see `/v1/approvals`. */
export const approvalAsked = z.object({ approval: z.uuid() });

/** POST /v1/key-versions/:slot/:version/suspend: at once, by one officer; everything else asks for approval. */
export const suspendRequest = z.strictObject({ reason });
/** POST /v1/key-versions/:slot/:version/move */
export const moveRequest = z.strictObject({ to: z.enum(['active', 'deactivated', 'compromised']), reason });
/** POST /v1/key-versions/:slot/:version/activation */
export const scheduleActivationRequest = z.strictObject({ at: moment, reason });
/** POST /v1/key-versions/:slot/:version/destruction (in 30 days), and /restoration to take it back. */
export const destructionRequest = z.strictObject({ reason });
/** PUT /v1/key-versions/:slot/:version/cryptoperiod */
export const cryptoperiodRequest = z.strictObject({ ends: moment.nullable(), reason });
export const usagePolicy = z.strictObject({
  operations: z.array(z.enum(['load-onto-card', 'terminal'])).optional(),
  issuers: z
    .array(z.string().regex(/^\d{1,22}$/))
    .max(100)
    .optional(),
  provinces: z
    .array(z.string().regex(/^\d{2}$/))
    .max(34)
    .optional(),
  dailyCeiling: z.int().min(0).optional(),
});
/** PUT /v1/key-versions/:slot/:version/policy; null: no limits but the state's. */
export const policyRequest = z.strictObject({ policy: usagePolicy.nullable(), reason });

/** GET /v1/key-versions/:slot/:version */
export const keyVersionDetail = z.object({
  slot: z.string(),
  version,
  state,
  suite: z.string(),
  kcv: z.string(),
  createdAt: moment,
  activateAt: moment.nullable(),
  destroyAt: moment.nullable(),
  cryptoperiodEnds: moment.nullable(),
  policy: usagePolicy.nullable(),
  history: z.array(
    z.object({
      from: state,
      to: state,
      at: moment,
      actor: z.string(),
      reason: z.string(),
      logId: z.string(),
      logIndex: z.int().nullable(),
    }),
  ),
  usesByDay: z.array(z.object({ day: z.string(), operation: z.string(), uses: z.int() })),
  cardsInField: z.int().nullable(),
  /** Moves that its state allows. */
  moves: z.array(state),
  warnings: z.array(text),
});

/** GET /v1/key-versions/:slot/:version/blast-radius */
export const blastRadius = z.object({
  slot: z.string(),
  version,
  text: z.array(text),
  /** Keys that can be computed from it: provinces, then cards. */
  provinces: z.array(z.object({ code: z.string(), name: text })),
  cards: z.int().nullable(),
  sams: z.int().nullable(),
  /** What the slot's key protects on a card. */
  protects: text,
  /** Other slots whose protection falls with it. */
  alsoAffected: z.array(z.object({ slot: z.string(), why: text })),
  whatToDo: z.array(text),
});

export type UsagePolicyBody = z.infer<typeof usagePolicy>;
export type KeyVersionDetail = z.infer<typeof keyVersionDetail>;
export type BlastRadius = z.infer<typeof blastRadius>;
