/**
 * Stock of blank cards. The law of conservation is the database's own: ledgers are written by triggers on the units only,
 * and a CHECK on every ledger row (location and open shift) says received = stock + in work + issued + spoiled +
 * returned. A shift that is closed with another count than the book's is refused by a CHECK, one person who signs for two
 * by another.
 */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

const BUCKETS = ['stock', 'in-work', 'issued', 'spoiled', 'returned'];
const COUNTS = ['received', 'stock', 'in_work', 'issued', 'spoiled', 'returned'] as const;
const LAW = 'received = stock + in_work + issued + spoiled + returned';
const NOT_NEGATIVE = COUNTS.map((name) => `${name} >= 0`).join(' AND ');
const quoted = (values: readonly string[]) => values.map((v) => `'${v}'`).join(', ');

const isPostgres = (database: Knex) => database.client.config.client === 'pg';

function ledgerColumns(table: Knex.CreateTableBuilder, name: string): void {
  for (const count of COUNTS) table.integer(count).notNullable().defaultTo(0);
  table.check(LAW, undefined, `${name}_conservation`);
  table.check(NOT_NEGATIVE, undefined, `${name}_not_negative`);
}

const LEDGERS = [
  { table: 'stock_ledgers', open: '' },
  { table: 'stock_shifts', open: ' AND closed_at IS NULL' },
];

/** `SET` part that adds `sign` to the column of the bucket that `row` stands in. */
function addBucket(row: 'OLD' | 'NEW', sign: '+' | '-'): (column: string, bucket: string) => string {
  return (column, bucket) => `${column} ${sign} (CASE WHEN ${row}.bucket = '${bucket}' THEN 1 ELSE 0 END)`;
}

const bucketColumn = (bucket: string) => bucket.replace('-', '_');

function arrived(row: 'NEW'): string {
  const add = addBucket(row, '+');
  const sets = BUCKETS.map((b) => `${bucketColumn(b)} = ${add(bucketColumn(b), b)}`).join(', ');
  return LEDGERS.map(
    ({ table, open }) =>
      `UPDATE ${table} SET received = received + 1, ${sets} WHERE location_id = ${row}.location_id${open};`,
  ).join('\n');
}

function movedInPlace(): string {
  const sets = BUCKETS.map((b) => {
    const column = bucketColumn(b);
    return `${column} = ${addBucket('OLD', '-')(addBucket('NEW', '+')(column, b), b)}`;
  }).join(', ');
  return LEDGERS.map(
    ({ table, open }) => `UPDATE ${table} SET ${sets} WHERE location_id = NEW.location_id${open};`,
  ).join('\n');
}

function passedOn(): string {
  return LEDGERS.flatMap(({ table, open }) => [
    `UPDATE ${table} SET stock = stock - 1, returned = returned + 1 WHERE location_id = OLD.location_id${open};`,
    `UPDATE ${table} SET stock = stock + 1, received = received + 1 WHERE location_id = NEW.location_id${open};`,
  ]).join('\n');
}

