/**
 * What a log says of a request's path. Callers put ids of their own into paths (a hospital's program numbers its writes by
 * patient), and a wrong address may hold anything: the route's pattern is written, never what stood in its place.
 */
import type { Context } from 'koa';

const WORD = /^(v\d{1,2}|[a-z][a-z-]{0,39})$/;

export function loggedPath(ctx: Pick<Context, 'path'> & { readonly _matchedRoute?: unknown }): string {
  // Set by @koa/router before the handler runs; absent where nothing matched or the call was refused before.
  if (typeof ctx._matchedRoute === 'string') return ctx._matchedRoute;
  return ctx.path
    .split('/')
    .map((segment) => (segment === '' || WORD.test(segment) ? segment : '*'))
    .join('/');
}
