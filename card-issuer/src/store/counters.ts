/** Consecutive numbers that live in the database. */
import type { Database } from './database.ts';
import { integer } from './rows.ts';

/** The next value. Inside a transaction: it is used or given back whole. */
export async function nextCount(
  transaction: Database,
  name: 'issue-serial' | 'receipt' | 'temporary-number',
): Promise<number> {
  await transaction('counters').where({ name }).increment('value', 1);
  const row = (await transaction('counters').where({ name }).first('value')) as { value: unknown };
  return integer(row.value);
}
