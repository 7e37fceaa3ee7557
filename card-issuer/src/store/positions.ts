/**
 * Places in line. A row's own number is drawn before its transaction ends, so a reader that goes by it passes by a row of a
 * transaction that ends later with a smaller number. Here a place is given afterwards: whoever reads first gives the next
 * places to all rows that have none yet, under the lock of one counter. It sees ended transactions only, and whoever comes
 * next waits for the lock and then looks anew; so a place is never given below one that was readable. Places have no holes.
 */
import { type Database, isPostgres } from './database.ts';
import { integer } from './rows.ts';

export type Line = 'card_moves' | 'events';

/** Rows that get their place in one transaction. */
const AT_ONCE = 5_000;

/**
 * Gives places until no row waits.
 * @returns the last place given so far
 */
export async function givePlaces(database: Database, line: Line): Promise<number> {
  for (;;) {
    const { last, given } = await database.transaction(async (transaction) => {
      const counter = transaction('counters').where({ name: `${line}-position` });
      const row = (await (isPostgres(database) ? counter.forUpdate() : counter).first('value')) as { value: unknown };
      const before = integer(row.value);
      // `id` follows order within a card: its next move begins only after the one before has ended.
      const answer = await transaction.raw(
        `WITH waiting AS (SELECT id, row_number() OVER (ORDER BY id) AS turn FROM ${line} WHERE position IS NULL ORDER BY id LIMIT ?)
         UPDATE ${line} SET position = ? + waiting.turn FROM waiting WHERE ${line}.id = waiting.id RETURNING ${line}.id`,
        [AT_ONCE, before],
      );
      const changed = (isPostgres(transaction) ? answer.rows : answer).length as number;
      if (changed > 0)
        await transaction('counters')
          .where({ name: `${line}-position` })
          .increment('value', changed);
      return { last: before + changed, given: changed };
    });
    if (given < AT_ONCE) return last;
  }
}
