/**
 * Pairing of a page with this agent (docs/adr, pairing): the page makes a key that it cannot read itself, asks for scopes, and a
 * person carries a six-digit code from the agent's own page to the hospital's page. Afterwards the page proves its key for
 * every short-lived token. Texts that are signed stand here, so that page and agent build the same bytes.
 */
import { z } from 'zod';

export const SCOPES = ['card.status', 'identity.read', 'summary.read', 'summary.write'] as const;
export const scope = z.enum(SCOPES);
export type Scope = z.infer<typeof scope>;

const id = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/);
const base64Url = z.string().regex(/^[A-Za-z0-9_-]+$/);
/** ECDSA P-256, as `crypto.subtle.exportKey('jwk', …)` gives the public half. */
export const pairingKey = z
  .object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: base64Url.length(43), y: base64Url.length(43) })
  .transform(({ kty, crv, x, y }) => ({ kty, crv, x, y }));
/** r ‖ s, base64url. */
const signature = base64Url.length(86);

/** POST /v1/pairing/requests, from the page. */
export const pairingAsk = z.strictObject({
  /** What the clerk reads beside the origin, for example 挂号系统. */
  name: z.string().trim().min(1).max(60),
  key: pairingKey,
  scopes: z.array(scope).min(1).max(SCOPES.length),
});
export const pairingAsked = z.object({ request: id, expiresAt: z.iso.datetime() });

/** POST /v1/pairing/confirm: the code that the agent's page shows, signed by the page's key. */
export const pairingConfirm = z.strictObject({ request: id, code: z.string().regex(/^\d{6}$/), signature });
export const pairingGranted = z.object({ grant: id, scopes: z.array(scope) });

/** POST /v1/pairing/challenge, then /v1/pairing/token. */
export const challengeAsk = z.strictObject({ grant: id });
export const challengeGiven = z.object({ challenge: base64Url, expiresAt: z.iso.datetime() });
export const tokenAsk = z.strictObject({ grant: id, challenge: base64Url.max(64), signature });
export const tokenGiven = z.object({ token: base64Url, expiresAt: z.iso.datetime(), scopes: z.array(scope) });

/** What the agent's own page shows while a page asks. */
export const waitingRequest = z.object({
  request: id,
  origin: z.string(),
  name: z.string(),
  scopes: z.array(scope),
  code: z.string(),
  expiresAt: z.iso.datetime(),
});
export const grantView = z.object({
  grant: id,
  origin: z.string(),
  name: z.string(),
  scopes: z.array(scope),
  grantedAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
/** GET /v1/pairing: for the desk's page. */
export const pairingOverview = z.object({
  waiting: z.array(waitingRequest),
  grants: z.array(grantView),
  /** Too many wrong codes: nobody can pair before this moment. */
  lockedUntil: z.iso.datetime().nullable(),
});
/** POST /v1/pairing/refuse, /v1/pairing/revoke. */
export const refuseAsk = z.strictObject({ request: id });
export const revokeAsk = z.strictObject({ grant: id });

export { confirmText, tokenText } from './signed-texts.ts';

export type PairingKey = z.output<typeof pairingKey>;
export type PairingAsk = z.output<typeof pairingAsk>;
export type WaitingRequest = z.infer<typeof waitingRequest>;
export type GrantView = z.infer<typeof grantView>;
export type PairingOverview = z.infer<typeof pairingOverview>;
