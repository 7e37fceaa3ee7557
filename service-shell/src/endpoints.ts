/**
 * An HTTP interface as a table: each endpoint says its path, who may call it, what goes in and what comes out. Router,
 * access check, OpenAPI document and the test that walks every endpoint with every role are made from the same rows.
 * Deny by default: a row without the caller's role answers 403, a path without a row 404.
 */
import Router from '@koa/router';
import type { Text } from '@rhc/card/errors';
import type { Context } from 'koa';
import type { z } from 'zod';
import { shellErrors } from './errors.ts';
import { parseInput } from './parse-input.ts';
import type { Principal } from './principal.ts';

/** `public`: no principal is asked for. `any`: every principal. Else one of the roles must be the caller's. */
export type Access = 'public' | 'any' | readonly string[];

export interface Call<B, Q> {
  readonly ctx: Context;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  readonly body: B;
  /** Null on public endpoints only. */
  readonly principal: Principal | null;
  /** `Idempotency-Key` header, at most 200 characters. */
  readonly idempotencyKey: string | null;
}

export interface Endpoint<B = unknown, Q = unknown> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With `:name` for parameters. */
  readonly path: string;
  readonly access: Access;
  /** Heading under which the OpenAPI document lists it. */
  readonly tag: string;
  readonly summary: Text;
  readonly body?: z.ZodType<B>;
  readonly query?: z.ZodType<Q>;
  /** Shape of the JSON answer, for the document and for tests that parse what came. */
  readonly response?: z.ZodType;
  /** 200 unless said otherwise. */
  readonly status?: number;
  /** Content type of an answer that is no JSON (PDF, CSV, hotlist file). */
  readonly answers?: string;
  /** The handler reads the body itself with `readRawBody`; no parser touches it. */
  readonly rawBody?: boolean;
  /** The answer's body; undefined: the handler has written `ctx` itself. */
  handle(call: Call<B, Q>): unknown;
}

/** Types a row's handler by its schemas. */
export function endpoint<B = unknown, Q = unknown>(row: Endpoint<B, Q>): Endpoint {
  return Object.freeze(row) as unknown as Endpoint;
}

const MAX_IDEMPOTENCY_KEY = 200;

/** Paths that a row answers. */
export const pathPattern = ({ path }: Pick<Endpoint, 'path'>): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:[^/]+/g, '[^/]+')}$`);

/** True when the principal (null: nobody) may call a row. */
export function mayCall(access: Access, principal: Principal | null): boolean {
  if (access === 'public') return true;
  if (principal === null) return false;
  return access === 'any' || access.some((role) => principal.roles.includes(role));
}

/** @throws UNAUTHORIZED without a principal, FORBIDDEN with one that has none of the row's roles */
function requireAccess(row: Endpoint, principal: Principal | null): void {
  if (mayCall(row.access, principal)) return;
  if (principal === null) throw shellErrors.make('UNAUTHORIZED');
  throw shellErrors.make('FORBIDDEN', { detail: `${principal.id}: ${row.method} ${row.path}` });
}

/** @throws Error when two rows have the same method and path: the second would never be reached */
export function endpointRouter(table: readonly Endpoint[]): Router {
  const router = new Router();
  const seen = new Set<string>();
  for (const row of table) {
    const name = `${row.method} ${row.path.replaceAll(/:[^/]+/g, ':')}`;
    if (seen.has(name)) throw new Error(`endpoint declared twice: ${name}`);
    seen.add(name);
    router[row.method](row.path, async (ctx) => {
      const principal = (ctx.state.principal as Principal | undefined) ?? null;
      ctx.state.endpoint = `${row.method} ${row.path}`;
      requireAccess(row, principal);
      const key = ctx.get('idempotency-key');
      const answer = await row.handle({
        ctx,
        params: ctx.params as Record<string, string>,
        query: row.query === undefined ? undefined : parseInput(row.query, { ...ctx.query }),
        body: row.body === undefined ? undefined : parseInput(row.body, (ctx.request as { body?: unknown }).body ?? {}),
        principal,
        idempotencyKey: key === '' ? null : key.slice(0, MAX_IDEMPOTENCY_KEY),
      });
      if (answer !== undefined) ctx.body = answer;
      if (row.status !== undefined && ctx.status === 200) ctx.status = row.status;
    });
  }
  return router;
}
