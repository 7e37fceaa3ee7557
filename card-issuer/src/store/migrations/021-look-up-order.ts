/** Look-ups by what many people share end with their page: the indexes hold the order in which lists are shown. */
import type { Knex } from 'knex';

const SHARED = ['name', 'initials', 'phone'] as const;

export async function up(database: Knex): Promise<void> {
  for (const name of SHARED) await indexAnew(database, name, `${name}_token, enrolled_at, id`);
}

export async function down(database: Knex): Promise<void> {
  for (const name of SHARED) await indexAnew(database, name, `${name}_token`);
}

async function indexAnew(database: Knex, name: (typeof SHARED)[number], columns: string): Promise<void> {
  await database.raw(`DROP INDEX residents_${name}`);
  await database.raw(`CREATE INDEX residents_${name} ON residents (${columns}) WHERE ${name}_token IS NOT NULL`);
}
