/** The schema in steps. In code, not in files, so that a bundled service carries them. Never change a released step. */
import type { Knex } from 'knex';
import { accessStep } from './steps/access.ts';
import { agentAuditStep } from './steps/agent-audit.ts';
import { approvalStep } from './steps/approvals.ts';
import { authorityStep } from './steps/authority.ts';
import { ceilingStep } from './steps/ceilings.ts';
import { ceremonyStep } from './steps/ceremonies.ts';
import { rotationStep } from './steps/rotations.ts';

export interface Step {
  readonly name: string;
  up(database: Knex): Promise<void>;
  down(database: Knex): Promise<void>;
}

const STATES = ['pre-active', 'active', 'suspended', 'deactivated', 'compromised', 'destroyed'];

const steps: readonly Step[] = [
  {
    name: '001-keys-ceremonies-certificates',
    async up(database) {
      await database.schema.createTable('key_versions', (table) => {
        table.string('slot', 32).notNullable();
        table.integer('version').notNullable();
        table.string('state', 16).notNullable();
        table.string('suite', 16).notNullable();
        table.string('kcv', 6).notNullable();
        table.string('kcv_method', 8).notNullable();
        table.string('created_at', 32).notNullable();
        table.string('activated_at', 32);
        table.primary(['slot', 'version']);
        table.check(`state in (${STATES.map((state) => `'${state}'`).join(', ')})`);
        table.check('version between 1 and 255');
      });
      // KEYS.md: one active version a slot is the database's rule, not a hope. Same words in SQLite and PostgreSQL.
      await database.raw("create unique index key_versions_one_active on key_versions (slot) where state = 'active'");
      await database.schema.createTable('ceremony_runs', (table) => {
        table.string('script', 64).primary();
        table.integer('script_version').notNullable();
        table.string('script_hash', 64).notNullable();
        table.string('begun_at', 32).notNullable();
        table.string('completed_at', 32);
      });
      await database.schema.createTable('issuer_certificates', (table) => {
        table.string('issuer_code', 22).notNullable();
        table.string('suite', 16).notNullable();
        table.string('certificate', 360).notNullable();
        table.string('created_at', 32).notNullable();
        table.primary(['issuer_code', 'suite']);
      });
    },
    async down(database) {
      for (const table of ['issuer_certificates', 'ceremony_runs', 'key_versions']) {
        await database.schema.dropTable(table);
      }
    },
  },
  {
    name: '002-audit-log',
    async up(database) {
      await database.schema.createTable('audit_leaves', (table) => {
        table.bigInteger('position').primary();
        table.string('entry_id', 64).notNullable().unique();
        table.string('recorded_at', 32).notNullable();
        table.text('leaf').notNullable();
        table.check('position >= 0');
      });
      await database.schema.createTable('audit_nodes', (table) => {
        table.integer('level').notNullable();
        table.bigInteger('position').notNullable();
        table.string('hash', 64).notNullable();
        table.primary(['level', 'position']);
      });
      await database.schema.createTable('audit_checkpoints', (table) => {
        table.bigInteger('size').primary();
        table.text('note').notNullable();
        table.string('created_at', 32).notNullable();
      });
      await database.schema.createTable('audit_head', (table) => {
        table.integer('id').primary();
        table.bigInteger('size').notNullable();
        table.check('id = 1');
      });
      await database('audit_head').insert({ id: 1, size: 0 });
    },
    async down(database) {
      for (const table of ['audit_head', 'audit_checkpoints', 'audit_nodes', 'audit_leaves']) {
        await database.schema.dropTable(table);
      }
    },
  },
  {
    name: '003-key-life',
    async up(database) {
      await database.schema.alterTable('key_versions', (table) => {
        table.string('activate_at', 32);
        table.string('destroy_at', 32);
        table.string('cryptoperiod_ends', 32);
        table.text('policy');
      });
      await database.schema.createTable('key_version_moves', (table) => {
        table.increments('id');
        table.string('slot', 32).notNullable();
        table.integer('version').notNullable();
        table.string('from_state', 16).notNullable();
        table.string('to_state', 16).notNullable();
        table.string('at', 32).notNullable();
        table.string('actor', 128).notNullable();
        table.text('reason').notNullable();
        table.string('log_id', 64).notNullable();
        table.bigInteger('log_index');
        table.foreign(['slot', 'version']).references(['slot', 'version']).inTable('key_versions');
        table.check("from_state <> 'destroyed'");
      });
      await database.schema.createTable('key_uses', (table) => {
        table.string('slot', 32).notNullable();
        table.integer('version').notNullable();
        table.string('operation', 32).notNullable();
        table.string('issuer', 22).notNullable();
        table.string('day', 10).notNullable();
        table.bigInteger('uses').notNullable();
        table.primary(['slot', 'version', 'operation', 'issuer', 'day']);
        table.check('uses >= 0');
      });
    },
    async down(database) {
      await database.schema.dropTable('key_uses');
      await database.schema.dropTable('key_version_moves');
      await database.schema.alterTable('key_versions', (table) => {
        table.dropColumns('activate_at', 'destroy_at', 'cryptoperiod_ends', 'policy');
      });
    },
  },
  accessStep,
  authorityStep,
  approvalStep,
  rotationStep,
  {
    name: '010-sams',
    async up(database) {
      await database.schema.createTable('sam_orders', (table) => {
        table.string('order_id', 64).primary();
        table.string('institution', 200).notNullable();
        table.string('province_code', 2).notNullable();
        table.string('ordered_at', 32).notNullable();
        table.string('ordered_by', 128).notNullable();
        table.integer('total').notNullable();
      });
      await database.schema.createTable('sams', (table) => {
        table.string('sam_serial', 20).primary();
        table.string('terminal_number', 12).notNullable();
        table.string('order_id', 64).notNullable().references('order_id').inTable('sam_orders');
        table.string('province_code', 2).notNullable();
        table.string('institution', 200).notNullable();
        table.string('state', 16).notNullable();
        table.string('suite', 16).notNullable();
        table.string('sam_factor', 16).unique();
        table.text('versions').notNullable();
        table.text('sealed_pin');
        table.boolean('pin_printed').notNullable();
        table.string('ordered_at', 32).notNullable();
        table.string('issued_at', 32);
        table.string('last_contact', 32);
        table.check("state in ('ordered', 'first-issued', 'issued', 'delivered', 'returned', 'revoked')");
      });
      // A terminal number serves one SAM that is not revoked: the database's rule.
      await database.raw("create unique index sams_one_terminal on sams (terminal_number) where state <> 'revoked'");
      await database.schema.createTable('sam_moves', (table) => {
        table.increments('id');
        table.string('sam_serial', 20).notNullable().references('sam_serial').inTable('sams');
        table.string('at', 32).notNullable();
        table.string('what', 24).notNullable();
        table.string('actor', 128).notNullable();
        table.text('note').notNullable();
      });
      await database.schema.createTable('sam_dialogues', (table) => {
        table.string('id', 64).primary();
        table.string('order_id', 64).notNullable();
        table.string('sam_serial', 20);
        table.text('state').notNullable();
        table.string('at', 32).notNullable();
      });
    },
    async down(database) {
      for (const table of ['sam_dialogues', 'sam_moves', 'sams', 'sam_orders']) await database.schema.dropTable(table);
    },
  },
  {
    name: '011-hsm-passports',
    async up(database) {
      await database.schema.createTable('hsm_passports', (table) => {
        table.increments('id');
        table.string('at', 32).notNullable();
        table.string('serial', 32).notNullable();
        table.string('label', 64).notNullable();
        table.string('model', 64).notNullable();
        table.string('firmware', 16).notNullable();
        table.text('answers').notNullable();
        table.boolean('passed').notNullable();
      });
    },
    async down(database) {
      await database.schema.dropTable('hsm_passports');
    },
  },
  ceremonyStep('012-ceremonies'),
  agentAuditStep('013-agent-audit'),
  ceilingStep('014-use-leases'),
];

export const migrationSource: Knex.MigrationSource<Step> = {
  getMigrations: async () => [...steps],
  getMigrationName: (step) => step.name,
  getMigration: async (step) => step,
};
