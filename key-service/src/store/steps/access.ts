/** Operators, passkeys, sessions, lock-outs, enrolment codes. */
import type { Knex } from 'knex';

const ROLE_COLUMNS = ['system_admin', 'security_admin', 'audit_admin', 'officer', 'custodian'] as const;
/** As in `domain/roles.ts` when this step was released: one person, not both. The database's rule, not a hope. */
const EXCLUSIVE = [
  ['custodian', 'officer'],
  ['custodian', 'system_admin'],
  ['custodian', 'security_admin'],
  ['audit_admin', 'system_admin'],
  ['audit_admin', 'security_admin'],
  ['audit_admin', 'officer'],
  ['audit_admin', 'custodian'],
  ['system_admin', 'security_admin'],
] as const;

const TABLES = ['enrolments', 'lock_outs', 'operator_sessions', 'passkey_challenges', 'operator_passkeys', 'operators'];

export const accessStep = {
  name: '004-operators-and-sessions',
  async up(database: Knex): Promise<void> {
    await database.schema.createTable('operators', (table) => {
      table.string('id', 40).primary();
      table.string('name', 64).notNullable();
      table.string('state', 16).notNullable();
      table.string('created_at', 32).notNullable();
      for (const role of ROLE_COLUMNS) table.integer(role).notNullable().defaultTo(0);
      table.check("state in ('active', 'disabled')");
      for (const role of ROLE_COLUMNS) table.check(`${role} in (0, 1)`);
      for (const [one, other] of EXCLUSIVE) table.check(`${one} + ${other} < 2`);
    });
    await database.schema.createTable('operator_passkeys', (table) => {
      table.string('id', 1400).primary();
      table.string('operator', 40).notNullable().references('id').inTable('operators');
      table.string('label', 64).notNullable();
      table.text('public_key').notNullable();
      table.bigInteger('counter').notNullable();
      table.string('created_at', 32).notNullable();
      table.string('last_used_at', 32);
    });
    await database.schema.createTable('passkey_challenges', (table) => {
      table.string('id', 64).primary();
      table.string('challenge', 128).notNullable();
      table.string('purpose', 64).notNullable();
      table.string('expires_at', 32).notNullable();
    });
    await database.schema.createTable('operator_sessions', (table) => {
      table.string('id', 64).primary();
      table.string('principal', 64).notNullable().index();
      table.string('started_at', 32).notNullable();
      table.string('last_seen_at', 32).notNullable();
    });
    await database.schema.createTable('lock_outs', (table) => {
      table.string('subject', 128).primary();
      table.integer('failures').notNullable();
      table.string('last_failure_at', 32).notNullable();
      table.string('locked_until', 32);
    });
    await database.schema.createTable('enrolments', (table) => {
      table.string('id', 8).primary();
      table.string('code_hash', 64).notNullable();
      table.string('kind', 16).notNullable();
      table.string('name', 40).notNullable();
      table.text('server_names').notNullable();
      table.string('created_by', 64).notNullable();
      table.string('expires_at', 32).notNullable();
      table.integer('failures').notNullable();
      table.string('used_at', 32);
      table.check("kind in ('operator', 'service', 'terminal')");
    });
  },
  async down(database: Knex): Promise<void> {
    for (const table of TABLES) await database.schema.dropTable(table);
  },
};
