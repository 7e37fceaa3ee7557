/**
 * Approvals (KEYS.md, "Quorum that cryptography enforces"). What an approver signs is `canonical`: the request as
 * RFC 8785 text. A page shows `text`, made from the same fields, and checks that `hash` is SHA-256 of `canonical`.
 * A passkey signs the hash as its challenge; a P-256 key signs the canonical text with ECDSA-SHA-256.
 */
import { z } from 'zod';

const moment = z.iso.datetime();
const text = z.object({ zh: z.string(), en: z.string() });
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, 'base64url');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 as lower-case hex');
const personId = z.string().min(1).max(128);
export const approvalId = z.uuid();

export const privilegedOperationName = z.enum([
  'import-root',
  'enter-part',
  'generate-root',
  'import-protection-key',
  'import-key-block',
  'export-key-block',
  'destroy-root',
  'backup-roots',
  'replace-roster',
  'activate-key',
  'move-key',
  'destroy-key',
  'restore-key',
  'change-key-policy',
  'change-cryptoperiod',
  'hold-ceremony',
  'carry-out-rotation',
  'retire-versions',
  'roll-back-rotation',
  'issue-sam',
  'revoke-sam',
]);

export const approvalStep = z.strictObject({
  operation: privilegedOperationName,
  /** JSON that names exactly what is to happen; never key material. */
  parameters: z.record(z.string().max(64), z.json()),
});

/**
 * The step of a key ceremony that a request is for. It stands in the signed text, and the HSM worker lets the request run
 * for that very step only. `round` grows with every key that was rejected: what is made anew is approved anew.
 */
export const ceremonyPlace = z.strictObject({
  id: z.string().min(1).max(100),
  script: z.string().min(1).max(100),
  scriptSha256: sha256,
  step: z.string().min(1).max(60),
  round: z.int().min(0),
});

/** POST /v1/approvals */
export const createApprovalRequest = z.strictObject({
  steps: z.array(approvalStep).min(1).max(64),
  reason: z.string().trim().min(4).max(500),
  /** At most 7 days; 24 hours by default. */
  expiresInMinutes: z
    .int()
    .min(5)
    .max(7 * 24 * 60)
    .default(24 * 60),
});

const requirement = z.object({ role: z.string(), count: z.int().min(1) });
export const approvalState = z.enum(['open', 'executing', 'executed', 'refused', 'expired', 'failed']);
const decision = z.object({
  person: personId,
  name: z.string(),
  kind: z.enum(['webauthn', 'p256', 'refusal']),
  reason: z.string().nullable(),
  at: moment,
});

export const approvalView = z.object({
  id: approvalId,
  state: approvalState,
  requester: personId,
  reason: z.string(),
  createdAt: moment,
  expiresAt: moment,
  steps: z.array(approvalStep),
  /** The ceremony step that it is for; it is carried out there and not from the approvals page. */
  ceremony: ceremonyPlace.nullable(),
  /** What would happen, a sentence for each step. */
  text: z.array(text),
  /** Exactly what is signed. */
  canonical: z.string(),
  hash: sha256,
  /** The hash's first eight bytes as words, to be compared aloud. */
  hashWords: z.object({ zh: z.array(z.string()), en: z.array(z.string()) }),
  rosterVersion: z.int(),
  requirements: z.array(requirement.extend({ text, approved: z.int() })),
  /** All requirements are met: it may be executed. */
  complete: z.boolean(),
  decisions: z.array(decision),
  /** Who of the roster may still approve it. */
  mayApprove: z.array(z.object({ person: personId, name: z.string() })),
  executedAt: moment.nullable(),
  /** Error code and sentences of a failed one. */
  failure: z.object({ code: z.string(), message: text }).nullable(),
  /** What each executed step answered. */
  outcome: z.array(z.json()).nullable(),
});
export const approvalResponse = z.object({ approval: approvalView });

/** GET /v1/approvals?state=open and GET /v1/approvals/history (newest first). */
export const approvalListRequest = z.strictObject({
  state: approvalState.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const approvalListResponse = z.object({ approvals: z.array(approvalView) });

/** POST /v1/approvals/:id/options: what `startAuthentication({optionsJSON})` of @simplewebauthn/browser takes. */
export const approvalOptionsResponse = z.object({
  options: z.object({
    challenge: base64url,
    rpId: z.string(),
    allowCredentials: z.array(
      z.object({ id: base64url, type: z.literal('public-key'), transports: z.array(z.string()).optional() }),
    ),
    userVerification: z.literal('required'),
    timeout: z.int(),
  }),
});

export const authenticationResponse = z.looseObject({
  id: base64url.max(2_000),
  rawId: base64url.max(2_000),
  type: z.literal('public-key'),
  response: z.looseObject({
    clientDataJSON: base64url.max(4_000),
    authenticatorData: base64url.max(4_000),
    signature: base64url.max(4_000),
    userHandle: z.string().max(200).optional(),
  }),
  clientExtensionResults: z.record(z.string(), z.json()).default({}),
  authenticatorAttachment: z.string().nullable().optional(),
});
/** POST /v1/approvals/:id/approve */
export const approveRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webauthn'), response: authenticationResponse }),
  z.strictObject({
    kind: z.literal('p256'),
    /** Id of the key in the roster. */
    credential: z.string().min(1).max(200),
    /** ECDSA P-256 over the canonical text with SHA-256, r ‖ s, hex. */
    signature: z.string().regex(/^[0-9a-fA-F]{128}$/),
  }),
]);
/** POST /v1/approvals/:id/refuse */
export const refuseRequest = z.strictObject({ reason: z.string().trim().min(2).max(500) });

