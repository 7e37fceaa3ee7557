/**
 * Rotation of card keys (KEYS.md, "Rotation in the field"): plan → dry run → prepare → activate, by region where the plan
 * says → watch → retire on evidence; roll back before retirement. Also the reports of what has been seen in the field.
 */
import { z } from 'zod';
import { approvalState } from './approvals.ts';

const moment = z.iso.datetime();
const text = z.object({ zh: z.string(), en: z.string() });
const slot = z.string().regex(/^[A-Z][A-Z0-9]*(\.[A-Z0-9]+)?$/, 'slot name such as RK1.DDF1 or TMK');
const version = z.int().min(1).max(255);
const suite = z.enum(['intl-128', 'sm-128', 'pboc-3des']);
/** Digits of GB/T 2260: province, city or county. */
export const regionCode = z.string().regex(/^\d{2}(\d{2}){0,2}$/, '2, 4 or 6 digits of GB/T 2260');
const provinceCode = z.string().regex(/^\d{2}$/, 'two digits of GB/T 2260');
export const rotationId = z.uuid();
export const rotationState = z.enum(['planned', 'prepared', 'activating', 'watching', 'retired', 'rolled-back']);

/** POST /v1/rotations and, without effect, POST /v1/rotations/dry-run */
export const planRotationRequest = z.strictObject({
  slots: z.array(slot).min(1).max(24),
  /** Default: the next free version of each slot. */
  version: version.optional(),
  suite,
  /** `present`: a pre-active version that a ceremony or an import has made. */
  source: z.enum(['generate', 'present']).default('generate'),
  reason: z.string().trim().min(4).max(500),
  /** When the whole system follows; provinces may come before. */
  activateAt: moment,
  regions: z
    .array(z.strictObject({ province: provinceCode, activateAt: moment }))
    .max(34)
    .default([]),
  /** Share of cards that come online in a month, for the projection. */
  monthlyContact: z.number().gt(0).lt(1).default(0.2),
  /** Retirement is allowed when at most so many cards and SAMs still need the old version. */
  retireBelow: z.int().min(0).max(1_000_000).default(0),
});

export const rotationSlot = z.object({
  slot,
  from: version,
  to: version,
  fromSuite: suite,
  toSuite: suite,
  /** Check value, once the new version is made. */
  kcv: z.string().nullable(),
  fromState: z.string(),
  toState: z.string().nullable(),
});

/** What the field has shown of one region. */
export const regionEvidence = z.object({
  kind: z.enum(['card', 'sam']),
  region: regionCode,
  total: z.int(),
  /** Seen on the new version. */
  seen: z.int(),
  /** Not yet seen on it: they may need the old one. */
  waiting: z.int(),
  lastReport: moment,
});
export const rotationEvidence = z.object({
  slot,
  regions: z.array(regionEvidence),
  waiting: z.int(),
  total: z.int(),
  /** Cards loaded with the old version by this system and reported by nobody. */
  unreported: z.int(),
  /** (1-p)^t of those that wait, month by month, until under one or 60 months. */
  projection: z.array(z.object({ month: z.int(), waiting: z.number() })),
  monthsToRetire: z.number().nullable(),
});

export const rotationView = z.object({
  id: rotationId,
  state: rotationState,
  createdAt: moment,
  createdBy: z.string(),
  reason: z.string(),
  slots: z.array(rotationSlot),
  activateAt: moment,
  regions: z.array(z.object({ province: provinceCode, activateAt: moment, activatedAt: moment.nullable() })),
  activatedAt: moment.nullable(),
  monthlyContact: z.number(),
  retireBelow: z.int(),
  steps: z.array(
    z.object({
      step: z.string(),
      slot: slot.nullable(),
      at: moment,
      actor: z.string(),
      text,
      logIndex: z.int().nullable(),
    }),
  ),
  /** Approvals that belong to it: for which step, which request, and how that stands. */
  approvals: z.array(
    z.object({ step: z.enum(['prepare', 'retire', 'roll-back']), approval: z.uuid(), state: approvalState }),
  ),
  /** What may be done now. */
  next: z.array(z.enum(['prepare', 'activate', 'retire', 'roll-back'])),
  /** Why the rest may not. */
  blocked: z.array(text),
});
export const rotationResponse = z.object({ rotation: rotationView });
export const rotationListResponse = z.object({ rotations: z.array(rotationView) });
/** POST /v1/rotations/dry-run: what would happen, in sentences and numbers. */
export const dryRunResponse = z.object({
  possible: z.boolean(),
  sentences: z.array(text),
  faults: z.array(text),
  numbers: z.object({
    keys: z.int(),
    cards: z.int(),
    sams: z.int(),
    /** Keys on a card afterwards, and how many it can hold. */
    keysOnCard: z.int(),
    keysOnCardAtMost: z.int(),
    monthsToOnePercent: z.number(),
  }),
});
/**
 * POST /v1/rotations/:id/prepare, /activate, /retire, /roll-back. The approval names this rotation and this step; a reason
 * stands in the request that the step asks for, where the plan's would stand without it.
 */
export const rotationStepRequest = z.strictObject({
  approval: z.uuid().optional(),
  reason: z.string().trim().min(2).max(500).optional(),
});
/** GET /v1/rotations/:id/evidence */
export const rotationEvidenceResponse = z.object({ evidence: z.array(rotationEvidence) });

/**
 * POST /v1/sightings: how many of a region's cards or SAMs have been seen holding a version, as of now. Counts only, no
 * card and no person. A later report of the same reporter takes the place of the earlier.
 */
export const sightingsRequest = z.strictObject({
  reportedAt: moment,
  /** How many there are, seen or not. */
  populations: z
    .array(z.strictObject({ kind: z.enum(['card', 'sam']), region: regionCode, total: z.int().min(0) }))
    .max(10_000),
  seen: z
    .array(
      z.strictObject({
        kind: z.enum(['card', 'sam']),
        region: regionCode,
        slot,
        version,
        count: z.int().min(0),
      }),
    )
    .max(10_000),
});
export const sightingsResponse = z.object({ accepted: z.int() });

export type PlanRotationRequest = z.infer<typeof planRotationRequest>;
export type RotationView = z.infer<typeof rotationView>;
export type RotationState = z.infer<typeof rotationState>;
export type RotationEvidence = z.infer<typeof rotationEvidence>;
export type DryRunResponse = z.infer<typeof dryRunResponse>;
export type SightingsRequest = z.infer<typeof sightingsRequest>;
export type RotationStepRequest = z.infer<typeof rotationStepRequest>;
