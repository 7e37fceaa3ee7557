/** The certificate authority's register: its certificate, all issued ones, revocation lists. */
import type { Knex } from 'knex';

export const authorityStep = {
  name: '005-certificate-authority',
  async up(database: Knex): Promise<void> {
    await database.schema.createTable('tls_authority', (table) => {
      table.integer('id').primary();
      table.text('pem').notNullable();
      table.string('created_at', 32).notNullable();
      table.check('id = 1');
    });
    await database.schema.createTable('tls_certificates', (table) => {
      table.string('serial', 40).primary();
      table.string('kind', 16).notNullable();
      table.string('name', 40).notNullable();
      table.text('roles').notNullable();
      table.text('server_names').notNullable();
      table.text('pem').notNullable();
      table.string('not_before', 32).notNullable();
      table.string('not_after', 32).notNullable();
      table.string('issued_by', 64).notNullable();
      table.string('replaces', 40).references('serial').inTable('tls_certificates');
      table.string('revoked_at', 32);
      table.string('revocation_reason', 32);
      table.check("kind in ('service', 'terminal', 'operator')");
      table.check('(revoked_at is null) = (revocation_reason is null)');
    });
    await database.schema.createTable('tls_revocation_lists', (table) => {
      table.integer('number').primary();
      table.text('pem').notNullable();
      table.string('this_update', 32).notNullable();
      table.string('next_update', 32).notNullable();
    });
  },
  async down(database: Knex): Promise<void> {
    for (const table of ['tls_revocation_lists', 'tls_certificates', 'tls_authority']) {
      await database.schema.dropTable(table);
    }
  },
};
