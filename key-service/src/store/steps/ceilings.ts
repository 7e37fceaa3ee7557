/** Portions of the day's ceiling of a key version that nodes have taken (`domain/key-uses.ts`). */
import type { Step } from '../migrations.ts';

export const ceilingStep = (name: string): Step => ({
  name,
  async up(database) {
    await database.schema.createTable('key_use_leases', (table) => {
      table.string('slot', 32).notNullable();
      table.integer('version').notNullable();
      table.string('day', 10).notNullable();
      table.bigInteger('granted').notNullable();
      table.primary(['slot', 'version', 'day']);
      table.check('granted >= 0');
    });
  },
  async down(database) {
    await database.schema.dropTable('key_use_leases');
  },
});
