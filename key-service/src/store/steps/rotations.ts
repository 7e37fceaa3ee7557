/** Rotations, their steps, provinces that go ahead, and what the field reports (counts only). */
import type { Knex } from 'knex';

export const rotationStep = {
  name: '007-rotations',
  async up(database: Knex): Promise<void> {
    await database.schema.createTable('rotations', (table) => {
      table.string('id', 36).primary();
      table.string('state', 16).notNullable();
      table.text('plan').notNullable();
      table.string('created_at', 32).notNullable();
      table.string('created_by', 128).notNullable();
      table.string('activated_at', 32);
      table.text('provinces').notNullable();
      table.text('approvals').notNullable();
      table.check("state in ('planned', 'prepared', 'activating', 'watching', 'retired', 'rolled-back')");
    });
    await database.schema.createTable('rotation_slots', (table) => {
      table.string('rotation_id', 36).notNullable().references('id').inTable('rotations');
      // One rotation of a slot at a time is the database's rule; ended ones leave this table.
      table.string('slot', 32).primary();
    });
    await database.schema.createTable('rotation_steps', (table) => {
      table.increments('id');
      table.string('rotation_id', 36).notNullable().references('id').inTable('rotations');
      table.string('step', 32).notNullable();
      table.string('slot', 32).notNullable();
      table.string('at', 32).notNullable();
      table.string('actor', 128).notNullable();
      table.text('zh').notNullable();
      table.text('en').notNullable();
      table.bigInteger('log_index');
      table.unique(['rotation_id', 'step', 'slot']);
    });
    await database.schema.createTable('regional_versions', (table) => {
      table.string('slot', 32).notNullable();
      table.string('province', 2).notNullable();
      table.integer('version').notNullable();
      table.primary(['slot', 'province']);
    });
    await database.schema.createTable('field_populations', (table) => {
      table.string('reporter', 128).notNullable();
      table.string('kind', 4).notNullable();
      table.string('region', 6).notNullable();
      table.bigInteger('total').notNullable();
      table.string('reported_at', 32).notNullable();
      table.primary(['reporter', 'kind', 'region']);
      table.check("kind in ('card', 'sam') and total >= 0");
    });
    await database.schema.createTable('field_sightings', (table) => {
      table.string('reporter', 128).notNullable();
      table.string('kind', 4).notNullable();
      table.string('region', 6).notNullable();
      table.string('slot', 32).notNullable();
      table.integer('version').notNullable();
      table.bigInteger('seen').notNullable();
      table.string('reported_at', 32).notNullable();
      table.primary(['reporter', 'kind', 'region', 'slot', 'version']);
      table.check("kind in ('card', 'sam') and seen >= 0");
    });
  },
  async down(database: Knex): Promise<void> {
    for (const table of [
      'field_sightings',
      'field_populations',
      'regional_versions',
      'rotation_steps',
      'rotation_slots',
      'rotations',
    ]) {
      await database.schema.dropTable(table);
    }
  },
};
