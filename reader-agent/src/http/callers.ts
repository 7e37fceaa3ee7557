/**
 * Who calls the local API. The agent's own page and programs of this machine show the token file's token and may do all;
 * a page of another origin shows a token that it got by proving its key, and may do what it was granted.
 */
import type { IncomingMessage } from 'node:http';
import type { SecretBytes } from '@rhc/card/bytes';
import { type Authenticator, bearerToken, type Principal, tokenMatches } from '@rhc/service-shell';
import { SCOPES } from '../contract/pairing.ts';
import type { Pairing } from '../pairing/index.ts';

/** Role of the agent's own page. */
export const DESK = 'desk';
export const deskPrincipal: Principal = Object.freeze({
  id: DESK,
  name: '诊室页面 desk page',
  roles: [DESK, ...SCOPES],
  via: 'token',
});

const grantPrefix = 'grant:';

/** Null for the desk. */
export const grantOf = ({ id }: Principal): string | null =>
  id.startsWith(grantPrefix) ? id.slice(grantPrefix.length) : null;

export function callers(token: SecretBytes, pairing: Pairing): Authenticator {
  return async (request) => {
    const presented = presentedToken(request);
    if (presented === undefined) return null;
    const { origin, host } = request.headers;
    // The desk's token is no page's of another origin, even when it leaked into one.
    const own = origin === undefined || origin === `http://${host}`;
    if (own && tokenMatches(token, presented)) return deskPrincipal;
    const grant = pairing.bearer(origin, presented);
    if (grant === null) return null;
    return { id: `${grantPrefix}${grant.grant}`, name: grant.origin, roles: grant.scopes, via: 'pairing' };
  };
}

/** A browser cannot set headers on a WebSocket: there the token travels as the subprotocol `bearer.<token>`. */
function presentedToken(request: IncomingMessage): string | undefined {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const bearer = offered.find((name) => name.startsWith('bearer.'));
  return bearer === undefined ? bearerToken(request.headers.authorization) : bearer.slice('bearer.'.length);
}
