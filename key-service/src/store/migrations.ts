/** The schema in steps. In code, not in files, so that a bundled service carries them. Never change a released step. */
import type { Knex } from 'knex';

interface Step {
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
];

export const migrationSource: Knex.MigrationSource<Step> = {
  getMigrations: async () => [...steps],
  getMigrationName: (step) => step.name,
  getMigration: async (step) => step,
};
