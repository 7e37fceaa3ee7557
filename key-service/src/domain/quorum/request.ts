/**
 * A request for approval: who wants which steps, why, until when, under which roster and policy. What is signed is its
 * RFC 8785 text; nothing that decides stands outside of it. Pure.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../audit/leaf.ts';
import { approvalId, approvalStep, ceremonyPlace } from '../../contract/approvals.ts';
import { keyServiceErrors } from '../../errors.ts';

const MAX_STEPS = 640;

export const approvalRequestDocument = z.strictObject({
  format: z.literal('rhc-approval-1'),
  id: approvalId,
  tokenSerial: z.string(),
  requester: z.string().min(1).max(128),
  reason: z.string().min(1).max(500),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  roster: z.strictObject({ version: z.int(), sha256: z.string() }),
  policy: z.array(z.strictObject({ role: z.string(), count: z.int() })).min(1),
  /** A ceremony names all its keys at once: several versions of every slot. */
  steps: z.array(approvalStep).min(1).max(MAX_STEPS),
  ceremony: ceremonyPlace.optional(),
});
export type ApprovalRequest = z.infer<typeof approvalRequestDocument>;

const MAX_LIFETIME_MS = 7 * 86_400_000;

export const requestText = (request: ApprovalRequest): string => canonicalJson(request);
export const requestDigest = (text: string): Buffer => createHash('sha256').update(text).digest();
export const requestHash = (text: string): string => requestDigest(text).toString('hex');
/** The hash as WebAuthn's challenge. */
export const requestChallenge = (text: string): string => requestDigest(text).toString('base64url');

/** @throws APPROVAL_INVALID unless the text is the canonical form of a request that lives at most seven days */
export function parseRequest(text: string): ApprovalRequest {
  const refused = (detail: string) => keyServiceErrors.make('APPROVAL_INVALID', { detail });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused('request is not JSON');
  }
  const parsed = approvalRequestDocument.safeParse(value);
  if (!parsed.success) throw refused(`request: ${parsed.error.issues[0]?.message}`);
  if (canonicalJson(parsed.data) !== text) throw refused('request is not in canonical form');
  const lifetimeMs = Date.parse(parsed.data.expiresAt) - Date.parse(parsed.data.createdAt);
  if (lifetimeMs <= 0 || lifetimeMs > MAX_LIFETIME_MS) throw refused('request lives too long');
  return parsed.data;
}
