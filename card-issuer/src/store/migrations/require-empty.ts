/** Going back one step never loses what stands nowhere else: the step refuses and says which table holds it. */
import type { Knex } from 'knex';

/** @throws Error naming the first table that holds a row; nothing was undone */
export async function requireEmpty(database: Knex, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    if ((await database(table).first()) !== undefined) {
      throw new Error(`there are rows in ${table} that the older schema cannot hold; nothing was undone`);
    }
  }
}
