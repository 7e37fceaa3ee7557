/** Ceremonies as events, each once; minutes as the bytes that were hashed; where a key version arrived dispersed. */
import type { Step } from '../migrations.ts';

export const ceremonyStep = (name: string): Step => ({
  name,
  async up(database) {
    await database.schema.createTable('ceremonies', (table) => {
      table.string('id', 96).primary();
      table.string('mode', 16).notNullable();
      table.string('script', 64).notNullable();
      table.string('script_hash', 64).notNullable();
      table.text('script_text').notNullable();
      table.string('begun_at', 32).notNullable();
      table.check("mode in ('rehearsal', 'real')");
    });
    await database.schema.createTable('ceremony_events', (table) => {
      table.string('ceremony', 96).notNullable().references('id').inTable('ceremonies');
      table.integer('sequence').notNullable();
      table.string('at', 32).notNullable();
      /** SHA-256 over the event's name: what may happen once has one row. */
      table.string('event_key', 64).notNullable();
      table.text('event').notNullable();
      table.string('log_id', 64).notNullable();
      table.bigInteger('log_index');
      table.primary(['ceremony', 'sequence']);
      table.unique(['ceremony', 'event_key']);
      table.check('sequence >= 0');
    });
    await database.schema.createTable('ceremony_minutes', (table) => {
      table.string('ceremony', 96).notNullable().references('id').inTable('ceremonies');
      table.integer('edition').notNullable();
      table.text('text').notNullable();
      table.string('at', 32).notNullable();
      table.primary(['ceremony', 'edition']);
    });
    await database.schema.alterTable('key_versions', (table) => {
      table.string('dispersed_to', 2);
    });
    // The pilot's own table of runs: the events say it all, and more.
    await database.schema.dropTable('ceremony_runs');
  },
  async down(database) {
    await database.schema.createTable('ceremony_runs', (table) => {
      table.string('script', 64).primary();
      table.integer('script_version').notNullable();
      table.string('script_hash', 64).notNullable();
      table.string('begun_at', 32).notNullable();
      table.string('completed_at', 32);
    });
    await database.schema.alterTable('key_versions', (table) => {
      table.dropColumns('dispersed_to');
    });
    for (const table of ['ceremony_minutes', 'ceremony_events', 'ceremonies']) await database.schema.dropTable(table);
  },
});
