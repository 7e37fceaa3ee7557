/**
 * What waits for a second person. Approver ≠ requester is a constraint of the table, whatever the program does; so is that
 * nobody but the requester withdraws.
 */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('approvals', (table) => {
    table.text('id').primary();
    table.text('operation').notNullable();
    table.text('subject').notNullable();
    table.text('reason').nullable();
    table.text('request').notNullable();
    table.text('requested_by').notNullable();
    table.text('requested_at').notNullable();
    table.text('decided_by').nullable();
    table.text('decided_at').nullable();
    table.text('state').notNullable();
    table.integer('done').notNullable().defaultTo(0);
    table.index(['state', 'requested_at', 'id'], 'approvals_state');
    table.check(`state IN ('open', 'approved', 'refused', 'withdrawn')`, undefined, 'approvals_state_known');
    table.check(
      `(state = 'open' AND decided_by IS NULL) OR
       (state IN ('approved', 'refused') AND decided_by IS NOT NULL AND decided_by <> requested_by) OR
       (state = 'withdrawn' AND decided_by = requested_by)`,
      undefined,
      'approvals_two_people',
    );
    table.check(`done = 0 OR state = 'approved'`, undefined, 'approvals_done');
  });
  await database.raw(`CREATE UNIQUE INDEX approvals_one_open ON approvals (operation, subject) WHERE state = 'open'`);
}

/** Refuses while something waits: it would be forgotten in silence. */
export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['approvals']);
  await database.schema.dropTable('approvals');
}