async function makeTriggers(database: Knex): Promise<void> {
  if (isPostgres(database)) {
    await database.raw(`CREATE FUNCTION stock_unit_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a stock unit is never deleted' USING ERRCODE = 'check_violation'; END IF;
  IF TG_OP = 'INSERT' THEN
${arrived('NEW')}
  ELSIF OLD.location_id <> NEW.location_id THEN
    IF OLD.bucket <> 'stock' OR NEW.bucket <> 'stock' THEN
      RAISE EXCEPTION 'only stock is passed on' USING ERRCODE = 'check_violation';
    END IF;
${passedOn()}
  ELSIF OLD.bucket <> NEW.bucket THEN
${movedInPlace()}
  END IF;
  RETURN NEW;
END $$`);
    await database.raw(
      'CREATE TRIGGER stock_unit_written BEFORE INSERT OR UPDATE OR DELETE ON stock_units FOR EACH ROW EXECUTE FUNCTION stock_unit_written()',
    );
    return;
  }
  await database.raw(`CREATE TRIGGER stock_unit_arrived AFTER INSERT ON stock_units BEGIN
${arrived('NEW')}
END`);
  await database.raw(`CREATE TRIGGER stock_unit_moved AFTER UPDATE ON stock_units
WHEN OLD.location_id = NEW.location_id AND OLD.bucket <> NEW.bucket BEGIN
${movedInPlace()}
END`);
  await database.raw(`CREATE TRIGGER stock_unit_passed_on AFTER UPDATE ON stock_units
WHEN OLD.location_id <> NEW.location_id BEGIN
SELECT RAISE(ABORT, 'only stock is passed on') WHERE OLD.bucket <> 'stock' OR NEW.bucket <> 'stock';
${passedOn()}
END`);
  await database.raw(`CREATE TRIGGER stock_unit_kept BEFORE DELETE ON stock_units BEGIN
SELECT RAISE(ABORT, 'a stock unit is never deleted');
END`);
}

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('stock_locations', (table) => {
    table.text('id').primary();
    table.text('name').notNullable().unique({ indexName: 'stock_locations_name' });
    table.text('created_at').notNullable();
  });
  await database.schema.createTable('stock_ledgers', (table) => {
    table.text('location_id').primary().references('id').inTable('stock_locations');
    ledgerColumns(table, 'stock_ledgers');
  });
  await database.schema.createTable('stock_shifts', (table) => {
    table.text('id').primary();
    table.text('location_id').notNullable().references('id').inTable('stock_locations');
    table.text('opened_by').notNullable();
    table.text('opened_at').notNullable();
    table.text('closed_by').nullable();
    table.text('closed_at').nullable();
    table.integer('counted_stock').nullable();
    table.integer('counted_in_work').nullable();
    ledgerColumns(table, 'stock_shifts');
    table.check(
      `(closed_at IS NULL AND closed_by IS NULL) OR (closed_at IS NOT NULL AND closed_by IS NOT NULL
        AND counted_stock IS NOT NULL AND counted_in_work IS NOT NULL
        AND counted_stock = stock AND counted_in_work = in_work)`,
      undefined,
      'stock_shifts_difference_0',
    );
  });
  await database.raw('CREATE UNIQUE INDEX stock_shifts_one_open ON stock_shifts (location_id) WHERE closed_at IS NULL');
  await database.schema.createTable('stock_boxes', (table) => {
    table.text('number').primary();
    table.text('supplier').notNullable();
    table.text('received_by').notNullable();
    table.text('received_at').notNullable();
  });
  await database.schema.createTable('stock_transfers', (table) => {
    table.text('id').primary();
    table.text('from_location').notNullable().references('id').inTable('stock_locations');
    table.text('to_location').notNullable().references('id').inTable('stock_locations');
    table.integer('quantity').notNullable();
    table.text('giver').notNullable();
    table.text('given_at').notNullable();
    table.text('taker').nullable();
    table.text('ended_at').nullable();
    table.text('state').notNullable();
    table.check(`state IN ('offered', 'taken', 'withdrawn')`, undefined, 'stock_transfers_state');
    table.check('from_location <> to_location', undefined, 'stock_transfers_places');
    table.check('quantity > 0', undefined, 'stock_transfers_quantity');
    table.check(
      `(state = 'taken' AND taker IS NOT NULL AND taker <> giver) OR (state <> 'taken' AND taker IS NULL)`,
      undefined,
      'stock_transfers_two_people',
    );
  });
  await database.schema.createTable('stock_units', (table) => {
    table.text('card_factor').primary();
    table.text('box_number').notNullable().references('number').inTable('stock_boxes');
    table.text('location_id').notNullable().references('id').inTable('stock_locations');
    table.text('bucket').notNullable();
    /** The open transfer that the unit is promised to: nobody else may use it meanwhile. */
    table.text('transfer_id').nullable().references('id').inTable('stock_transfers');
    table.index(['box_number'], 'stock_units_box');
    table.index(['location_id', 'bucket'], 'stock_units_place');
    table.check(`bucket IN (${quoted(BUCKETS)})`, undefined, 'stock_units_bucket');
    table.check(`transfer_id IS NULL OR bucket = 'stock'`, undefined, 'stock_units_promised');
  });
  await database.raw('CREATE INDEX stock_units_transfer ON stock_units (transfer_id) WHERE transfer_id IS NOT NULL');
  await database.schema.createTable('stock_movements', (table) => {
    table.bigIncrements('id');
    table.text('at').notNullable();
    table.text('kind').notNullable();
    table.text('location_id').notNullable().references('id').inTable('stock_locations');
    table.text('card_factor').nullable();
    table.text('box_number').nullable();
    table.text('transfer_id').nullable();
    table.integer('quantity').notNullable();
    table.text('actor').notNullable();
    table.text('witness').nullable();
    table.text('reason').nullable();
    table.index(['location_id'], 'stock_movements_place');
    table.check(
      `(witness IS NULL AND kind NOT IN ('spoil', 'return-to-supplier', 'transfer')) OR (witness IS NOT NULL AND witness <> actor)`,
      undefined,
      'stock_movements_two_people',
    );
  });
  await makeTriggers(database);
}

/** Refuses while goods stand in the books. */
export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['stock_units', 'stock_locations']);
  for (const table of [
    'stock_movements',
    'stock_units',
    'stock_transfers',
    'stock_boxes',
    'stock_shifts',
    'stock_ledgers',
    'stock_locations',
  ]) {
    await database.schema.dropTable(table);
  }
  if (isPostgres(database)) await database.raw('DROP FUNCTION stock_unit_written()');
}
