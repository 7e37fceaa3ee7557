/** Published hotlists: every version with its delta; the newest ones whole. And the cards that a list is made of. */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('hotlists', (table) => {
    table.bigInteger('version').primary();
    table.text('made_at').notNullable();
    table.integer('entries').notNullable();
    /** The signed file; null once newer versions make it superfluous. */
    table.binary('full_file').nullable();
    /** From the version before; null in the first. */
    table.binary('delta_file').nullable();
  });
  await database.raw(
    `CREATE INDEX cards_listed ON cards (issue_serial) WHERE state IN ('suspended', 'lost', 'cancelled')`,
  );
}

export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['hotlists']);
  await database.raw('DROP INDEX cards_listed');
  await database.schema.dropTable('hotlists');
}
