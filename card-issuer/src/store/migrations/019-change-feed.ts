/**
 * A place in line for every move and every event, given only once its transaction has ended (`store/positions.ts`), and the
 * county that a move happened in. What stood before keeps its number as its place, so that cursors given out go on.
 */
import type { Knex } from 'knex';

const LINES = ['card_moves', 'events'] as const;

export async function up(database: Knex): Promise<void> {
  for (const table of LINES) {
    await database.raw(`ALTER TABLE ${table} ADD COLUMN position bigint`);
    await database(table).update({ position: database.ref('id') });
    await database.raw(`CREATE UNIQUE INDEX ${table}_position ON ${table} (position)`);
    await database.raw(`CREATE INDEX ${table}_unplaced ON ${table} (id) WHERE position IS NULL`);
    const last = (await database(table).max({ last: 'id' }).first()) as { last: unknown };
    await database('counters').insert({ name: `${table}-position`, value: Number(last.last ?? 0) });
  }
  await database.raw(`ALTER TABLE card_moves ADD COLUMN county_code text NOT NULL DEFAULT ''`);
  await database.raw(`UPDATE card_moves SET county_code = coalesce((SELECT substr(r.area_code, 1, 6) FROM cards c
    JOIN residents r ON r.id = c.resident_id WHERE c.id = card_moves.card_id), '')`);
  await database.raw('CREATE INDEX card_moves_at ON card_moves (at)');
  await database.raw('CREATE INDEX events_at ON events (at)');
}

/** Refuses while a reader may hold a cursor: the older schema would count on from other numbers, and skip or repeat. */
export async function down(database: Knex): Promise<void> {
  for (const table of LINES) {
    const row = (await database(table).count({ total: '*' }).first()) as { total: unknown };
    if (Number(row.total) > 0) {
      throw new Error(`${table} holds ${Number(row.total)} rows whose places readers count by; nothing was undone`);
    }
  }
  await database.raw('DROP INDEX card_moves_at');
  await database.raw('DROP INDEX events_at');
  await database.raw('ALTER TABLE card_moves DROP COLUMN county_code');
  for (const table of LINES) {
    await database.raw(`DROP INDEX ${table}_position`);
    await database.raw(`DROP INDEX ${table}_unplaced`);
    await database.raw(`ALTER TABLE ${table} DROP COLUMN position`);
    await database('counters')
      .where({ name: `${table}-position` })
      .delete();
  }
}
