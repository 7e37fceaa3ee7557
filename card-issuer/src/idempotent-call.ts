/** What an idempotency key is kept with: the operation, and a hash that tells another request under the same key. */
import { createHash } from 'node:crypto';
import type { IdempotentCall } from './store/index.ts';

/** @param key as the caller gave it; null = the call is not protected */
export function idempotentCall(
  operation: string,
  key: string | null,
  request: unknown,
  at: string,
): IdempotentCall | null {
  if (key === null) return null;
  const requestHash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  return { operation, key, requestHash, at };
}
