/** What this database is for: real residents, or training. Said once, at its first opening, and never changed. */
import type { Knex } from 'knex';

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('installation', (table) => {
    /** There is one. */
    table.integer('id').primary();
    table.text('mode').notNullable();
    table.text('since').notNullable();
    table.check('id = 1', undefined, 'installation_one');
    table.check(`mode IN ('live', 'training')`, undefined, 'installation_mode');
  });
}

/** A training database without its mark could be taken for a real one. */
export async function down(database: Knex): Promise<void> {
  if ((await database('installation').where({ mode: 'training' }).first()) !== undefined) {
    throw new Error('this is a training database and must say so; nothing was undone');
  }
  await database.schema.dropTable('installation');
}
