/**
 * Who among the pages of this machine's browsers may ask for what (docs/adr, pairing). A page gets a grant by a code that a person
 * carries over, and a token by signing a challenge that is good once; the token works for the origin it was made for and
 * no other, and dies with its grant.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import {
  confirmText,
  type GrantView,
  type PairingAsk,
  type PairingOverview,
  type Scope,
  tokenText,
  type WaitingRequest,
} from '../contract/pairing.ts';
import { agentErrors } from '../errors.ts';
import type { Grant, Grants } from './grants.ts';
import { LockOut } from './lock-out.ts';
import { provesKey } from './possession.ts';

export interface PairingOptions {
  readonly grants: Grants;
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
  /** Told when pages ask, are paired or lose their grant: the agent's own page shows it at once. */
  readonly onChange?: () => void;
  /** Before a page is paired. @throws AUDIT_UNAVAILABLE: then it is not */
  readonly beforePaired?: (grant: {
    readonly grant: string;
    readonly origin: string;
    readonly scopes: readonly Scope[];
  }) => void;
  /** After what cannot be taken back: a wrong code, a refusal, a revocation. */
  readonly onRefusal?: (what: 'pairing-code-wrong' | 'pairing-refused' | 'page-revoked', origin: string) => void;
}

interface Asked extends Omit<WaitingRequest, 'expiresAt'> {
  readonly key: PairingAsk['key'];
  readonly expiresAtMs: number;
  wrong: number;
}

const REQUEST_MS = 120_000;
const CHALLENGE_MS = 60_000;
const TOKEN_MS = 5 * 60_000;
const MAX_WAITING = 4;
const MAX_WRONG = 3;
const MAX_CHALLENGES = 64;
const MAX_TOKENS = 128;

export class Pairing {
  readonly #options: PairingOptions;
  readonly #lockOut = new LockOut();
  readonly #asked = new Map<string, Asked>();
  readonly #challenges = new Map<string, { readonly grant: string; readonly expiresAtMs: number }>();
  /** By the token's hash: what is in memory opens nothing. */
  readonly #tokens = new Map<string, { readonly grant: string; readonly expiresAtMs: number }>();
  readonly #revokeListeners = new Set<(grant: string) => void>();

  constructor(options: PairingOptions) {
    this.#options = options;
  }

  isPaired(origin: string): boolean {
    return this.#options.grants.hasOrigin(origin);
  }

  onRevoked(listener: (grant: string) => void): () => void {
    this.#revokeListeners.add(listener);
    return () => this.#revokeListeners.delete(listener);
  }

