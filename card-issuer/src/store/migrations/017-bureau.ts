/**
 * Card bureaus: registration by two people, orders and their lines, return files and what each of their lines came to, boxes
 * counted by two people. Constraints hold what must hold: a card stands in one open line, a box is received when two
 * different people counted what was expected, an order closes only when every line has its end, and no card that a
 * bureau made becomes active before its chip was read at a counter.
 */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

const LINE_STATES = ['reserved', 'sent', 'made', 'failed', 'spoiled', 'missing', 'repeated', 'wasted', 'written-off'];
const ENDED = ['repeated', 'wasted', 'written-off'];
const inList = (column: string, values: readonly string[], not = '') =>
  `${column} ${not} IN (${values.map((v) => `'${v}'`).join(', ')})`;
const isPostgres = (database: Knex) => database.client.config.client === 'pg';

const UNCHECKED = `EXISTS (SELECT 1 FROM bureau_lines WHERE card_id = NEW.id AND ${inList('state', ENDED, 'NOT')}
  AND (checked_at IS NULL OR state <> 'made'))`;
const HANDED_OVER = `NEW.state = 'active' AND OLD.state IN ('personalized', 'in-delivery')`;
const REFUSAL = 'a card of a bureau is active only after its chip was read at a counter';

async function makeTrigger(database: Knex): Promise<void> {
  if (isPostgres(database)) {
    await database.raw(`CREATE FUNCTION bureau_card_handed_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ${HANDED_OVER} AND ${UNCHECKED} THEN
    RAISE EXCEPTION '${REFUSAL}' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$`);
    await database.raw(
      'CREATE TRIGGER bureau_card_handed_over BEFORE UPDATE ON cards FOR EACH ROW EXECUTE FUNCTION bureau_card_handed_over()',
    );
    return;
  }
  await database.raw(`CREATE TRIGGER bureau_card_handed_over BEFORE UPDATE ON cards WHEN ${HANDED_OVER} BEGIN
SELECT RAISE(ABORT, '${REFUSAL}') WHERE ${UNCHECKED};
END`);
}

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('bureaus', (table) => {
    table.text('id').primary();
    table.text('name').notNullable().unique({ indexName: 'bureaus_name' });
    table.text('location_id').notNullable().references('id').inTable('stock_locations');
    /** Name of the protection key that custodians agreed with the bureau (key-service). */
    table.text('transport_key').notNullable();
    table.text('signing_certificate').notNullable();
    table.text('receiving_certificate').notNullable();
    table.text('registered_by').notNullable();
    table.text('approved_by').notNullable();
    table.text('registered_at').notNullable();
    table.unique(['location_id'], { indexName: 'bureaus_location' });
    table.check('registered_by <> approved_by', undefined, 'bureaus_two_people');
  });
  await database.schema.createTable('bureau_orders', (table) => {
    table.text('id').primary();
    table.text('bureau_id').notNullable().references('id').inTable('bureaus');
    table.text('state').notNullable();
    table.integer('lines').notNullable();
    table.text('created_by').notNullable();
    table.text('created_at').notNullable();
    table.text('sealed_at').nullable();
    table.binary('file').nullable();
    table.text('file_sha256').nullable();
    table.text('closed_at').nullable();
    for (const count of ['made', 'wasted', 'written_off', 'repeated']) table.integer(count).notNullable().defaultTo(0);
    table.index(['bureau_id', 'created_at'], 'bureau_orders_bureau');
    table.check(`state IN ('reserved', 'sealed', 'closed')`, undefined, 'bureau_orders_state');
    table.check(`state = 'reserved' OR (file IS NOT NULL AND sealed_at IS NOT NULL)`, undefined, 'bureau_orders_file');
    table.check(
      `state <> 'closed' OR (closed_at IS NOT NULL AND lines = made + wasted + written_off + repeated)`,
      undefined,
      'bureau_orders_difference_0',
    );
  });
  await database.schema.createTable('bureau_lines', (table) => {
    table.text('order_id').notNullable().references('id').inTable('bureau_orders');
    table.integer('line').notNullable();
    table.text('card_id').notNullable().references('id').inTable('cards');
    table.text('issue_serial').notNullable();
    table.text('card_factor').notNullable();
    table.text('blank_box').notNullable();
    table.text('state').notNullable();
    table.text('proof').notNullable();
    table.text('files_digest').nullable();
    table.text('end_digest').nullable();
    table.text('keys').notNullable().defaultTo('[]');
    table.text('return_box').nullable();
    table.text('reason').nullable();
    table.text('received_at').nullable();
    table.text('checked_at').nullable();
    table.text('checked_by').nullable();
    table.primary(['order_id', 'line']);
    table.unique(['order_id', 'issue_serial'], { indexName: 'bureau_lines_serial' });
    table.index(['card_id'], 'bureau_lines_card');
    table.index(['state'], 'bureau_lines_state_index');
    table.check(inList('state', LINE_STATES), undefined, 'bureau_lines_state');
    table.check(
      `state = 'reserved' OR (files_digest IS NOT NULL AND end_digest IS NOT NULL)`,
      undefined,
      'bureau_lines_sealed',
    );
    table.check(`state NOT IN ('made', 'spoiled', 'wasted') OR return_box IS NOT NULL`, undefined, 'bureau_lines_box');
    table.check(`(checked_at IS NULL) = (checked_by IS NULL)`, undefined, 'bureau_lines_checked');
  });
  await database.raw(
    `CREATE UNIQUE INDEX bureau_lines_one_open ON bureau_lines (card_id) WHERE ${inList('state', ENDED, 'NOT')}`,
  );
  await database.schema.createTable('bureau_returns', (table) => {
    table.text('id').primary();
    table.text('order_id').notNullable().references('id').inTable('bureau_orders');
    table.integer('sequence').notNullable();
    table.text('sha256').notNullable();
    table.binary('file').notNullable();
    /** Fingerprint of the certificate that signed. */
    table.text('signer').notNullable();
    table.integer('final').notNullable();
    table.integer('lines').notNullable();
    table.text('state').notNullable();
    table.text('taken_by').notNullable();
    table.text('taken_at').notNullable();
    table.unique(['order_id', 'sequence'], { indexName: 'bureau_returns_sequence' });
    table.unique(['sha256'], { indexName: 'bureau_returns_file' });
    table.check(`state IN ('taking', 'taken')`, undefined, 'bureau_returns_state');
  });
  await database.schema.createTable('bureau_return_lines', (table) => {
    table.text('return_id').notNullable().references('id').inTable('bureau_returns');
    table.integer('line').notNullable();
    table.text('issue_serial').nullable();
    table.text('outcome').nullable();
    table.text('result').notNullable();
    /** JSON of the fault; without personal data. */
    table.text('fault').nullable();
    table.primary(['return_id', 'line']);
    table.check(`result IN ('accepted', 'known', 'refused')`, undefined, 'bureau_return_lines_result');
    table.check(`(result = 'refused') = (fault IS NOT NULL)`, undefined, 'bureau_return_lines_fault');
  });
  await database.schema.createTable('bureau_boxes', (table) => {
    table.text('id').primary();
    table.text('bureau_id').notNullable().references('id').inTable('bureaus');
    /** Boxes that come back belong to an order, boxes of blanks to a transfer of the store. */
    table.text('order_id').nullable().references('id').inTable('bureau_orders');
    table.text('transfer_id').nullable().references('id').inTable('stock_transfers');
    table.text('kind').notNullable();
    table.text('number').notNullable();
    table.text('courier').notNullable();
    table.text('tracking').notNullable();
    table.text('announced_by').notNullable();
    table.text('announced_at').notNullable();
    table.text('state').notNullable();
    table.integer('expected').nullable();
    table.integer('counted').nullable();
    table.text('first_counter').nullable();
    table.text('second_counter').nullable();
    table.text('counted_at').nullable();
    table.check(`kind IN ('blanks', 'cards', 'waste')`, undefined, 'bureau_boxes_kind');
    table.check(`state IN ('on-the-way', 'counted')`, undefined, 'bureau_boxes_state');
    table.check(
      `(kind = 'blanks' AND transfer_id IS NOT NULL) OR (kind <> 'blanks' AND order_id IS NOT NULL)`,
      undefined,
      'bureau_boxes_origin',
    );
    table.check(
      `state = 'on-the-way' OR (expected IS NOT NULL AND counted IS NOT NULL AND counted = expected AND counted_at IS NOT NULL
        AND first_counter IS NOT NULL AND second_counter IS NOT NULL AND first_counter <> second_counter)`,
      undefined,
      'bureau_boxes_two_people',
    );
  });
  await database.raw(
    'CREATE UNIQUE INDEX bureau_boxes_number ON bureau_boxes (order_id, number) WHERE order_id IS NOT NULL',
  );
  await database.raw(
    'CREATE UNIQUE INDEX bureau_boxes_transfer ON bureau_boxes (transfer_id) WHERE transfer_id IS NOT NULL',
  );
  await database.schema.createTable('bureau_box_counts', (table) => {
    table.text('box_id').notNullable().references('id').inTable('bureau_boxes');
    table.text('person').notNullable();
    table.integer('counted').notNullable();
    table.text('counted_at').notNullable();
    table.primary(['box_id', 'person']);
  });
  await makeTrigger(database);
}

/** Refuses while orders stand in the books. */
export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['bureau_orders', 'bureaus']);
  await database.raw(
    isPostgres(database) ? 'DROP TRIGGER bureau_card_handed_over ON cards' : 'DROP TRIGGER bureau_card_handed_over',
  );
  if (isPostgres(database)) await database.raw('DROP FUNCTION bureau_card_handed_over()');
  for (const table of [
    'bureau_box_counts',
    'bureau_boxes',
    'bureau_return_lines',
    'bureau_returns',
    'bureau_lines',
    'bureau_orders',
    'bureaus',
  ]) {
    await database.schema.dropTable(table);
  }
}
