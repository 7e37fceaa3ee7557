/**
 * The funnel's counters, written by the database itself: a trigger at each table whose rows make a stage true adds to the
 * county's count of the day, in the same transaction. What was there before is counted when the step is applied.
 */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

const isPostgres = (database: Knex) => database.client.config.client === 'pg';

/** `SELECT area_code` of the resident whose first card this is; no row for a replacement, which is no new resident. */
const AREA_OF_CARD = (card: string) =>
  `SELECT r.area_code FROM cards c JOIN residents r ON r.id = c.resident_id WHERE c.id = ${card} AND c.replaces IS NULL`;

/** Adds one to a stage of a county and a day. */
function add(stage: string, day: string, area: string, when = ''): string {
  return `INSERT INTO steering_counts (area_code, stage, day, passed)
SELECT a.area_code, '${stage}', substr(${day}, 1, 10), 1 FROM (${area}) a WHERE 1 = 1${when}
ON CONFLICT (area_code, stage, day) DO UPDATE SET passed = steering_counts.passed + 1;`;
}

/**
 * A card passes a stage once: a second hand-over after "found again" is none. `from` is the state it came from.
 */
const ofMove = (row: string) =>
  [
    add(
      'personalized',
      `${row}.at`,
      AREA_OF_CARD(`${row}.card_id`),
      ` AND ${row}.move IN ('verified', 'rejected') AND NOT EXISTS (SELECT 1 FROM card_moves e WHERE e.card_id = ${row}.card_id AND e.move IN ('verified', 'rejected') AND e.id < ${row}.id)`,
    ),
    add('checked', `${row}.at`, AREA_OF_CARD(`${row}.card_id`), ` AND ${row}.move = 'verified'`),
    add(
      'delivered',
      `${row}.at`,
      AREA_OF_CARD(`${row}.card_id`),
      ` AND ${row}.move IN ('send', 'hand-over') AND NOT EXISTS (SELECT 1 FROM card_moves e WHERE e.card_id = ${row}.card_id AND e.move IN ('send', 'hand-over') AND e.id < ${row}.id)`,
    ),
    add('activated', `${row}.at`, AREA_OF_CARD(`${row}.card_id`), ` AND ${row}.move = 'hand-over'`),
  ].join('\n');

const TRIGGERS = [
  {
    name: 'steering_resident',
    on: 'residents',
    body: (row: string) =>
      [
        add('collected', `${row}.enrolled_at`, `SELECT ${row}.area_code AS area_code`),
        add('clean', `${row}.enrolled_at`, `SELECT ${row}.area_code AS area_code`),
      ].join('\n'),
  },
  {
    name: 'steering_card',
    on: 'cards',
    body: (row: string) =>
      add(
        'approved',
        `${row}.ordered_at`,
        `SELECT r.area_code FROM residents r WHERE r.id = ${row}.resident_id`,
        ` AND ${row}.replaces IS NULL AND NOT EXISTS (SELECT 1 FROM cards e WHERE e.resident_id = ${row}.resident_id AND e.id <> ${row}.id)`,
      ),
  },
  { name: 'steering_move', on: 'card_moves', body: ofMove },
  {
    name: 'steering_first_use',
    on: 'card_first_uses',
    body: (row: string) => add('first-used', `${row}.at`, AREA_OF_CARD(`${row}.card_id`)),
  },
];

/** What stands in the tables already, counted once. */
async function countWhatIsThere(database: Knex): Promise<void> {
  const first = (moves: string) =>
    `SELECT m.card_id, min(m.at) AS at FROM card_moves m WHERE m.move IN (${moves}) GROUP BY m.card_id`;
  const ofMoves = (stage: string, moves: string) =>
    `SELECT r.area_code, '${stage}', substr(f.at, 1, 10), count(*) FROM (${first(moves)}) f
     JOIN cards c ON c.id = f.card_id AND c.replaces IS NULL JOIN residents r ON r.id = c.resident_id GROUP BY 1, 2, 3`;
  const ofResidents = (stage: string) =>
    `SELECT area_code, '${stage}', substr(enrolled_at, 1, 10), count(*) FROM residents GROUP BY 1, 2, 3`;
  // A resident is approved by the first order of a card.
  const approved = `SELECT area_code, 'approved', day, count(*) FROM (
      SELECT r.id, r.area_code, substr(min(c.ordered_at), 1, 10) AS day FROM cards c
      JOIN residents r ON r.id = c.resident_id WHERE c.replaces IS NULL GROUP BY r.id, r.area_code) o GROUP BY 1, 3`;
  const sources = [
    ofResidents('collected'),
    ofResidents('clean'),
    approved,
    ofMoves('personalized', `'verified', 'rejected'`),
    ofMoves('checked', `'verified'`),
    ofMoves('delivered', `'send', 'hand-over'`),
    ofMoves('activated', `'hand-over'`),
  ];
  for (const source of sources) {
    await database.raw(`INSERT INTO steering_counts (area_code, stage, day, passed) ${source}`);
  }
}

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('steering_counts', (table) => {
    table.text('area_code').notNullable();
    table.text('stage').notNullable();
    table.text('day').notNullable();
    table.bigInteger('passed').notNullable();
    table.primary(['area_code', 'stage', 'day']);
    table.check('passed >= 0', undefined, 'steering_counts_not_negative');
  });
  await database.schema.createTable('county_populations', (table) => {
    table.text('area_code').primary();
    table.bigInteger('residents').notNullable();
    table.text('source').notNullable();
    table.text('set_by').notNullable();
    table.text('set_at').notNullable();
    table.check('residents > 0', undefined, 'county_populations_positive');
  });
  /** The first contact of a card with any agent after its hand-over. */
  await database.schema.createTable('card_first_uses', (table) => {
    table.text('card_id').primary().references('id').inTable('cards');
    table.text('at').notNullable();
  });
  // Cards on their way are few; the index holds only them, so that the oldest of each county is found at any size.
  await database.raw(
    `CREATE INDEX cards_on_their_way ON cards (state, ordered_at)
     WHERE state IN ('ordered', 'personalizing', 'personalized', 'failed', 'in-delivery')`,
  );
  await countWhatIsThere(database);
  for (const { name, on, body } of TRIGGERS) {
    if (isPostgres(database)) {
      await database.raw(
        `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n${body('NEW')}\nRETURN NEW; END $$`,
      );
      await database.raw(`CREATE TRIGGER ${name} AFTER INSERT ON ${on} FOR EACH ROW EXECUTE FUNCTION ${name}()`);
    } else {
      await database.raw(`CREATE TRIGGER ${name} AFTER INSERT ON ${on} BEGIN\n${body('NEW')}\nEND`);
    }
  }
}

export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['card_first_uses', 'county_populations']);
  for (const { name, on } of TRIGGERS) {
    await database.raw(isPostgres(database) ? `DROP TRIGGER ${name} ON ${on}` : `DROP TRIGGER ${name}`);
    if (isPostgres(database)) await database.raw(`DROP FUNCTION ${name}()`);
  }
  await database.raw('DROP INDEX cards_on_their_way');
  for (const table of ['card_first_uses', 'county_populations', 'steering_counts']) {
    await database.schema.dropTable(table);
  }
}
