/** A line of a bulk run may renew a card: it names the card whose successor it makes, when its turn comes. */
import type { Knex } from 'knex';

export async function up(database: Knex): Promise<void> {
  await database.schema.alterTable('bulk_items', (table) => {
    /** Id of the card; no foreign key, so that SQLite can drop the column again. */
    table.text('replaces').nullable();
  });
}

/** Without it a waiting renewal would become a first card. */
export async function down(database: Knex): Promise<void> {
  if ((await database('bulk_items').whereNotNull('replaces').first()) !== undefined) {
    throw new Error('bulk_items holds renewals: nothing was undone');
  }
  await database.raw('ALTER TABLE bulk_items DROP COLUMN replaces');
}
