/** Rosters, requests for approval, decisions, passkeys that wait to be taken up. */
import type { Knex } from 'knex';

export const approvalStep = {
  name: '006-approvals',
  async up(database: Knex): Promise<void> {
    await database.schema.createTable('rosters', (table) => {
      table.string('sha256', 64).primary();
      table.integer('version').notNullable();
      table.text('document').notNullable();
      table.string('seal', 128).notNullable();
      table.string('recorded_at', 32).notNullable();
    });
    await database.schema.createTable('approval_requests', (table) => {
      table.string('id', 36).primary();
      table.string('state', 16).notNullable();
      table.string('requester', 128).notNullable();
      table.text('document').notNullable();
      table.string('created_at', 32).notNullable();
      table.string('expires_at', 32).notNullable();
      table.text('attachments').notNullable();
      table.string('run', 36);
      table.string('executed_at', 32);
      table.text('failure');
      table.text('outcome');
      table.check("state in ('open', 'executing', 'executed', 'refused', 'expired', 'failed')");
      table.index(['state', 'created_at']);
    });
    await database.schema.createTable('approval_decisions', (table) => {
      table.string('request_id', 36).notNullable().references('id').inTable('approval_requests');
      table.string('person', 128).notNullable();
      table.string('name', 100).notNullable();
      table.string('kind', 16).notNullable();
      table.text('evidence');
      table.text('reason');
      table.string('at', 32).notNullable();
      table.primary(['request_id', 'person']);
    });
    await database.schema.createTable('approver_candidates', (table) => {
      table.string('credential_id', 300).primary();
      table.string('person', 128).notNullable();
      table.string('name', 100).notNullable();
      table.text('credential').notNullable();
      table.string('registered_at', 32).notNullable();
    });
    await database.schema.createTable('approver_challenges', (table) => {
      table.string('person', 128).primary();
      table.string('challenge', 100).notNullable();
      table.string('at', 32).notNullable();
    });
  },
  async down(database: Knex): Promise<void> {
    for (const table of [
      'approver_challenges',
      'approver_candidates',
      'approval_decisions',
      'approval_requests',
      'rosters',
    ]) {
      await database.schema.dropTable(table);
    }
  },
};
