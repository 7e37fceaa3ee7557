/**
 * Idempotency keys: the result of a mutating call is kept under the caller's key, in the transaction of the call itself.
 * The same key and request give the kept result again; the same key with another request is refused.
 */
import { issuerErrors } from '../errors.ts';
import { type Database, isUniqueViolation } from './database.ts';
import { parseJson } from './rows.ts';

export interface IdempotentCall {
  readonly operation: string;
  readonly key: string;
  /** Hash of the request, so that personal data does not stand here twice. */
  readonly requestHash: string;
  readonly at: string;
}

/** Runs `work` in a transaction, at most once for a key; without a key it just runs. */
export async function once<T>(
  database: Database,
  call: IdempotentCall | null,
  work: (transaction: Database) => Promise<T>,
): Promise<T> {
  if (call === null) return database.transaction((transaction) => work(transaction));
  try {
    return await attempt(database, call, work);
  } catch (error) {
    // Two calls with one key at the same moment: the loser finds the winner's result.
    if (!isUniqueViolation(error)) throw error;
    const kept = await findResult<T>(database, call);
    if (kept === undefined) throw error;
    return kept.result;
  }
}

/**
 * For work that cannot stand in one transaction (a signature is asked for in between): the result is kept after it. A crash
 * between the two lets the work happen again, so it must bear that.
 */
export async function remembered<T>(
  database: Database,
  call: IdempotentCall | null,
  work: () => Promise<T>,
): Promise<T> {
  if (call === null) return work();
  const kept = await findResult<T>(database, call);
  if (kept !== undefined) return kept.result;
  const result = await work();
  return once(database, call, async () => result);
}

async function attempt<T>(database: Database, call: IdempotentCall, work: (t: Database) => Promise<T>): Promise<T> {
  return database.transaction(async (transaction) => {
    const kept = await findResult<T>(transaction, call);
    if (kept !== undefined) return kept.result;
    const result = await work(transaction);
    await transaction('idempotency_keys').insert({
      operation: call.operation,
      idempotency_key: call.key,
      request_hash: call.requestHash,
      result: JSON.stringify(result),
      created_at: call.at,
    });
    return result;
  });
}

async function findResult<T>(database: Database, call: IdempotentCall): Promise<{ result: T } | undefined> {
  const row = (await database('idempotency_keys')
    .where({ operation: call.operation, idempotency_key: call.key })
    .first()) as { request_hash: string; result: string } | undefined;
  if (row === undefined) return undefined;
  if (row.request_hash !== call.requestHash) throw issuerErrors.make('IDEMPOTENCY_KEY_REUSED');
  return { result: parseJson<T>(row.result) };
}
