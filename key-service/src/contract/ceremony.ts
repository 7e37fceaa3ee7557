/**
 * Ceremonies over HTTP. Everybody sees the same steps; the check value of a part is shown to its custodian only. A part
 * itself travels once, as octets of a body of its own, never in JSON.
 */
import { z } from 'zod';

const text = z.object({ zh: z.string(), en: z.string() });
const person = z.string().trim().min(1).max(120);
const free = z.string().trim().min(2).max(1_000);
const kcv = z.string().regex(/^[0-9A-F]{6}$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const ceremonyRoleName = z.enum(['administrator', 'custodian', 'witness', 'officer-a', 'officer-b', 'auditor']);
export const ceremonyMode = z.enum(['rehearsal', 'real']);
const stepKind = z.enum([
  'roll-call',
  'attach-token',
  'import-components',
  'generate',
  'exchange-kbpk',
  'import-key-blocks',
  'export-key-blocks',
  'confirm-kcv',
  'activate',
  'sign',
]);
/** Words in which a value is read aloud, one a byte. */
const words = z.object({ zh: z.array(z.string()), en: z.array(z.string()) });

/** In a rehearsal one principal may play several people; in a real ceremony `as` is refused. */
const asPerson = { as: person.optional() };

/** GET /v1/ceremony-scripts */
export const ceremonyScriptsResponse = z.object({
  scripts: z.array(
    z.object({
      id: z.string(),
      version: z.int(),
      text,
      /** False: the script cannot be run here for real, see `whyNot`. */
      real: z.boolean(),
      whyNot: text.nullable(),
      hash,
      hashWords: words,
      /** True: `keyVersion` must be given when it is opened. */
      asksVersion: z.boolean(),
      roles: z.array(z.object({ role: ceremonyRoleName, text, count: z.int() })),
      steps: z.array(z.object({ id: z.string(), kind: stepKind, text, by: z.array(ceremonyRoleName) })),
    }),
  ),
});

/** POST /v1/ceremonies */
export const openCeremonyRequest = z.strictObject({
  script: z.string().regex(/^[a-z][a-z0-9-]*$/),
  mode: ceremonyMode,
  keyVersion: z.int().min(1).max(255).optional(),
});

/** POST /v1/ceremonies/:id/roles: takes a role; in a rehearsal for the person named. */
export const takeRoleRequest = z.strictObject({ role: ceremonyRoleName, ...asPerson });

/**
 * POST /v1/ceremonies/:id/steps/:step: one role's act on the current step. When all of `by` have acted, its work is done.
 * `accept` false on a confirm-kcv step rejects `keys` (all when absent) with a reason: they are destroyed and made anew.
 */
export const performStepRequest = z.strictObject({
  ...asPerson,
  accept: z.boolean().default(true),
  keys: z.array(z.string().max(40)).max(600).optional(),
  reason: free.optional(),
  /** TR-31 blocks of an import-key-blocks step, by key (`RK1.DDF1#1`). Wrapped, so no secret. */
  blocks: z.record(z.string().max(40), z.string().max(9_999)).optional(),
});

/**
 * POST /v1/ceremonies/:id/components?step=…&key=…&index=…&checkValue=…&as=…, body `application/octet-stream`: the part's
 * bytes. `index` is the share's number for SHAMIR, and for XOR the custodian's place. `checkValue` from the envelope is
 * compared before anything is kept.
 */
export const enterComponentQuery = z.strictObject({
  step: z.string().max(60),
  key: z.string().max(60),
  index: z.coerce.number().int().min(1).max(255).optional(),
  checkValue: kcv.optional(),
  ...asPerson,
});
export const enterComponentResponse = z.object({ key: z.string(), index: z.int(), kcv, words });

/** POST /v1/ceremonies/:id/components/discard: one's own part, entered wrongly. */
export const discardComponentRequest = z.strictObject({
  step: z.string().max(60),
  key: z.string().max(60),
  reason: free,
  ...asPerson,
});

/** POST /v1/ceremonies/:id/approval: asks people to approve what the current step will do, or a rejection of keys. */
export const askCeremonyApprovalRequest = z.strictObject({
  step: z.string().max(60),
  reason: free,
  reject: z.array(z.string().max(40)).max(600).optional(),
  /** Of an import of key blocks: approved by their hashes. */
  blocks: z.record(z.string().max(40), z.string().max(9_999)).optional(),
});

/** POST /v1/ceremonies/:id/exceptions: 例外 is a first-class entry. */
export const ceremonyExceptionRequest = z.strictObject({ what: free, why: free, decision: free, ...asPerson });

/** POST /v1/ceremonies/:id/interrupt, /resume, /abandon */
export const ceremonyReasonRequest = z.strictObject({ reason: free, ...asPerson });

export const ceremonySummary = z.object({
  id: z.string(),
  script: z.string(),
  scriptVersion: z.int(),
  text,
  mode: ceremonyMode,
  state: z.enum(['open', 'interrupted', 'completed', 'abandoned']),
  openedAt: z.string(),
  openedBy: z.string(),
  endedAt: z.string().nullable(),
});
/** GET /v1/ceremonies */
export const ceremoniesResponse = z.object({ ceremonies: z.array(ceremonySummary) });

const partView = z.object({
  index: z.int(),
  person: z.string(),
  /** Null for everybody but its custodian. */
  kcv: kcv.nullable(),
  words: words.nullable(),
});
const keyView = z.object({
  /** `RK1.DDF1#1`, or `KBPK.name`. */
  key: z.string(),
  state: z.enum(['waiting', 'made', 'confirmed', 'active']),
  kcv: kcv.nullable(),
  kcvMethod: z.enum(['ENC0', 'CMAC0']),
  words: words.nullable(),
  parts: z.array(partView),
  partsNeeded: z.int(),
});
const actView = z.object({ role: ceremonyRoleName, person: z.string(), at: z.string() });
const stepView = z.object({
  id: z.string(),
  kind: stepKind,
  text,
  by: z.array(ceremonyRoleName),
  state: z.enum(['done', 'current', 'ahead']),
  doneAt: z.string().nullable(),
  acts: z.array(actView),
  /** How custodians' parts make a key; null where none are entered. */
  combine: z.enum(['XOR', 'SHAMIR']).nullable(),
  keys: z.array(keyView),
});
/** Who is waited for: a role that nobody has, a person's act, or a custodian's part. */
const waitingFor = z.object({
  role: ceremonyRoleName,
  person: z.string().nullable(),
  what: z.enum(['take-role', 'act', 'enter-part', 'confirm']),
  /** Keys for which the part is missing. */
  keys: z.array(z.string()),
});

/** GET /v1/ceremonies/:id, and the answer of every act. */
export const ceremonyResponse = ceremonySummary.extend({
  hash,
  hashWords: words,
  keyVersions: z.array(z.object({ version: z.int(), state: z.enum(['active', 'pre-active']) })),
  token: z.object({ label: z.string(), serial: z.string(), model: z.string() }).nullable(),
  people: z.array(
    z.object({ role: ceremonyRoleName, text, person: z.string(), principal: z.string(), at: z.string() }),
  ),
  rolesNeeded: z.array(z.object({ role: ceremonyRoleName, text, count: z.int(), taken: z.int() })),
  steps: z.array(stepView),
  current: z.object({ step: z.string(), text, waitingFor: z.array(waitingFor) }).nullable(),
  /** Approvals of the current step; null where nobody is asked: in a rehearsal, or while the token has no roster. */
  approval: z
    .object({
      /** The step cannot be done without. */
      needed: z.boolean(),
      request: z
        .object({
          id: z.string(),
          complete: z.boolean(),
          expiresAt: z.string(),
          approvedBy: z.array(z.string()),
          /** True: it is for the rejection of `keys`. */
          rejects: z.boolean(),
          keys: z.array(z.string()),
        })
        .nullable(),
    })
    .nullable(),
  /** Roles of the caller; in a rehearsal of everybody. */
  mine: z.array(z.object({ role: ceremonyRoleName, person: z.string() })),
  exceptions: z.array(
    z.object({ person: z.string(), what: z.string(), why: z.string(), decision: z.string(), at: z.string() }),
  ),
  interruptions: z.array(
    z.object({ person: z.string(), reason: z.string(), at: z.string(), resumedAt: z.string().nullable() }),
  ),
  blocks: z.array(z.object({ key: z.string(), block: z.string() })),
  minutes: z.object({ sha256: hash, words, at: z.string() }).nullable(),
});

export type CeremonyScriptsResponse = z.infer<typeof ceremonyScriptsResponse>;
export type OpenCeremonyRequest = z.infer<typeof openCeremonyRequest>;
export type TakeRoleRequest = z.infer<typeof takeRoleRequest>;
export type PerformStepRequest = z.infer<typeof performStepRequest>;
export type EnterComponentQuery = z.infer<typeof enterComponentQuery>;
export type EnterComponentResponse = z.infer<typeof enterComponentResponse>;
export type CeremonySummary = z.infer<typeof ceremonySummary>;
export type CeremoniesResponse = z.infer<typeof ceremoniesResponse>;
export type CeremonyResponse = z.infer<typeof ceremonyResponse>;
