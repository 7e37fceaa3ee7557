/**
 * Residents whose personal data rests sealed: what stood in the clear (name, number, birth date, record; card number,
 * card data and medical copy of cards) is sealed here row by row and the clear columns are dropped. Versions, history,
 * other documents, consents, candidates of duplicates, merges. `down` opens everything again.
 */
import type { Knex } from 'knex';
import type { PersonalData } from '../../personal-data/vault.ts';
import { personalDataOf } from '../personal-data.ts';
import { residentColumns } from '../resident-columns.ts';
import { requireEmpty } from './require-empty.ts';

const ROWS_AT_ONCE = 500;
const SEALED_CARD_COLUMNS = ['card_number', 'card_data', 'medical_copy'] as const;

type Row = Record<string, string | null>;

/** In the order of the primary key, so that a large table is not held in memory. */
async function eachRow(database: Knex, table: string, work: (row: Row) => Promise<void>): Promise<void> {
  for (let last = ''; ; ) {
    const rows = (await database(table).where('id', '>', last).orderBy('id').limit(ROWS_AT_ONCE)) as Row[];
    for (const row of rows) await work(row);
    if (rows.length < ROWS_AT_ONCE) return;
    last = rows.at(-1)?.id ?? '';
  }
}

async function sealCards(database: Knex, change: (place: string, text: string) => string): Promise<void> {
  await eachRow(database, 'cards', async (row) => {
    const changes = SEALED_CARD_COLUMNS.flatMap((column) => {
      const text = row[column];
      return text == null ? [] : [[column, change(`cards.${column}/${row.id}`, text)] as const];
    });
    await database('cards').where({ id: row.id }).update(Object.fromEntries(changes));
  });
}

export async function up(database: Knex): Promise<void> {
  const vault: PersonalData = personalDataOf(database);
  await database.schema.alterTable('residents', (table) => {
    table.text('identity_sealed').nullable();
    table.text('record_sealed').nullable();
    table.text('photo_sealed').nullable();
    for (const name of [
      'number_token',
      'name_token',
      'initials_token',
      'phone_token',
      'person_token',
      'dwelling_token',
    ])
      table.text(name).nullable();
    table.integer('version').notNullable().defaultTo(1);
    table.text('state').notNullable().defaultTo('live');
    table.text('merged_into').nullable();
    table.text('changed_at').nullable();
  });
  await eachRow(database, 'residents', async (row) => {
    const resident = JSON.parse(row.record ?? '{}');
    const columns = residentColumns(vault, row.id ?? '', resident);
    await database('residents').where({ id: row.id }).update(columns);
  });
  await sealCards(database, (place, text) => vault.seal(place, text));
  await dropIndex(database, 'residents', 'residents_document');
  for (const column of ['document_number', 'name', 'birth_date', 'record']) {
    await database.raw(`ALTER TABLE residents DROP COLUMN ${column}`);
  }
  await database.raw(
    `CREATE UNIQUE INDEX residents_number ON residents (number_token, document_type) WHERE number_token IS NOT NULL`,
  );
  for (const name of ['name', 'initials', 'phone', 'person', 'dwelling']) {
    await database.raw(`CREATE INDEX residents_${name} ON residents (${name}_token) WHERE ${name}_token IS NOT NULL`);
  }
  await database.raw('CREATE INDEX residents_enrolled ON residents (enrolled_at, id)');
  await database.schema.createTable('resident_documents', (table) => {
    table.text('resident_id').notNullable().references('id').inTable('residents');
    table.text('document_type').notNullable();
    table.text('number_token').notNullable();
    table.primary(['number_token', 'document_type']);
    table.index(['resident_id'], 'resident_documents_resident');
  });
  await database.schema.createTable('resident_changes', (table) => {
    table.bigIncrements('id');
    table.text('resident_id').notNullable().references('id').inTable('residents');
    table.integer('version').notNullable();
    table.text('at').notNullable();
    table.text('actor').notNullable();
    table.text('purpose').notNullable();
    /** Names of the fields, without values. */
    table.text('fields').notNullable();
    /** JSON [{field, old, new}], sealed; null after erasure. */
    table.text('values_sealed').nullable();
    table.unique(['resident_id', 'version'], { indexName: 'resident_changes_version' });
  });
  await database.schema.createTable('resident_consents', (table) => {
    table.text('id').primary();
    table.text('resident_id').notNullable().references('id').inTable('residents');
    table.text('purpose').notNullable();
    table.text('basis').notNullable();
    table.text('given_at').notNullable();
    table.text('given_to').notNullable();
    table.text('withdrawn_at').nullable();
    table.text('withdrawn_to').nullable();
    table.index(['resident_id'], 'resident_consents_resident');
  });
  await database.schema.createTable('resident_candidates', (table) => {
    /** The smaller id first, so that a pair stands here once. */
    table.text('resident_a').notNullable().references('id').inTable('residents');
    table.text('resident_b').notNullable().references('id').inTable('residents');
    table.integer('score').notNullable();
    /** Codes of the reasons, JSON; no values. */
    table.text('reasons').notNullable();
    table.text('found_at').notNullable();
    table.text('state').notNullable().defaultTo('open');
    table.text('decided_by').nullable();
    table.text('decided_at').nullable();
    table.primary(['resident_a', 'resident_b']);
    table.check('resident_a < resident_b', undefined, 'resident_candidates_order');
    table.check(`state IN ('open', 'different', 'merged')`, undefined, 'resident_candidates_state');
    table.index(['state', 'found_at'], 'resident_candidates_open');
  });
  await database.schema.createTable('resident_merges', (table) => {
    table.text('id').primary();
    table.text('kept').notNullable().references('id').inTable('residents');
    table.text('merged').notNullable().references('id').inTable('residents');
    table.text('at').notNullable();
    table.text('actor').notNullable();
    table.text('reason').notNullable();
    table.text('undone_at').nullable();
    table.text('undone_by').nullable();
    table.check('kept <> merged', undefined, 'resident_merges_two');
  });
  await database.raw('CREATE UNIQUE INDEX resident_merges_once ON resident_merges (merged) WHERE undone_at IS NULL');
  await database('counters').insert({ name: 'temporary-number', value: 0 });
}

