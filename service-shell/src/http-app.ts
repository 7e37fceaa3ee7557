/**
 * The Koa application that every service starts from. Order matters: the Host is checked before anything else (a DNS
 * rebinding page carries no Origin), then the one error exit, headers, token, body, routes, pages.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { bodyParser } from '@koa/bodyparser';
import type Router from '@koa/router';
import type { SecretBytes } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import Koa, { type Context, type Next } from 'koa';
import helmet from 'koa-helmet';
import serve from 'koa-static';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { isDatabaseAway } from './database-waits.ts';
import { type Endpoint, endpointRouter, pathPattern } from './endpoints.ts';
import { shellErrors } from './errors.ts';
import { loggedPath } from './logged-path.ts';
import type { Logger } from './logger.ts';
import type { Authenticator, Principal } from './principal.ts';
import { limitRates, type RateLimits } from './rate-limits.ts';
import { bearerToken, tokenMatches } from './secret-file.ts';

export type AllowedOrigins =
  | readonly string[]
  | ((origin: string, request: Pick<IncomingMessage, 'headers' | 'url'>) => boolean);

export interface HttpAppOptions {
  readonly service: string;
  readonly logger: Logger;
  /** Endpoints that are declared as rows; see `endpoints.ts`. */
  readonly endpoints?: readonly Endpoint[];
  /** Who calls; with it every path asks for a principal but the table's public rows. Absent: `token`. */
  readonly authenticate?: Authenticator;
  /** Routes that are not declared as rows. */
  readonly router?: Router;
  /** Host names (without port) that may stand in the Host header; `127.0.0.1`, `localhost`, `[::1]` by default. */
  readonly allowedHosts?: readonly string[];
  /** Origins other than the service's own that may call, by name or by judgement; none by default. `null` is always refused. */
  readonly allowedOrigins?: AllowedOrigins;
  /** Runs after the check of Host and Origin and before anybody is asked who calls: preflights, limits. */
  readonly early?: Koa.Middleware;
  /** Bearer token asked for on every path but `publicPaths`; absent: no token (tests only). */
  readonly token?: SecretBytes;
  /** Exact paths that need no token; pages, `/healthz` and `/metrics` never do. */
  readonly publicPaths?: readonly string[];
  /** Told of each call that is refused for who calls (401, 403, 421, 429), before the answer goes out. */
  readonly onRefused?: (call: RefusedCall) => Promise<void>;
  /** What must hold before calls make sense (database, HSM); `/readyz` answers 503 with the names of what does not. */
  readonly ready?: () => Promise<Readonly<Record<string, boolean>>>;
  /** Requests a second by caller and terminal; absent: no limit. */
  readonly limits?: RateLimits;
  /** Limit of a JSON body in bytes; default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Folder of static pages served at `/`. */
  readonly webRoot?: string;
}

export interface RefusedCall {
  readonly method: string;
  readonly path: string;
  readonly address: string;
  /** Null: nobody that we know. */
  readonly principal: string | null;
  readonly status: number;
  readonly code: string;
  /** As the caller sent it; null: none. */
  readonly origin: string | null;
}

export interface HttpApp {
  readonly app: Koa;
  readonly metrics: Registry;
}

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

export function createHttpApp(options: HttpAppOptions): HttpApp {
  const app = new Koa();
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  // Koa's own printing of errors would bypass the redacting logger.
  app.silent = true;
  app.use(measure(metrics));
  app.use(errorExit(options.logger));
  app.use(tellRefusals(options));
  app.use(checkHostAndOrigin(options));
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          // Charts write their tooltips as markup with style attributes; a style cannot run anything.
          styleSrcAttr: ["'unsafe-inline'"],
          imgSrc: ["'self'", 'data:', 'blob:'],
          connectSrc: ["'self'"],
          fontSrc: ["'self'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
      strictTransportSecurity: false,
    }),
  );
  if (options.early !== undefined) app.use(options.early);
  app.use(observe(options, metrics));
  if (options.webRoot !== undefined) app.use(serve(options.webRoot, { maxage: 0, defer: false }));
  const table = options.endpoints ?? [];
  app.use(options.authenticate === undefined ? checkToken(options) : identify(options.authenticate, options));
  if (options.limits !== undefined) app.use(limitRates(options.limits));
  const rawRows = table.filter(({ rawBody }) => rawBody === true);
  const rawPatterns = rawRows.map((row) => ({ method: row.method.toUpperCase(), pattern: pathPattern(row) }));
  const readsItself = ({ method, path }: Context) =>
    rawPatterns.some((row) => row.method === method && row.pattern.test(path));
  const parseBody = bodyParser({
    enableTypes: ['json'],
    jsonLimit: options.maxBodyBytes ?? 1024 * 1024,
    onError: (error) => {
      const status = (error as { status?: number }).status;
      throw shellErrors.make(status === 413 ? 'BODY_TOO_LARGE' : 'BODY_NOT_JSON');
    },
  });
  app.use((ctx, next) => (readsItself(ctx) ? next() : parseBody(ctx, next)));
  if (table.length > 0) app.use(endpointRouter(table).routes());
  if (options.router !== undefined) app.use(options.router.routes());
  app.use(() => {
    throw shellErrors.make('ROUTE_UNKNOWN');
  });
  return { app, metrics };
}

