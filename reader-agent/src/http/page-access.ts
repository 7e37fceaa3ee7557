/**
 * Pages of other origins at the local API: a paired origin may call, one that is not paired may only find the agent and ask
 * to be paired. Answers name exactly the origin that asked, never `*`; a preflight is answered before anybody is asked who
 * calls, as browsers send none of the caller's headers with it.
 */
import type { IncomingMessage } from 'node:http';
import { shellErrors } from '@rhc/service-shell';
import type { Context, Next } from 'koa';
import { agentErrors } from '../errors.ts';
import { isPageOrigin, type Pairing } from '../pairing/index.ts';
import type { RateLimit } from './rate-limit.ts';

export interface PageAccessOptions {
  readonly pairing: Pairing;
  /** Origins that may ask to be paired; empty: every page may ask, a person decides. */
  readonly pairingOrigins: readonly string[];
  readonly rates: { readonly calls: RateLimit; readonly pairing: RateLimit };
}

/** What a page that is not paired needs: find the agent, load the SDK, ask. */
const BEFORE_PAIRING = /^\/(status|v1\/status|sdk\/[a-z.-]+|v1\/pairing\/(requests|confirm))$/;
/** A file that a person hands over at the agent's own page, and the XML of provincial interfaces; no form can send either. */
const RAW_TYPES = ['application/vnd.rhc.hotlist', 'application/xml'];
const METHODS = 'GET, POST';
const HEADERS = 'authorization, content-type, x-rhc-request, idempotency-key';
const PREFLIGHT_SECONDS = '600';

/** The one judgement of origins, for HTTP and for WebSocket upgrades. */
export function originRule({ pairing, pairingOrigins }: Pick<PageAccessOptions, 'pairing' | 'pairingOrigins'>) {
  return (origin: string, request: Pick<IncomingMessage, 'url'>): boolean => {
    if (!isPageOrigin(origin)) return false;
    if (pairing.isPaired(origin)) return true;
    const mayAsk = pairingOrigins.length === 0 || pairingOrigins.includes(origin);
    return mayAsk && BEFORE_PAIRING.test(pathOf(request));
  };
}

export function pageAccess({ rates }: PageAccessOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const origin = ctx.get('origin');
    ctx.vary('Origin');
    refuseSilentCrossSite(ctx, origin);
    // Programs of this machine that are no browser send neither and may be as quick as they like.
    const fromPage = origin !== '' || ctx.get('sec-fetch-site') !== '';
    if (fromPage && !rates.calls.take(origin)) throw agentErrors.make('RATE_LIMITED');
    if (ctx.path.startsWith('/v1/pairing/') && origin !== ownOrigin(ctx) && !rates.pairing.take(origin)) {
      throw agentErrors.make('RATE_LIMITED');
    }
    if (origin !== '') {
      ctx.set('Access-Control-Allow-Origin', origin);
      ctx.set('Access-Control-Expose-Headers', 'X-Request-Id');
    }
    if (ctx.method === 'OPTIONS') {
      answerPreflight(ctx);
      return;
    }
    if (ctx.method === 'POST') requireRequestHeader(ctx);
    else if (ctx.method !== 'GET') throw shellErrors.make('ROUTE_UNKNOWN');
    if (ctx.path.startsWith('/v1/')) ctx.set('Cache-Control', 'no-store');
    // The SDK is there to be loaded by other origins; everything else is not even to be embedded.
    if (ctx.path.startsWith('/sdk/')) ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
    await next();
  };
}

function answerPreflight(ctx: Context): void {
  if (ctx.get('origin') === '' || ctx.get('access-control-request-method') === '')
    throw shellErrors.make('ROUTE_UNKNOWN');
  ctx.set('Access-Control-Allow-Methods', METHODS);
  ctx.set('Access-Control-Allow-Headers', HEADERS);
  ctx.set('Access-Control-Max-Age', PREFLIGHT_SECONDS);
  // Browsers of 2022–2025 asked this before a page of a wider network could reach loopback.
  if (ctx.get('access-control-request-private-network') === 'true')
    ctx.set('Access-Control-Allow-Private-Network', 'true');
  if (ctx.get('access-control-request-local-network') === 'true') ctx.set('Access-Control-Allow-Local-Network', 'true');
  ctx.status = 204;
}

/** A form, an image or a script tag of another site: no Origin, but browsers of today say where it comes from. */
function refuseSilentCrossSite(ctx: Context, origin: string): void {
  const site = ctx.get('sec-fetch-site');
  if (origin !== '' || site === '' || site === 'same-origin' || site === 'none') return;
  const isPageVisit = ctx.method === 'GET' && ctx.get('sec-fetch-mode') === 'navigate' && !ctx.path.startsWith('/v1/');
  if (!isPageVisit && !ctx.path.startsWith('/sdk/')) throw shellErrors.make('ORIGIN_REFUSED');
}

/** What no form and no plain request of a foreign page can send without a preflight. */
function requireRequestHeader(ctx: Context): void {
  const type = ctx.is('application/json', ...RAW_TYPES);
  if (ctx.get('x-rhc-request') !== '1' || typeof type !== 'string') throw agentErrors.make('REQUEST_HEADER_MISSING');
}

function ownOrigin(ctx: Context): string {
  return `http://${ctx.get('host')}`;
}

const pathOf = ({ url }: Pick<IncomingMessage, 'url'>): string => (url ?? '').split('?')[0] ?? '';