  overview(): PairingOverview {
    this.#forgetOld();
    const locked = this.#lockOut.lockedUntil(this.#nowMs());
    return {
      waiting: [...this.#asked.values()].map(({ key: _, wrong: __, expiresAtMs, ...shown }) => ({
        ...shown,
        expiresAt: iso(expiresAtMs),
      })),
      grants: this.#options.grants.all().map(viewOf),
      lockedUntil: locked === null ? null : iso(locked),
    };
  }

  /** A new request of an origin takes the place of its old one. @throws PAIRING_LOCKED, PAIRING_TOO_MANY */
  ask(origin: string, { name, key, scopes }: PairingAsk): { request: string; expiresAt: string } {
    this.#requireUnlocked();
    this.#forgetOld();
    for (const [id, asked] of this.#asked) if (asked.origin === origin) this.#asked.delete(id);
    if (this.#asked.size >= MAX_WAITING) throw agentErrors.make('PAIRING_TOO_MANY');
    const request = this.#newId();
    const expiresAtMs = this.#nowMs() + REQUEST_MS;
    const unique = [...new Set<Scope>(scopes)];
    this.#asked.set(request, {
      request,
      origin,
      name,
      scopes: unique,
      key,
      code: this.#newCode(),
      expiresAtMs,
      wrong: 0,
    });
    this.#changed();
    return { request, expiresAt: iso(expiresAtMs) };
  }

  /** @throws PAIRING_LOCKED, PAIRING_REQUEST_GONE, PAIRING_CODE_WRONG, PAIRING_PROOF_WRONG */
  confirm(origin: string, request: string, code: string, signature: string): GrantView {
    this.#requireUnlocked();
    this.#forgetOld();
    const asked = this.#asked.get(request);
    if (asked === undefined || asked.origin !== origin) throw agentErrors.make('PAIRING_REQUEST_GONE');
    if (!timingSafeEqual(Buffer.from(code), Buffer.from(asked.code))) {
      this.#lockOut.wrongCode(this.#nowMs());
      asked.wrong += 1;
      if (asked.wrong >= MAX_WRONG) this.#asked.delete(request);
      this.#options.onRefusal?.('pairing-code-wrong', origin);
      this.#changed();
      throw agentErrors.make('PAIRING_CODE_WRONG');
    }
    if (!provesKey(asked.key, confirmText(origin, request, code), signature))
      throw agentErrors.make('PAIRING_PROOF_WRONG');
    const { name, scopes, key } = asked;
    const grantedAt = this.#options.now().toISOString();
    const grant: Grant = { grant: this.#newId(), origin, name, scopes, key, grantedAt, lastUsedAt: null };
    this.#options.beforePaired?.(grant);
    this.#options.grants.add(grant);
    this.#asked.delete(request);
    this.#lockOut.rightCode();
    this.#changed();
    return viewOf(grant);
  }

  /** By the person at the agent's page. */
  refuse(request: string): void {
    const asked = this.#asked.get(request);
    if (asked === undefined) return;
    this.#asked.delete(request);
    this.#options.onRefusal?.('pairing-refused', asked.origin);
    this.#changed();
  }

  /** @throws PAIRING_UNKNOWN: no grant of this origin has that name */
  challenge(origin: string, grantId: string): { challenge: string; expiresAt: string } {
    this.#grantOf(origin, grantId);
    this.#forgetOld();
    dropOldest(this.#challenges, MAX_CHALLENGES);
    const challenge = Buffer.from(this.#options.random(32)).toString('base64url');
    const expiresAtMs = this.#nowMs() + CHALLENGE_MS;
    this.#challenges.set(challenge, { grant: grantId, expiresAtMs });
    return { challenge, expiresAt: iso(expiresAtMs) };
  }

  /** @throws PAIRING_UNKNOWN, PAIRING_PROOF_WRONG; a challenge is used up by the first try */
  token(origin: string, grantId: string, challenge: string, signature: string) {
    const grant = this.#grantOf(origin, grantId);
    this.#forgetOld();
    const given = this.#challenges.get(challenge);
    this.#challenges.delete(challenge);
    const proven = given?.grant === grantId && provesKey(grant.key, tokenText(origin, grantId, challenge), signature);
    if (!proven) throw agentErrors.make('PAIRING_PROOF_WRONG');
    dropOldest(this.#tokens, MAX_TOKENS);
    const token = Buffer.from(this.#options.random(32)).toString('base64url');
    const expiresAtMs = this.#nowMs() + TOKEN_MS;
    this.#tokens.set(hashOf(token), { grant: grantId, expiresAtMs });
    this.#options.grants.touch(grantId, this.#options.now());
    return { token, expiresAt: iso(expiresAtMs), scopes: [...grant.scopes] };
  }

  /** The grant behind a token, when the token is this origin's and still good. */
  bearer(origin: string | undefined, token: string): Grant | null {
    const known = this.#tokens.get(hashOf(token));
    if (known === undefined || known.expiresAtMs <= this.#nowMs()) return null;
    const grant = this.#options.grants.find(known.grant);
    return grant !== null && grant.origin === origin ? grant : null;
  }

  /** At once: tokens die, sockets are closed by those who listen. @throws PAIRING_UNKNOWN */
  revoke(grantId: string): void {
    const origin = this.#options.grants.find(grantId)?.origin ?? '';
    if (!this.#options.grants.remove(grantId)) throw agentErrors.make('PAIRING_UNKNOWN');
    this.#options.onRefusal?.('page-revoked', origin);
    for (const [hash, { grant }] of this.#tokens) if (grant === grantId) this.#tokens.delete(hash);
    for (const [challenge, { grant }] of this.#challenges) if (grant === grantId) this.#challenges.delete(challenge);
    for (const listener of [...this.#revokeListeners]) listener(grantId);
    this.#changed();
  }

  #grantOf(origin: string, grantId: string): Grant {
    const grant = this.#options.grants.find(grantId);
    if (grant === null || grant.origin !== origin) throw agentErrors.make('PAIRING_UNKNOWN');
    return grant;
  }

  #requireUnlocked(): void {
    if (this.#lockOut.lockedUntil(this.#nowMs()) !== null) throw agentErrors.make('PAIRING_LOCKED');
  }

  #forgetOld(): void {
    const now = this.#nowMs();
    for (const map of [this.#asked, this.#challenges, this.#tokens] as Map<string, { expiresAtMs: number }>[]) {
      for (const [id, { expiresAtMs }] of map) if (expiresAtMs <= now) map.delete(id);
    }
  }

  #changed(): void {
    this.#options.onChange?.();
  }

  #nowMs(): number {
    return this.#options.now().getTime();
  }

  #newId(): string {
    return Buffer.from(this.#options.random(16)).toString('base64url');
  }

  /** Each code alike likely: numbers from the uneven end of 32 bits are drawn again. */
  #newCode(): string {
    for (;;) {
      const drawn = Buffer.from(this.#options.random(4)).readUInt32BE();
      if (drawn < 4_294_000_000) return String(drawn % 1_000_000).padStart(6, '0');
    }
  }
}

function viewOf({ key: _, ...shown }: Grant): GrantView {
  return shown;
}

const iso = (moment: number): string => new Date(moment).toISOString();
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

function dropOldest(map: Map<string, unknown>, limit: number): void {
  const [oldest] = map.keys();
  if (map.size >= limit && oldest !== undefined) map.delete(oldest);
}
