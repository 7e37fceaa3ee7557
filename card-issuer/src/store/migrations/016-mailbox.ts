/**
 * Mailboxes of cards (ADR 035): updates in the order of their number, the changes for many cards that they come from, and
 * the marks up to which each agent's queue of events was taken. Values are sealed as other personal data and gone once an
 * update is settled; a bulk change is begun by somebody else than who wrote it.
 */
import type { Knex } from 'knex';
import { requireEmpty } from './require-empty.ts';

const STATES = ['waiting', 'leased', 'applied', 'not-applied', 'unknown', 'superseded', 'lapsed', 'withdrawn'];
const OPEN = ['waiting', 'leased', 'unknown'];
const CHANGE_STATES = ['counting', 'ready', 'running', 'done', 'cancelled'];
const list = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');

export async function up(database: Knex): Promise<void> {
  await database.schema.createTable('card_mailboxes', (table) => {
    table.text('card_id').primary().references('id').inTable('cards');
    /** Number of the newest update. */
    table.bigInteger('version').notNullable();
    table.text('last_contact_at').nullable();
    table.text('last_contact_agent').nullable();
  });
  await database.schema.createTable('mailbox_changes', (table) => {
    table.text('id').primary();
    table.text('name').notNullable();
    table.text('state').notNullable();
    table.text('content').notNullable();
    table.text('selection').notNullable();
    table.text('lapses_at').nullable();
    table.text('created_by').notNullable();
    table.text('created_at').notNullable();
    table.text('started_by').nullable();
    table.text('started_at').nullable();
    table.text('ended_at').nullable();
    table.text('cursor').notNullable();
    table.bigInteger('looked').notNullable();
    table.bigInteger('made').notNullable();
    table.bigInteger('needless').notNullable();
    table.bigInteger('refused').notNullable();
    table.bigInteger('total').nullable();
    table.text('refusals').notNullable();
    table.check(`state IN (${list(CHANGE_STATES)})`, undefined, 'mailbox_changes_state');
    table.check('started_by IS NULL OR started_by <> created_by', undefined, 'mailbox_changes_two_people');
    table.check(`state <> 'running' OR started_by IS NOT NULL`, undefined, 'mailbox_changes_started');
  });
  await database.schema.createTable('mailbox_updates', (table) => {
    table.text('id').primary();
    table.text('card_id').notNullable().references('id').inTable('cards');
    table.bigInteger('sequence').notNullable();
    table.text('change_id').nullable().references('id').inTable('mailbox_changes');
    table.text('kind').notNullable();
    table.text('state').notNullable();
    table.text('subjects').notNullable();
    table.text('content').nullable();
    table.bigInteger('lease').notNullable();
    table.text('leased_by').nullable();
    table.text('leased_until').nullable();
    table.text('code').nullable();
    table.text('superseded_by').nullable();
    table.text('created_by').notNullable();
    table.text('created_at').notNullable();
    table.text('lapses_at').nullable();
    table.text('settled_at').nullable();
    table.unique(['card_id', 'sequence'], { indexName: 'mailbox_updates_order' });
    table.check(`state IN (${list(STATES)})`, undefined, 'mailbox_updates_state');
    table.check(`kind IN ('patch', 'rekey', 'notice')`, undefined, 'mailbox_updates_kind');
    table.check(`(state IN (${list(OPEN)})) = (content IS NOT NULL)`, undefined, 'mailbox_updates_content');
    table.check(`(state IN (${list(OPEN)})) = (settled_at IS NULL)`, undefined, 'mailbox_updates_settled');
    table.check(`state <> 'leased' OR leased_by IS NOT NULL`, undefined, 'mailbox_updates_leased');
  });
  // One update a card of a change, however often a piece of it is begun anew.
  await database.raw(
    'CREATE UNIQUE INDEX mailbox_updates_change ON mailbox_updates (change_id, card_id) WHERE change_id IS NOT NULL',
  );
  await database.raw(`CREATE INDEX mailbox_updates_open ON mailbox_updates (card_id) WHERE state IN (${list(OPEN)})`);
  await database.raw(`CREATE INDEX mailbox_updates_leases ON mailbox_updates (leased_until) WHERE state = 'leased'`);
  await database.raw(
    `CREATE INDEX mailbox_updates_lapses ON mailbox_updates (lapses_at) WHERE state IN ('waiting', 'unknown') AND lapses_at IS NOT NULL`,
  );
  await database.schema.createTable('agent_queues', (table) => {
    /** Made with the queue on the agent's disk; a new disk is a new queue. */
    table.text('queue_id').primary();
    table.text('agent_id').notNullable();
    table.bigInteger('taken_through').notNullable();
    table.bigInteger('lost').notNullable();
    table.text('last_at').notNullable();
  });
}

export async function down(database: Knex): Promise<void> {
  await requireEmpty(database, ['mailbox_updates', 'mailbox_changes']);
  for (const table of ['agent_queues', 'mailbox_updates', 'mailbox_changes', 'card_mailboxes']) {
    await database.schema.dropTable(table);
  }
}