/** The one place where an error becomes an answer. `detail` goes to the log, never out. */
function errorExit(logger: Logger) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const requestId = randomUUID();
    ctx.state.requestId = requestId;
    ctx.set('X-Request-Id', requestId);
    try {
      await next();
    } catch (error) {
      const known = isRhcError(error)
        ? error
        : shellErrors.make(isDatabaseAway(error) ? 'DATABASE_AWAY' : 'INTERNAL', { cause: error });
      ctx.status = known.httpStatus;
      ctx.type = 'application/json';
      ctx.body = JSON.stringify({ error: known.toBody(), requestId });
      const line = {
        err: isRhcError(error) ? known : error,
        requestId,
        method: ctx.method,
        path: loggedPath(ctx),
        status: ctx.status,
      };
      if (known.httpStatus >= 500) logger.error(line, 'request failed');
      else logger.info(line, 'request refused');
    }
  };
}

/** 421: a Host that is not ours, the mark of DNS rebinding. */
const REFUSALS_OF_CALLERS = [401, 403, 421, 429];

/** Inside the error exit: a refusal that cannot be told (audit log down) becomes that error. */
function tellRefusals({ onRefused }: HttpAppOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (error) {
      const status = isRhcError(error) && Object.hasOwn(shellErrors.table, error.code) ? error.httpStatus : 0;
      if (onRefused !== undefined && REFUSALS_OF_CALLERS.includes(status)) {
        const principal = (ctx.state.principal as Principal | undefined)?.id ?? null;
        const code = isRhcError(error) ? error.code : '';
        const origin = ctx.get('origin') === '' ? null : ctx.get('origin');
        await onRefused({ method: ctx.method, path: ctx.path, address: ctx.ip, principal, status, code, origin });
      }
      throw error;
    }
  };
}

/** True when a request's Host and Origin may talk to this service; used for HTTP and for WebSocket upgrades alike. */
export function hostAndOriginFault(
  request: Pick<IncomingMessage, 'headers' | 'url'>,
  options: Pick<HttpAppOptions, 'allowedHosts' | 'allowedOrigins'>,
): 'HOST_REFUSED' | 'ORIGIN_REFUSED' | null {
  const host = request.headers.host ?? '';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const allowed = options.allowedHosts ?? LOOPBACK_HOSTS;
  if (!allowed.includes(name)) return 'HOST_REFUSED';
  const origin = request.headers.origin;
  if (origin === undefined) return null;
  if (origin === `http://${host}` || origin === `https://${host}`) return null;
  if (origin === 'null') return 'ORIGIN_REFUSED';
  const { allowedOrigins = [] } = options;
  const named =
    typeof allowedOrigins === 'function' ? allowedOrigins(origin, request) : allowedOrigins.includes(origin);
  return named ? null : 'ORIGIN_REFUSED';
}

function checkHostAndOrigin(options: HttpAppOptions) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const fault = hostAndOriginFault(ctx.req, options);
    if (fault !== null) throw shellErrors.make(fault);
    await next();
  };
}

/** Rows judge the principal by their roles; whatever is no public row asks for one here, so that nothing is open by omission. */
function identify(authenticate: Authenticator, options: HttpAppOptions) {
  const open = new Set(['/healthz', '/readyz', '/metrics', ...(options.publicPaths ?? [])]);
  const openRows = (options.endpoints ?? []).filter(({ access }) => access === 'public').map(pathPattern);
  return async (ctx: Context, next: Next): Promise<void> => {
    const principal = await authenticate(ctx.req);
    if (principal !== null) ctx.state.principal = principal;
    else if (!open.has(ctx.path) && !openRows.some((pattern) => pattern.test(ctx.path))) {
      throw shellErrors.make('UNAUTHORIZED');
    }
    await next();
  };
}

function checkToken(options: HttpAppOptions) {
  const open = new Set(['/healthz', '/readyz', '/metrics', ...(options.publicPaths ?? [])]);
  return async (ctx: Context, next: Next): Promise<void> => {
    if (
      options.token !== undefined &&
      !open.has(ctx.path) &&
      !tokenMatches(options.token, bearerToken(ctx.get('authorization')))
    ) {
      throw shellErrors.make('UNAUTHORIZED');
    }
    await next();
  };
}

/** A part that cannot even be asked does not hold. */
async function readiness(ready: HttpAppOptions['ready']): Promise<Readonly<Record<string, boolean>>> {
  try {
    return (await ready?.()) ?? {};
  } catch {
    return { check: false };
  }
}

/** By the row that answered, never by the path that was asked for: paths carry names. */
function measure(metrics: Registry) {
  const seconds = new Histogram({
    name: 'rhc_http_request_seconds',
    help: 'HTTP requests by endpoint and status',
    labelNames: ['endpoint', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics],
  });
  return async (ctx: Context, next: Next): Promise<void> => {
    const end = seconds.startTimer();
    try {
      await next();
    } finally {
      end({ endpoint: (ctx.state.endpoint as string | undefined) ?? 'other', status: String(ctx.status) });
    }
  };
}

function observe(options: HttpAppOptions, metrics: Registry) {
  return async (ctx: Context, next: Next): Promise<void> => {
    if (ctx.path === '/healthz') {
      ctx.body = { service: options.service, alive: true };
      return;
    }
    if (ctx.path === '/readyz') {
      const parts = await readiness(options.ready);
      const ready = Object.values(parts).every(Boolean);
      ctx.status = ready ? 200 : 503;
      ctx.body = { service: options.service, ready, parts };
      return;
    }
    if (ctx.path === '/metrics') {
      ctx.type = metrics.contentType;
      ctx.body = await metrics.metrics();
      return;
    }
    await next();
  };
}

/**
 * Reads a raw body (a roster file).
 * @throws BODY_TOO_LARGE past `maxBytes`; nothing more is read then.
 */
export async function readRawBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > maxBytes) throw shellErrors.make('BODY_TOO_LARGE');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
