/**
 * Judges whether approvals let a request happen. Runs in the HSM worker before the operation, and in the service to
 * tell people early what is missing. Reads top to bottom like the rules.
 */
import { verify } from 'node:crypto';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { canonicalJson } from '../../audit/leaf.ts';
import type { CeremonyPlace, Roster, RosterCredential, RosterPerson } from '../../contract/approvals.ts';
import { keyServiceErrors } from '../../errors.ts';
import { type ApprovalRequest, parseRequest, requestChallenge } from './request.ts';
import {
  isSatisfied,
  parseRoster,
  type RosterPointer,
  requirementsOf,
  rosterHash,
  type SealedRoster,
} from './roster.ts';

type WebauthnResponse = AuthenticationResponseJSON;

/** One person's approval: the credential of the roster and what it signed. */
export type Approval =
  | { readonly kind: 'webauthn'; readonly credential: string; readonly response: WebauthnResponse }
  | { readonly kind: 'p256'; readonly credential: string; readonly signature: string };

/** What a privileged operation must come with. Texts, because what was signed is text. */
export interface Authority {
  readonly roster: SealedRoster;
  readonly request: string;
  readonly approvals: readonly Approval[];
  /** Names one execution: the same one may be taken up again, another one is a replay. */
  readonly run: string;
}

const refusal = (code: 'APPROVAL_INVALID' | 'ROSTER_REFUSED', detail: string) =>
  keyServiceErrors.make(code, { detail });

/** @throws ROSTER_REFUSED unless the sealed roster is the very one that the token remembers */
export function requireRosterInForce(
  sealed: SealedRoster,
  pointer: RosterPointer,
  sealedByToken: (hash: string, seal: string) => boolean,
): Roster {
  const hash = rosterHash(sealed.text);
  if (hash !== pointer.sha256) throw refusal('ROSTER_REFUSED', `roster ${hash} is not the one in force`);
  if (!sealedByToken(hash, sealed.seal)) throw refusal('ROSTER_REFUSED', 'the seal is not the token’s');
  const roster = parseRoster(sealed.text);
  if (roster.version !== pointer.version) throw refusal('ROSTER_REFUSED', `version ${roster.version}`);
  return roster;
}

/** @throws APPROVAL_INVALID, APPROVAL_EXPIRED, APPROVAL_FORBIDDEN */
export function requireRequestInForce(
  text: string,
  roster: Roster,
  rosterSha256: string,
  tokenSerial: string,
  now: Date,
): ApprovalRequest {
  const request = parseRequest(text);
  if (request.tokenSerial !== tokenSerial) throw refusal('APPROVAL_INVALID', 'request is for another token');
  if (request.roster.version !== roster.version || request.roster.sha256 !== rosterSha256) {
    throw refusal('APPROVAL_INVALID', 'request was made under another roster');
  }
  const operations = request.steps.map(({ operation }) => operation);
  if (canonicalJson(requirementsOf(roster, operations)) !== canonicalJson(request.policy)) {
    throw refusal('APPROVAL_INVALID', 'request names another policy');
  }
  if (now >= new Date(request.expiresAt)) throw keyServiceErrors.make('APPROVAL_EXPIRED', { detail: request.id });
  return request;
}

/** @throws APPROVAL_INVALID: a request of a ceremony's step runs in that step, and any other nowhere in a ceremony */
export function requirePlace(request: ApprovalRequest, place: CeremonyPlace | null): void {
  if (canonicalJson(request.ceremony ?? null) === canonicalJson(place)) return;
  throw refusal('APPROVAL_INVALID', `request is for ${request.ceremony?.id ?? 'no ceremony'}, not for this step`);
}

/** Whose approval it is. @throws APPROVAL_INVALID, APPROVAL_SELF */
export async function verifyApproval(
  approval: Approval,
  request: Pick<ApprovalRequest, 'requester'>,
  requestText: string,
  roster: Roster,
): Promise<RosterPerson> {
  const found = roster.people
    .flatMap((person) => person.credentials.map((credential) => ({ person, credential })))
    .find(({ credential }) => credential.id === approval.credential && credential.kind === approval.kind);
  if (found === undefined) throw refusal('APPROVAL_INVALID', 'the credential is not in the roster');
  if (found.person.id === request.requester) throw keyServiceErrors.make('APPROVAL_SELF', { detail: found.person.id });
  const genuine =
    approval.kind === 'webauthn'
      ? await isGenuineAssertion(approval.response, found.credential, requestText, roster)
      : isGenuineSignature(approval.signature, found.credential, requestText);
  if (!genuine) throw refusal('APPROVAL_INVALID', `signature of ${found.person.id}`);
  return found.person;
}

async function isGenuineAssertion(
  response: WebauthnResponse,
  credential: RosterCredential,
  requestText: string,
  roster: Roster,
): Promise<boolean> {
  // Loaded when first needed: a worker that only serves cards starts without it.
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  try {
    const { verified } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: requestChallenge(requestText),
      expectedOrigin: [...roster.webauthn.origins],
      expectedRPID: roster.webauthn.rpId,
      requireUserVerification: true,
      // The challenge is the request's hash and a request runs once, so a counter has nothing to add.
      credential: { id: credential.id, publicKey: Buffer.from(credential.publicKey, 'base64url'), counter: 0 },
    });
    return verified;
  } catch (error) {
    throw refusal('APPROVAL_INVALID', error instanceof Error ? error.message : 'assertion');
  }
}

function isGenuineSignature(signature: string, credential: RosterCredential, requestText: string): boolean {
  try {
    const key = { key: Buffer.from(credential.publicKey, 'base64url'), format: 'der', type: 'spki' } as const;
    const bytes = Buffer.from(signature, 'hex');
    if (bytes.length !== 64) return false;
    return verify('sha256', Buffer.from(requestText), { ...key, dsaEncoding: 'ieee-p1363' }, bytes);
  } catch {
    return false;
  }
}

/** People who approved, each counted once. @throws APPROVAL_MISSING when they do not meet the policy */
export async function requireQuorum(
  approvals: readonly Approval[],
  request: ApprovalRequest,
  requestText: string,
  roster: Roster,
): Promise<RosterPerson[]> {
  const people = new Map<string, RosterPerson>();
  for (const approval of approvals) {
    const person = await verifyApproval(approval, request, requestText, roster);
    people.set(person.id, person);
  }
  const approvers = [...people.values()];
  const operations = request.steps.map(({ operation }) => operation);
  if (
    !isSatisfied(
      requirementsOf(roster, operations),
      approvers.map(({ roles }) => roles),
    )
  ) {
    throw keyServiceErrors.make('APPROVAL_MISSING', { detail: `${request.id}: ${[...people.keys()].join(', ')}` });
  }
  return approvers;
}
