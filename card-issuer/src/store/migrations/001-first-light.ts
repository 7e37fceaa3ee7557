/**
 * Residents, card orders, chips seen, personalization jobs, events, idempotency keys. The rules that must hold whatever
 * the program does are constraints here: one live and one active card a resident, an issue serial used once, a chip in
 * one order, known states only (ARCHITECTURE, "Storage").
 */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

// As published: the domain's lists have grown since, and a later migration says by how much.
const CARD_STATES = ['ordered', 'personalizing', 'personalized', 'active', 'failed', 'spoiled'];
const LIVE_CARD_STATES = ['ordered', 'personalizing', 'personalized', 'active', 'failed'];
const CHIP_HOLDING_STATES = ['personalizing', 'personalized', 'active', 'failed'];
const JOB_STATES = ['waiting', 'running', 'done', 'rejected'];

const inList = (column: string, values: readonly string[]) =>
  `${column} IN (${values.map((v) => `'${v}'`).join(', ')})`;

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('residents', (table) => {
    table.text('id').primary();
    table.text('document_type').notNullable();
    table.text('document_number').notNullable();
    table.text('name').notNullable();
    table.text('birth_date').notNullable();
    table.text('area_code').notNullable();
    /** The whole validated record as JSON (domain/resident.ts). */
    table.text('record').notNullable();
    table.text('enrolled_at').notNullable();
    table.unique(['document_type', 'document_number'], { indexName: 'residents_document' });
  });
  await database.schema.createTable('counters', (table) => {
    table.text('name').primary();
    table.bigInteger('value').notNullable();
  });
  await database('counters').insert({ name: 'issue-serial', value: 0 });
  await database.schema.createTable('cards', (table) => {
    table.text('id').primary();
    table.text('resident_id').notNullable().references('id').inTable('residents');
    table.text('state').notNullable();
    table.text('card_number').notNullable();
    table.text('issue_serial').notNullable().unique({ indexName: 'cards_issue_serial' });
    /** 8 bytes as upper-case hex; null until a chip is bound. */
    table.text('card_factor').nullable();
    table.text('issue_date').nullable();
    table.text('expiry_date').nullable();
    /** What is written onto the chip, frozen when the chip is bound (JSON of CardData). */
    table.text('card_data').nullable();
    table.text('verdict').nullable();
    table.text('ordered_at').notNullable();
    table.text('personalized_at').nullable();
    table.text('activated_at').nullable();
    table.text('spoil_reason').nullable();
    table.check(inList('state', CARD_STATES), undefined, 'cards_state');
    table.check(
      `state IN ('ordered', 'spoiled') OR (card_factor IS NOT NULL AND card_data IS NOT NULL AND issue_date IS NOT NULL)`,
      undefined,
      'cards_bound',
    );
  });
  await database.raw(
    `CREATE UNIQUE INDEX cards_one_live ON cards (resident_id) WHERE ${inList('state', LIVE_CARD_STATES)}`,
  );
  await database.raw(`CREATE UNIQUE INDEX cards_one_active ON cards (resident_id) WHERE state = 'active'`);
  await database.raw(
    `CREATE UNIQUE INDEX cards_factor_in_use ON cards (card_factor) WHERE ${inList('state', CHIP_HOLDING_STATES)}`,
  );
  await database.schema.createTable('blanks', (table) => {
    table.text('card_factor').primary();
    table.text('atr').notNullable();
    table.text('first_seen_at').notNullable();
    table.text('last_seen_at').notNullable();
    /** A spoiled chip is never taken for a blank again. */
    table.text('spoiled_at').nullable();
  });
  await database.schema.createTable('jobs', (table) => {
    table.text('id').primary();
    table.text('card_id').notNullable().unique({ indexName: 'jobs_card' }).references('id').inTable('cards');
    table.text('state').notNullable();
    /** The chip that is meant, from its ATR; the card's own factor follows when the chip has told that it is blank. */
    table.text('card_factor').nullable();
    table.integer('attempt').notNullable().defaultTo(0);
    table.text('agent_id').nullable();
    table.text('reader').nullable();
    table.text('stage').nullable();
    table.integer('apdus_done').notNullable().defaultTo(0);
    table.integer('apdus_total').notNullable().defaultTo(0);
    table.integer('batches').notNullable().defaultTo(0);
    table.integer('key_service_calls').notNullable().defaultTo(0);
    table.text('stage_ms').notNullable().defaultTo('{}');
    /** ErrorBody of the last attempt, JSON. */
    table.text('error').nullable();
    /** Node of the service that runs the job now, and until when its claim holds. */
    table.text('claimed_by').nullable();
    table.text('claimed_until').nullable();
    table.text('updated_at').notNullable();
    table.check(inList('state', JOB_STATES), undefined, 'jobs_state');
  });
  await database.raw(`CREATE UNIQUE INDEX jobs_one_chip ON jobs (card_factor) WHERE state IN ('waiting', 'running')`);
  await database.schema.createTable('events', (table) => {
    table.bigIncrements('id');
    table.text('at').notNullable();
    table.text('card_id').nullable();
    table.text('type').notNullable();
    /** JSON without personal data. */
    table.text('detail').notNullable();
  });
  await database.schema.createTable('idempotency_keys', (table) => {
    table.text('operation').notNullable();
    table.text('idempotency_key').notNullable();
    table.text('request_hash').notNullable();
    table.text('result').notNullable();
    table.text('created_at').notNullable();
    table.primary(['operation', 'idempotency_key']);
  });
}

export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['cards', 'blanks', 'residents']);
  for (const table of ['idempotency_keys', 'events', 'jobs', 'blanks', 'cards', 'counters', 'residents']) {
    await database.schema.dropTable(table);
  }
}
