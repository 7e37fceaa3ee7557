/** Hotlists of other provinces, whole and verified; the newest one of each answers look-ups. */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('foreign_hotlists', (table) => {
    table.text('province_code').primary();
    table.bigInteger('version').notNullable();
    table.text('made_at').notNullable();
    table.integer('entries').notNullable();
    table.text('key_id').notNullable();
    table.binary('file').notNullable();
    table.text('imported_by').notNullable();
    table.text('imported_at').notNullable();
  });
}

export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['foreign_hotlists']);
  await database.schema.dropTable('foreign_hotlists');
}
