/** Who ordered a card, and who had reviewed the enrolment before: never one person (FIELD.md, "Approver = requester"). */
import type { Knex } from 'knex';

export async function up(database: Knex): Promise<void> {
  // Empty for cards that were ordered before it was written down.
  await database.raw('ALTER TABLE cards ADD COLUMN ordered_by TEXT NULL');
  // Column by column: SQLite could not drop a column that a CHECK of the table names.
  await database.raw(
    'ALTER TABLE cards ADD COLUMN reviewed_by TEXT NULL CONSTRAINT cards_two_people CHECK (reviewed_by IS NULL OR reviewed_by <> ordered_by)',
  );
}

/** @throws when people are written down: who is answerable for a card is not forgotten in silence */
export async function down(database: Knex): Promise<void> {
  if ((await database('cards').whereNotNull('ordered_by').first()) !== undefined) {
    throw new Error('cards names who ordered them: nothing was undone');
  }
  await database.raw('ALTER TABLE cards DROP COLUMN reviewed_by');
  await database.raw('ALTER TABLE cards DROP COLUMN ordered_by');
}
