/** Audit chains of desks: their lines as they came, and where each chain stands. */
import type { Knex } from 'knex';

export const agentAuditStep = (name: string) => ({
  name,
  async up(database: Knex): Promise<void> {
    await database.schema.createTable('agent_audit_heads', (table) => {
      table.string('agent', 64).notNullable();
      table.string('chain', 32).notNullable();
      table.bigInteger('sequence').notNullable();
      table.string('head', 64).notNullable();
      table.string('begun_at', 32).notNullable();
      table.string('received_at', 32).notNullable();
      table.primary(['agent', 'chain']);
      table.check('sequence >= 0');
    });
    await database.schema.createTable('agent_audit_lines', (table) => {
      table.string('agent', 64).notNullable();
      table.string('chain', 32).notNullable();
      table.bigInteger('sequence').notNullable();
      table.text('line').notNullable();
      // A line of one number can be there once only: exactly once is the database's rule.
      table.primary(['agent', 'chain', 'sequence']);
      table.check('sequence >= 1');
    });
  },
  async down(database: Knex): Promise<void> {
    await database.schema.dropTable('agent_audit_lines');
    await database.schema.dropTable('agent_audit_heads');
  },
});
