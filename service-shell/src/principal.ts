/**
 * Who calls. An authenticator looks at a request (client certificate, session cookie, bearer token) and says who it is or
 * null; the first that knows the caller wins. What a principal may do stands in the endpoint table (`endpoints.ts`).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { SecretBytes } from '@rhc/card/bytes';
import { bearerToken, tokenMatches } from './secret-file.ts';

export interface Principal {
  /** Stable and unique, for example `operator:zhang.wei` or `service:card-issuer`; stands in audit entries. */
  readonly id: string;
  /** What a person reads. */
  readonly name: string;
  readonly roles: readonly string[];
  /** `pairing`: a page that proved the key it was paired with (reader-agent). */
  readonly via: 'certificate' | 'session' | 'token' | 'pairing';
}

export type Authenticator = (request: IncomingMessage) => Promise<Principal | null>;

/** The first authenticator that knows the caller. */
export function firstOf(...authenticators: readonly Authenticator[]): Authenticator {
  return async (request) => {
    for (const authenticate of authenticators) {
      const principal = await authenticate(request);
      if (principal !== null) return principal;
    }
    return null;
  };
}

/** One secret for one principal (a service's token file). */
export function tokenAuthenticator(secret: SecretBytes, principal: Omit<Principal, 'via'>): Authenticator {
  return async (request) =>
    tokenMatches(secret, bearerToken(request.headers.authorization)) ? { ...principal, via: 'token' } : null;
}

export interface RegisteredToken extends Omit<Principal, 'via'> {
  /** SHA-256 of the token's text, lower-case hex: the register itself opens nothing. */
  readonly tokenSha256: string;
}

/** Bearer tokens of several people and services, known by their hashes. */
export function tokenRegisterAuthenticator(register: readonly RegisteredToken[]): Authenticator {
  return async (request) => {
    const presented = bearerToken(request.headers.authorization);
    if (presented === undefined) return null;
    const hash = createHash('sha256').update(presented).digest();
    let found: Principal | null = null;
    // Every entry is compared, so that the time says nothing of which one matched.
    for (const { tokenSha256, id, name, roles } of register) {
      const expected = Buffer.from(tokenSha256, 'hex');
      if (expected.length === hash.length && timingSafeEqual(expected, hash)) found = { id, name, roles, via: 'token' };
    }
    return found;
  };
}
