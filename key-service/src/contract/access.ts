/**
 * Who works with key-service: sessions, sign-in by passkey or certificate, the register of operators, enrolment codes.
 *
 * A console signs in with `POST /v1/sign-in/passkey/options` → the browser's passkey → `POST /v1/sign-in/passkey`, keeps
 * `token` in the tab and sends it as `Authorization: Bearer`. `GET /v1/session` says at any time who that is.
 */
import { z } from 'zod';
import { ROLES } from '../domain/roles.ts';

const moment = z.iso.datetime();
export const roleName = z.enum(Object.keys(ROLES) as [keyof typeof ROLES, ...(keyof typeof ROLES)[]]);
const operatorRole = roleName.exclude(['service', 'terminal']);
/** Short and stable, for example `wang.lixin`; the principal is `operator:` and this. */
export const operatorId = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?$/, 'lower-case letters, digits, dot and hyphen, at most 40');
/** Options and answers of the WebAuthn ceremonies travel as @simplewebauthn/browser makes and takes them. */
const webAuthnJson = z.record(z.string(), z.unknown());

export const principalView = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  via: z.enum(['certificate', 'session', 'token', 'pairing']),
});

/** GET /v1/session: `principal` is null when nobody is signed in. */
export const sessionResponse = z.object({
  principal: principalView.nullable(),
  /** Null unless signed in by a session. */
  session: z.object({ startedAt: moment, idleEndsAt: moment, endsAt: moment }).nullable(),
  /** Ways to sign in from where the caller stands; `certificate` when the connection carries one that may. */
  signIn: z.object({ passkey: z.boolean(), certificate: z.boolean() }),
  /** True where demonstration operators with token files exist. */
  demonstration: z.boolean(),
});

/** POST /v1/sign-in/passkey/options and /v1/enrolment/passkey/options: hand `options` to the browser. */
export const passkeySignInOptionsRequest = z.strictObject({});
export const passkeyOptionsResponse = z.object({ challengeId: z.string(), options: webAuthnJson });
/** POST /v1/sign-in/passkey */
export const passkeySignInRequest = z.strictObject({ challengeId: z.string().max(64), response: webAuthnJson });
export const signedInResponse = z.object({
  /** Bearer token of this tab. Shown once. */
  token: z.string(),
  principal: principalView,
  session: z.object({ startedAt: moment, idleEndsAt: moment, endsAt: moment }),
});

/** A one-time code as handed over by the administrator, for example `7K2M-9QXW-T4BC-VR8H-3N5D`. */
const enrolmentCode = z.string().min(8).max(64);
/** POST /v1/enrolment/passkey/options, then /v1/enrolment/passkey: a new operator's first passkey, by one-time code. */
export const passkeyEnrolmentOptionsRequest = z.strictObject({ code: enrolmentCode });
export const passkeyEnrolmentRequest = z.strictObject({
  code: enrolmentCode,
  challengeId: z.string().max(64),
  response: webAuthnJson,
  /** What the person calls it, for example `工作站指纹`. */
  label: z.string().min(1).max(40),
});
export const passkeyEnrolledResponse = z.object({ credentialId: z.string(), operator: operatorId });

/** GET /v1/operators */
export const operatorView = z.object({
  id: operatorId,
  name: z.string(),
  roles: z.array(operatorRole),
  state: z.enum(['active', 'disabled']),
  createdAt: moment,
  passkeys: z.array(z.object({ id: z.string(), label: z.string(), createdAt: moment, lastUsedAt: moment.nullable() })),
  demonstration: z.boolean(),
});
export const operatorsResponse = z.object({
  operators: z.array(operatorView),
  /** Pairs of roles that one person must not hold together. */
  exclusive: z.array(z.array(operatorRole)),
});
/** POST /v1/operators (system administrator): no role yet. */
export const newOperatorRequest = z.strictObject({ id: operatorId, name: z.string().trim().min(1).max(40) });
/** PUT /v1/operators/:id/roles (security administrator, not their own): ends the person's sessions. */
export const operatorRolesRequest = z.strictObject({
  roles: z.array(operatorRole).max(5),
  reason: z.string().trim().min(1).max(200),
});
/** PUT /v1/operators/:id/state (system administrator, not their own): `disabled` ends the person's sessions. */
export const operatorStateRequest = z.strictObject({
  state: z.enum(['active', 'disabled']),
  reason: z.string().trim().min(1).max(200),
});
/** POST /v1/operators/:id/enrolment-code (system administrator): for a passkey or a certificate. Shown once. */
export const enrolmentCodeResponse = z.object({ code: z.string(), expiresAt: moment });

export type SessionResponse = z.infer<typeof sessionResponse>;
export type SignedInResponse = z.infer<typeof signedInResponse>;
export type PasskeyOptionsResponse = z.infer<typeof passkeyOptionsResponse>;
export type OperatorView = z.infer<typeof operatorView>;
export type OperatorsResponse = z.infer<typeof operatorsResponse>;
export type EnrolmentCodeResponse = z.infer<typeof enrolmentCodeResponse>;
