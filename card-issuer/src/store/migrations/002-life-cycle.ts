/**
 * The whole life of a card: more states, the link to the card that is replaced, suspension with its end, the medical
 * copy, every move as a row of its own (two people where two must sign), receipts. SQLite cannot change a CHECK, so
 * `cards` is built anew there; `jobs`, which refers to it, steps aside inside the same transaction.
 */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

const OLD_STATES = ['ordered', 'personalizing', 'personalized', 'active', 'failed', 'spoiled'];
const STATES = [
  ...OLD_STATES,
  'in-delivery',
  'suspended',
  'replacing',
  'lost',
  'expired',
  'cancelled',
  'returned',
  'destroyed',
];
const OLD_LIVE = ['ordered', 'personalizing', 'personalized', 'active', 'failed'];
const LIVE = [...OLD_LIVE, 'in-delivery', 'suspended'];
const UNBOUND = ['ordered', 'spoiled'];
const TWO_PEOPLE_MOVES = ['destroy', 'spoil'];

const OLD_COLUMNS =
  'id, resident_id, state, card_number, issue_serial, card_factor, issue_date, expiry_date, card_data, verdict, ' +
  'ordered_at, personalized_at, activated_at, spoil_reason';

const inList = (column: string, values: readonly string[], not = '') =>
  `${column} ${not} IN (${values.map((v) => `'${v}'`).join(', ')})`;
const stateCheck = (states: readonly string[]) => inList('state', states);
const BOUND_CHECK = `state IN ('ordered', 'spoiled') OR (card_factor IS NOT NULL AND card_data IS NOT NULL AND issue_date IS NOT NULL)`;
const SUSPENSION_CHECK = `(state = 'suspended') = (suspended_until IS NOT NULL)`;

const isPostgres = (database: Knex) => database.client.config.client === 'pg';

async function dropIndexes(database: Knex): Promise<void> {
  for (const name of ['cards_one_live', 'cards_one_active', 'cards_factor_in_use']) {
    await database.raw(`DROP INDEX ${name}`);
  }
}

async function makeIndexes(database: Knex, live: readonly string[], active: readonly string[], holding: string) {
  await database.raw(`CREATE UNIQUE INDEX cards_one_live ON cards (resident_id) WHERE ${inList('state', live)}`);
  await database.raw(`CREATE UNIQUE INDEX cards_one_active ON cards (resident_id) WHERE ${inList('state', active)}`);
  await database.raw(`CREATE UNIQUE INDEX cards_factor_in_use ON cards (card_factor) WHERE ${holding}`);
}

/** SQLite: `cards` with these CHECKs, its rows and the jobs that refer to them kept. */
async function rebuildCards(database: Knex, states: readonly string[], grown: boolean): Promise<void> {
  await database.raw('CREATE TABLE jobs_aside AS SELECT * FROM jobs');
  await database('jobs').delete();
  await database.schema.createTable('cards_anew', (table) => {
    table.text('id').primary();
    table.text('resident_id').notNullable().references('id').inTable('residents');
    table.text('state').notNullable();
    table.text('card_number').notNullable();
    table.text('issue_serial').notNullable();
    for (const name of ['card_factor', 'issue_date', 'expiry_date', 'card_data', 'verdict'])
      table.text(name).nullable();
    table.text('ordered_at').notNullable();
    for (const name of ['personalized_at', 'activated_at', 'spoil_reason']) table.text(name).nullable();
    if (grown) {
      table.text('replaces').nullable().references('id').inTable('cards');
      table.text('suspended_until').nullable();
      table.text('medical_copy').nullable();
      table.check(SUSPENSION_CHECK, undefined, 'cards_suspension');
    }
    table.check(stateCheck(states), undefined, 'cards_state');
    table.check(BOUND_CHECK, undefined, 'cards_bound');
  });
  await database.raw(`INSERT INTO cards_anew (${OLD_COLUMNS}) SELECT ${OLD_COLUMNS} FROM cards`);
  await database.schema.dropTable('cards');
  await database.schema.renameTable('cards_anew', 'cards');
  await database.raw('CREATE UNIQUE INDEX cards_issue_serial ON cards (issue_serial)');
  await database.raw('INSERT INTO jobs SELECT * FROM jobs_aside');
  await database.schema.dropTable('jobs_aside');
}

