/** What every row takes from a call. */
import { type Call, type Principal, shellErrors } from '@rhc/service-shell';

/** Rows that are not public always have one; the shell has checked it. */
export function caller(call: Pick<Call<unknown, unknown>, 'principal'>): Principal {
  if (call.principal === null) throw shellErrors.make('UNAUTHORIZED');
  return call.principal;
}

/** A parameter of the path. */
export function pathPart(call: Pick<Call<unknown, unknown>, 'params'>, name = 'id'): string {
  return call.params[name] ?? '';
}

/** Undefined when it is no JSON: the schema then says what is missing. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

export function decoded(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
