/**
 * A person registers a passkey (WebAuthn). That makes it a candidate and nothing more: it counts once a quorum has taken
 * it up into the roster and the token has sealed it.
 */
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Roster, RosterCredential } from '../../contract/approvals.ts';
import { keyServiceErrors } from '../../errors.ts';

export interface Candidate {
  readonly person: string;
  readonly name: string;
  readonly credential: RosterCredential;
  readonly registeredAt: Date;
}
export interface EnrolmentStore {
  rememberChallenge(person: string, challenge: string, at: Date): Promise<void>;
  /** Gives it once. */
  takeChallenge(person: string): Promise<{ readonly challenge: string; readonly at: Date } | null>;
  addCandidate(candidate: Candidate): Promise<void>;
  candidates(): Promise<Candidate[]>;
}

const CHALLENGE_LIVES_MS = 5 * 60_000;
const ES256 = -7;
type Person = { readonly id: string; readonly name: string };

export async function enrolmentOptions(person: Person, webauthn: Roster['webauthn'], store: EnrolmentStore, now: Date) {
  const { generateRegistrationOptions } = await import('@simplewebauthn/server');
  const options = await generateRegistrationOptions({
    rpName: '居民健康卡密钥管理 · RHC key service',
    rpID: webauthn.rpId,
    userName: person.id,
    userDisplayName: person.name,
    attestationType: 'none',
    authenticatorSelection: { userVerification: 'required', residentKey: 'discouraged' },
    supportedAlgorithmIDs: [ES256],
  });
  await store.rememberChallenge(person.id, options.challenge, now);
  return options;
}

/** @throws APPROVAL_INVALID */
export async function enrol(
  person: Person,
  response: RegistrationResponseJSON,
  webauthn: Roster['webauthn'],
  store: EnrolmentStore,
  now: Date,
): Promise<Candidate> {
  const refused = (detail: string) => keyServiceErrors.make('APPROVAL_INVALID', { detail });
  const asked = await store.takeChallenge(person.id);
  if (asked === null || now.getTime() - asked.at.getTime() > CHALLENGE_LIVES_MS) throw refused('no fresh challenge');
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  const verification = await verifyRegistrationResponse({
    response,
    expectedChallenge: asked.challenge,
    expectedOrigin: [...webauthn.origins],
    expectedRPID: webauthn.rpId,
    requireUserVerification: true,
    supportedAlgorithmIDs: [ES256],
  }).catch((error: unknown) => {
    throw refused(error instanceof Error ? error.message : 'registration');
  });
  if (!verification.verified) throw refused('registration');
  const { id, publicKey } = verification.registrationInfo.credential;
  const credential: RosterCredential = {
    kind: 'webauthn',
    id,
    publicKey: Buffer.from(publicKey).toString('base64url'),
  };
  const candidate = { person: person.id, name: person.name, credential, registeredAt: now };
  await store.addCandidate(candidate);
  return candidate;
}
