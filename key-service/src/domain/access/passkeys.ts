/**
 * Passkeys (WebAuthn level 3, https://www.w3.org/TR/webauthn-3/) verified by @simplewebauthn/server: registered with a
 * one-time code, required to have verified the person (PIN, finger), each challenge good for one try of five minutes.
 */
import { type LockOut, shellErrors } from '@rhc/service-shell';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { keyServiceErrors } from '../../errors.ts';
import type { AuditPort } from '../ports.ts';
import { type Operator, principalId } from './operators.ts';

export interface Passkey {
  /** Credential id, base64url. */
  readonly id: string;
  readonly operator: string;
  readonly label: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export interface PasskeyStore {
  of(operator: string): Promise<Passkey[]>;
  all(): Promise<Passkey[]>;
  find(id: string): Promise<Passkey | null>;
  /** False when the credential is registered already. */
  add(passkey: Passkey): Promise<boolean>;
  used(id: string, counter: number, at: Date): Promise<void>;
  remove(operator: string, id: string): Promise<boolean>;
  addChallenge(challenge: { id: string; challenge: string; purpose: string; expiresAt: Date }): Promise<void>;
  /** Gives a challenge once. */
  takeChallenge(id: string, purpose: string, now: Date): Promise<string | null>;
}

export interface PasskeyRoom {
  readonly store: PasskeyStore;
  readonly audit: AuditPort;
  readonly lockOut: LockOut;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Of the console, for example `https://keys.example.gov.cn`; its host name is the relying party. */
  readonly origin: string;
}

const CHALLENGE_MS = 5 * 60_000;
const SIGN_IN = 'sign-in';

export class Passkeys {
  readonly #room: PasskeyRoom;
  readonly #party: { readonly rpID: string; readonly expectedOrigin: string };

  constructor(room: PasskeyRoom) {
    this.#room = room;
    this.#party = { rpID: new URL(room.origin).hostname, expectedOrigin: room.origin };
  }

  all(): Promise<Passkey[]> {
    return this.#room.store.all();
  }

  async registrationOptions(operator: Operator) {
    const options = await generateRegistrationOptions({
      rpName: '居民健康卡密钥管理 RHC key-service',
      rpID: this.#party.rpID,
      userName: operator.id,
      userDisplayName: operator.name,
      userID: new TextEncoder().encode(operator.id),
      attestationType: 'none',
      excludeCredentials: (await this.#room.store.of(operator.id)).map(({ id }) => ({ id })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    return { challengeId: await this.#remember(options.challenge, `enrol ${operator.id}`), options };
  }

  /**
   * @param spend uses up the enrolment code, when the passkey has proved good
   * @throws PASSKEY_REFUSED
   */
  async register(
    operator: Operator,
    { challengeId, response, label }: { challengeId: string; response: unknown; label: string },
    spend: () => Promise<void>,
  ): Promise<Passkey> {
    const { store, audit, now } = this.#room;
    const expectedChallenge = await store.takeChallenge(challengeId, `enrol ${operator.id}`, now());
    if (expectedChallenge === null) throw keyServiceErrors.make('PASSKEY_REFUSED', { detail: 'no such challenge' });
    const verified = await verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      expectedChallenge,
      expectedOrigin: this.#party.expectedOrigin,
      expectedRPID: this.#party.rpID,
      requireUserVerification: true,
    }).catch((cause: unknown) => {
      throw keyServiceErrors.make('PASSKEY_REFUSED', { cause, detail: messageOf(cause) });
    });
    if (!verified.verified) throw keyServiceErrors.make('PASSKEY_REFUSED', { detail: 'not verified' });
    const { id, publicKey, counter } = verified.registrationInfo.credential;
    await spend();
    await audit.record('passkey-registered', { operator: principalId(operator.id), credential: id });
    const passkey = { id, operator: operator.id, label, publicKey, counter, createdAt: now(), lastUsedAt: null };
    if (!(await store.add(passkey))) throw keyServiceErrors.make('PASSKEY_REFUSED', { detail: 'registered already' });
    return passkey;
  }

  /** @throws PASSKEY_UNKNOWN */
  async remove(by: string, operator: string, id: string): Promise<void> {
    await this.#room.audit.record('passkey-removed', { operator: principalId(operator), credential: id, by });
    if (!(await this.#room.store.remove(operator, id))) throw keyServiceErrors.make('PASSKEY_UNKNOWN', { detail: id });
  }

  async signInOptions() {
    const options = await generateAuthenticationOptions({ rpID: this.#party.rpID, userVerification: 'required' });
    return { challengeId: await this.#remember(options.challenge, SIGN_IN), options };
  }

  /**
   * @returns the operator's id
   * @throws SIGN_IN_REFUSED, LOCKED_OUT
   */
  async signIn(challengeId: string, response: unknown, retryAfter: (seconds: number) => void): Promise<string> {
    const { store, now, lockOut, audit } = this.#room;
    const expectedChallenge = await store.takeChallenge(challengeId, SIGN_IN, now());
    const credentialId = (response as { id?: unknown } | null)?.id;
    const passkey = typeof credentialId === 'string' ? await store.find(credentialId) : null;
    if (expectedChallenge === null || passkey === null)
      throw shellErrors.make('SIGN_IN_REFUSED', { detail: 'unknown' });
    const subject = principalId(passkey.operator);
    await lockOut.require(subject, retryAfter);
    const { id, counter } = passkey;
    const verified = await verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge,
      expectedOrigin: this.#party.expectedOrigin,
      expectedRPID: this.#party.rpID,
      credential: { id, counter, publicKey: Uint8Array.from(passkey.publicKey) },
      requireUserVerification: true,
    }).catch((cause: unknown) => ({ verified: false as const, cause }));
    if (!verified.verified) {
      if (await lockOut.failed(subject)) await audit.record('operator-locked-out', { operator: subject });
      const detail = 'cause' in verified ? messageOf(verified.cause) : 'signature';
      throw shellErrors.make('SIGN_IN_REFUSED', { detail: `${subject}: ${detail}` });
    }
    await lockOut.succeeded(subject);
    if ('authenticationInfo' in verified) await store.used(id, verified.authenticationInfo.newCounter, now());
    return passkey.operator;
  }

  async #remember(challenge: string, purpose: string): Promise<string> {
    const { store, newId, now } = this.#room;
    const id = newId();
    await store.addChallenge({ id, challenge, purpose, expiresAt: new Date(now().getTime() + CHALLENGE_MS) });
    return id;
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'failed');