/** The roster of approvers, a document that the token has sealed (GET /v1/roster). */
export const rosterCredential = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webauthn'),
    id: base64url.max(2_000),
    /** COSE key, base64url. */
    publicKey: base64url.max(2_000),
    transports: z.array(z.string().max(32)).max(8).optional(),
  }),
  z.strictObject({
    kind: z.literal('p256'),
    id: z.string().min(1).max(200),
    /** SubjectPublicKeyInfo, base64url: of a client certificate, a smart card or a key file. */
    publicKey: base64url.max(2_000),
  }),
]);
export const rosterPerson = z.strictObject({
  /** The principal's id, for example `operator:zhang.wei`. */
  id: personId,
  name: z.string().min(1).max(100),
  roles: z
    .array(z.enum(['system-admin', 'security-admin', 'audit-admin', 'officer', 'custodian']))
    .min(1)
    .max(5),
  credentials: z.array(rosterCredential).max(8),
});
export const roster = z.strictObject({
  format: z.literal('rhc-roster-1'),
  version: z.int().min(1).max(1_000_000),
  /** SHA-256 of the version before; null for the first. */
  previous: sha256.nullable(),
  tokenSerial: z.string().min(1).max(64),
  /** True: software test officers. Production refuses it. */
  pilot: z.boolean(),
  webauthn: z.strictObject({
    rpId: z.string().min(1).max(253),
    origins: z.array(z.url()).min(1).max(8),
  }),
  people: z.array(rosterPerson).min(3).max(64),
  /** For each operation: how many of which role. Its absence forbids the operation; that of `issue-sam` or `revoke-sam` leaves it to one officer. */
  policies: z.partialRecord(
    privilegedOperationName,
    z
      .array(z.strictObject({ role: rosterPerson.shape.roles.element, count: z.int().min(1).max(8) }))
      .min(1)
      .max(5),
  ),
  /** RSA public key of the recovery token (SubjectPublicKeyInfo, base64url), to which backups are wrapped. */
  recoveryKey: base64url.max(2_000).nullable(),
});
export const rosterResponse = z.object({
  roster: roster.nullable(),
  sha256: sha256.nullable(),
  /** The document and the token agree, and the seal is the token's. */
  sealed: z.boolean(),
  /** Passkeys that have been registered and are not (yet) in the roster. */
  candidates: z.array(
    z.object({ person: personId, name: z.string(), credential: rosterCredential, registeredAt: moment }),
  ),
});

/** POST /v1/roster/changes: asks for approval of another roster. Version, previous hash and token are filled in. */
export const rosterChangeRequest = z.strictObject({
  people: roster.shape.people,
  policies: roster.shape.policies,
  webauthn: roster.shape.webauthn,
  recoveryKey: roster.shape.recoveryKey,
  reason: z.string().trim().min(4).max(500),
});

/** POST /v1/roster/enrolment/options and /v1/roster/enrolment: a person registers a passkey; a quorum takes it up. */
export const enrolmentOptionsResponse = z.object({ options: z.looseObject({ challenge: base64url }) });
export const enrolmentRequest = z.strictObject({
  response: z.looseObject({
    id: base64url.max(2_000),
    rawId: base64url.max(2_000),
    type: z.literal('public-key'),
    response: z.looseObject({ clientDataJSON: base64url.max(4_000), attestationObject: base64url.max(20_000) }),
    clientExtensionResults: z.record(z.string(), z.json()).default({}),
  }),
});

export type CeremonyPlace = z.infer<typeof ceremonyPlace>;
export type ApprovalStep = z.infer<typeof approvalStep>;
export type ApprovalView = z.infer<typeof approvalView>;
export type ApprovalState = z.infer<typeof approvalState>;
export type ApproveRequest = z.infer<typeof approveRequest>;
export type PrivilegedOperationName = z.infer<typeof privilegedOperationName>;
export type Roster = z.infer<typeof roster>;
export type RosterPerson = z.infer<typeof rosterPerson>;
export type RosterCredential = z.infer<typeof rosterCredential>;
export type RosterChangeRequest = z.infer<typeof rosterChangeRequest>;
export type RosterResponse = z.infer<typeof rosterResponse>;
