/**
 * Imports that survive a kill: the file in sealed parts, the checkpoint in the row that every batch moves in its own
 * transaction, rows that have something to say, and the mappings of sources.
 */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('imports', (table) => {
    table.text('id').primary();
    table.text('source').notNullable();
    table.text('file_name').notNullable();
    table.text('format').notNullable();
    table.text('encoding').notNullable();
    /** The mapping as it was when the import began. */
    table.text('mapping').notNullable();
    table.integer('dry_run').notNullable();
    table.text('state').notNullable();
    table.text('actor').notNullable();
    table.text('created_at').notNullable();
    table.text('updated_at').notNullable();
    table.bigInteger('bytes').notNullable();
    table.text('sha256').notNullable();
    /** Lines of the file; exact once it was read to its end. */
    table.integer('rows_total').notNullable();
    table.integer('rows_done').notNullable().defaultTo(0);
    table.integer('taken').notNullable().defaultTo(0);
    table.integer('known').notNullable().defaultTo(0);
    table.integer('refused').notNullable().defaultTo(0);
    table.integer('candidates').notNullable().defaultTo(0);
    table.bigInteger('running_ms').notNullable().defaultTo(0);
    table.text('error').nullable();
    table.check(`state IN ('waiting', 'running', 'paused', 'done', 'failed', 'cancelled')`, undefined, 'imports_state');
    table.check('rows_done = taken + known + refused', undefined, 'imports_counts');
    table.index(['created_at', 'id'], 'imports_created');
  });
  await database.schema.createTable('import_parts', (table) => {
    table.text('import_id').notNullable().references('id').inTable('imports');
    table.integer('part').notNullable();
    table.binary('sealed').notNullable();
    table.primary(['import_id', 'part']);
  });
  await database.schema.createTable('import_rows', (table) => {
    table.text('import_id').notNullable().references('id').inTable('imports');
    table.integer('row').notNullable();
    table.text('outcome').notNullable();
    table.text('resident_id').nullable();
    /** JSON of faults with masked values, sealed all the same. */
    table.text('report_sealed').notNullable();
    table.primary(['import_id', 'row']);
  });
  await database.schema.createTable('roster_mappings', (table) => {
    table.text('source').primary();
    table.text('mapping').notNullable();
    table.text('updated_by').notNullable();
    table.text('updated_at').notNullable();
  });
}

export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['imports', 'roster_mappings']);
  for (const table of ['roster_mappings', 'import_rows', 'import_parts', 'imports']) {
    await database.schema.dropTable(table);
  }
}
