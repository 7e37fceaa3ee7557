/** What every route takes from a request. */
import type { Context } from 'koa';

export function body(ctx: Context): unknown {
  return (ctx.request as { body?: unknown }).body ?? {};
}

/** The `:id` of the path. */
export function cardId(ctx: Context): string {
  return String((ctx as Context & { params: Record<string, string> }).params.id ?? '');
}

export function idempotencyKey(ctx: Context): string | null {
  const key = ctx.get('idempotency-key');
  return key === '' ? null : key.slice(0, 200);
}

/** Undefined when it is no JSON: the schema then says what is missing. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
