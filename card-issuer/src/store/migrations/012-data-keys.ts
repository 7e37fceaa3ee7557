/** Sealed data keys. They stand in a step of their own, because the next one already needs the opened vault. */
import type { Knex } from 'knex';

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('data_keys', (table) => {
    table.text('use').notNullable();
    table.integer('id').notNullable();
    table.text('kek').notNullable();
    /** Empty once destroyed. */
    table.text('wrapped').notNullable();
    table.text('created_at').notNullable();
    table.text('destroyed_at').nullable();
    table.primary(['use', 'id']);
    table.check(`"use" IN ('data', 'blind')`, undefined, 'data_keys_use');
  });
}

/** The later steps have opened or dropped everything that these keys sealed. */
export async function down(database: Knex): Promise<void> {
  await database.schema.dropTable('data_keys');
}
