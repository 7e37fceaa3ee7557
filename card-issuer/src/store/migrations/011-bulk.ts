/**
 * Bulk runs: lines of residents that wait for a blank, stations (readers) that work for a run, and samples of production
 * that two people approved. A resident stands once in a run, a reader works for one run, an approved sample has two names.
 */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

const RUN_STATES = ['awaiting-sample', 'sample-review', 'running', 'paused', 'done', 'cancelled'];
const ITEM_STATES = ['queued', 'taken', 'done', 'failed', 'removed'];
const inList = (column: string, values: readonly string[]) =>
  `${column} IN (${values.map((v) => `'${v}'`).join(', ')})`;

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('bulk_runs', (table) => {
    table.text('id').primary();
    table.text('name').notNullable();
    table.text('state').notNullable();
    /** The state that `resume` goes back to. */
    table.text('paused_from').nullable();
    table.text('sample_card_id').nullable().references('id').inTable('cards');
    table.text('created_by').notNullable();
    table.text('created_at').notNullable();
    table.text('ended_at').nullable();
    table.check(inList('state', RUN_STATES), undefined, 'bulk_runs_state');
    table.check(`(state = 'paused') = (paused_from IS NOT NULL)`, undefined, 'bulk_runs_paused');
  });
  await database.schema.createTable('bulk_items', (table) => {
    table.text('id').primary();
    table.text('run_id').notNullable().references('id').inTable('bulk_runs');
    /** Order of work; moved items stand between two others. */
    table.double('position').notNullable();
    table.text('resident_id').notNullable().references('id').inTable('residents');
    table.text('card_id').nullable().references('id').inTable('cards');
    table.text('state').notNullable();
    /** Error body as JSON, without personal data. */
    table.text('error').nullable();
    table.text('taken_by').nullable();
    table.text('taken_at').nullable();
    table.text('ended_at').nullable();
    table.unique(['run_id', 'resident_id'], { indexName: 'bulk_items_resident' });
    table.check(inList('state', ITEM_STATES), undefined, 'bulk_items_state');
    table.check(`state <> 'done' OR card_id IS NOT NULL`, undefined, 'bulk_items_done');
  });
  await database.raw('CREATE INDEX bulk_items_queue ON bulk_items (run_id, state, position)');
  await database.raw(`CREATE INDEX bulk_items_card ON bulk_items (card_id) WHERE card_id IS NOT NULL`);
  await database.schema.createTable('bulk_stations', (table) => {
    table.text('agent_id').notNullable();
    table.text('reader').notNullable();
    table.text('run_id').notNullable().references('id').inTable('bulk_runs');
    table.text('assigned_by').notNullable();
    table.text('assigned_at').notNullable();
    table.primary(['agent_id', 'reader']);
  });
  await database.schema.createTable('production_samples', (table) => {
    /** Product, profile version and key versions of the sample. */
    table.text('fingerprint').primary();
    table.text('card_id').notNullable().references('id').inTable('cards');
    table.text('approved_by').notNullable();
    table.text('witness').notNullable();
    table.text('approved_at').notNullable();
    table.check('approved_by <> witness', undefined, 'production_samples_two_people');
  });
}

export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['production_samples', 'bulk_runs']);
  for (const table of ['production_samples', 'bulk_stations', 'bulk_items', 'bulk_runs']) {
    await database.schema.dropTable(table);
  }
}