export async function up(database: Knex): Promise<void> {
  await dropIndexes(database);
  if (isPostgres(database)) {
    await database.raw('ALTER TABLE cards DROP CONSTRAINT cards_state');
    await database.schema.alterTable('cards', (table) => {
      table.text('replaces').nullable().references('id').inTable('cards');
      table.text('suspended_until').nullable();
      table.text('medical_copy').nullable();
      table.check(stateCheck(STATES), undefined, 'cards_state');
      table.check(SUSPENSION_CHECK, undefined, 'cards_suspension');
    });
  } else {
    await rebuildCards(database, STATES, true);
  }
  await makeIndexes(database, LIVE, ['active', 'suspended', 'replacing'], inList('state', UNBOUND, 'NOT'));
  await database.raw(
    `CREATE UNIQUE INDEX cards_one_successor ON cards (replaces) WHERE replaces IS NOT NULL AND state <> 'spoiled'`,
  );
  await database.raw('CREATE INDEX cards_resident ON cards (resident_id)');
  await database.raw(`CREATE INDEX cards_suspended_until ON cards (suspended_until) WHERE state = 'suspended'`);
  await database.raw(
    `CREATE INDEX cards_expiry ON cards (expiry_date) WHERE state IN ('active', 'suspended', 'replacing')`,
  );
  await database.schema.createTable('card_moves', (table) => {
    table.bigIncrements('id');
    table.text('card_id').notNullable().references('id').inTable('cards');
    table.text('move').notNullable();
    table.text('from_state').notNullable();
    table.text('to_state').notNullable();
    table.text('actor').notNullable();
    /** The second person, where two must sign. */
    table.text('witness').nullable();
    table.text('reason').nullable();
    table.text('at').notNullable();
    table.index(['card_id'], 'card_moves_card');
    table.check(
      `(witness IS NULL AND ${inList('move', TWO_PEOPLE_MOVES, 'NOT')}) OR (witness IS NOT NULL AND witness <> actor)`,
      undefined,
      'card_moves_two_people',
    );
  });
  await database.schema.createTable('receipts', (table) => {
    table.bigInteger('number').primary();
    table.text('card_id').notNullable().references('id').inTable('cards');
    table.text('operation').notNullable();
    table.text('reason').notNullable();
    table.bigInteger('fee_fen').notNullable();
    table.text('valid_until').nullable();
    table.text('actor').notNullable();
    table.text('at').notNullable();
    table.index(['card_id'], 'receipts_card');
    table.check('fee_fen >= 0', undefined, 'receipts_fee');
  });
  await database('counters').insert({ name: 'receipt', value: 0 });
}

/** Refuses while there are cards that the older schema cannot hold: nothing is thrown away in silence. */
export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['receipts', 'card_moves']);
  const newer = await database('cards').whereNotIn('state', OLD_STATES).first('id');
  if (newer !== undefined) throw new Error('cards stand in states that the older schema does not know');
  await database('counters').where({ name: 'receipt' }).delete();
  await database.schema.dropTable('receipts');
  await database.schema.dropTable('card_moves');
  for (const name of ['cards_one_successor', 'cards_resident', 'cards_suspended_until', 'cards_expiry']) {
    await database.raw(`DROP INDEX ${name}`);
  }
  await dropIndexes(database);
  if (isPostgres(database)) {
    await database.raw('ALTER TABLE cards DROP CONSTRAINT cards_state, DROP CONSTRAINT cards_suspension');
    await database.schema.alterTable('cards', (table) => {
      table.dropColumns('replaces', 'suspended_until', 'medical_copy');
      table.check(stateCheck(OLD_STATES), undefined, 'cards_state');
    });
  } else {
    await rebuildCards(database, OLD_STATES, false);
  }
  const oldHolding = inList('state', ['personalizing', 'personalized', 'active', 'failed']);
  await makeIndexes(database, OLD_LIVE, ['active'], oldHolding);
}