/** What people said or decided; nothing else holds it. */
const KEPT_NOWHERE_ELSE = ['resident_consents', 'resident_changes', 'resident_merges'] as const;

/** Refuses where the older schema would lose something: merged or erased residents, consents, history. */
export async function down(database: Knex): Promise<void> {
  const vault = personalDataOf(database);
  if ((await database('residents').whereNot({ state: 'live' }).first('id')) !== undefined) {
    throw new Error('there are merged or erased residents');
  }
  await requireEmpty(database, KEPT_NOWHERE_ELSE);
  for (const table of ['resident_merges', 'resident_candidates', 'resident_consents', 'resident_changes']) {
    await database.schema.dropTable(table);
  }
  await database.schema.dropTable('resident_documents');
  await database.schema.alterTable('residents', (table) => {
    for (const name of ['document_number', 'name', 'birth_date', 'record'])
      table.text(name).notNullable().defaultTo('');
  });
  await eachRow(database, 'residents', async (row) => {
    const record = JSON.parse(vault.open(`residents.record/${row.id}`, row.record_sealed ?? ''));
    const photo = row.photo_sealed == null ? null : vault.open(`residents.photo/${row.id}`, row.photo_sealed);
    await database('residents')
      .where({ id: row.id })
      .update({
        document_number: record.documentNumber,
        name: record.name,
        birth_date: record.birthDate,
        record: JSON.stringify({ ...record, photo }),
      });
  });
  await sealCards(database, (place, text) => vault.open(place, text));
  for (const name of ['number', 'name', 'initials', 'phone', 'person', 'dwelling', 'enrolled']) {
    await database.raw(`DROP INDEX residents_${name}`);
  }
  const dropped = ['identity_sealed', 'record_sealed', 'photo_sealed', 'version', 'state', 'merged_into', 'changed_at'];
  const tokens = ['number', 'name', 'initials', 'phone', 'person', 'dwelling'].map((name) => `${name}_token`);
  for (const column of [...dropped, ...tokens]) await database.raw(`ALTER TABLE residents DROP COLUMN ${column}`);
  await database.schema.alterTable('residents', (table) => {
    table.unique(['document_type', 'document_number'], { indexName: 'residents_document' });
  });
  await database('counters').where({ name: 'temporary-number' }).delete();
}

/** On PostgreSQL a unique index of a table builder is a constraint. */
async function dropIndex(database: Knex, table: string, name: string): Promise<void> {
  const postgres = database.client.config.client === 'pg';
  await database.raw(postgres ? `ALTER TABLE ${table} DROP CONSTRAINT ${name}` : `DROP INDEX ${name}`);
}
