/** Ceremonies over Knex: events are only ever added, each under its key once, numbered without a gap. */
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { type CeremonyEvent, eventKey, type WrittenEvent } from '../domain/ceremony/events.ts';
import type { CeremonyRecord, CeremonyStore } from '../domain/ceremony/ports.ts';
import { keyServiceErrors } from '../errors.ts';

interface CeremonyRow {
  id: string;
  mode: CeremonyRecord['mode'];
  script: string;
  script_hash: string;
  script_text: string;
  begun_at: string;
}
interface EventRow {
  ceremony: string;
  sequence: number;
  at: string;
  event_key: string;
  event: string;
  log_id: string;
  log_index: number | string | null;
}

const recordOf = (row: CeremonyRow): CeremonyRecord => ({
  id: row.id,
  mode: row.mode,
  scriptId: row.script,
  scriptHash: row.script_hash,
  scriptText: row.script_text,
});

const rowOf = (ceremony: string, { sequence, at, event, log }: WrittenEvent): EventRow => ({
  ceremony,
  sequence,
  at,
  event_key: createHash('sha256').update(eventKey(event)).digest('hex'),
  event: JSON.stringify(event),
  log_id: log.id,
  log_index: log.index,
});

export function ceremonyStore(database: Knex): CeremonyStore {
  return {
    async all() {
      const rows: CeremonyRow[] = await database('ceremonies').orderBy(['begun_at', 'id']).select();
      return rows.map(recordOf);
    },
    async find(id) {
      const row: CeremonyRow | undefined = await database('ceremonies').where({ id }).first();
      return row === undefined ? null : recordOf(row);
    },
    async events(id) {
      const rows: EventRow[] = await database('ceremony_events').where({ ceremony: id }).orderBy('sequence').select();
      return rows.map((row) => ({
        sequence: row.sequence,
        at: row.at,
        event: JSON.parse(row.event) as CeremonyEvent,
        log: { id: row.log_id, index: row.log_index === null ? null : Number(row.log_index) },
      }));
    },
    begin: (record, first) =>
      database.transaction(async (transaction) => {
        const { id, mode, scriptId, scriptHash, scriptText } = record;
        const row: CeremonyRow = {
          ...{ id, mode, script: scriptId, script_hash: scriptHash, script_text: scriptText },
          begun_at: first.at,
        };
        await transaction('ceremonies').insert(row);
        await transaction('ceremony_events').insert(rowOf(id, first));
      }),
    async append(id, from, events) {
      try {
        await database.transaction(async (transaction) => {
          const [{ count } = { count: 0 }] = await transaction('ceremony_events')
            .where({ ceremony: id })
            .count<{ count: number | string }[]>({ count: 'sequence' });
          if (Number(count) !== from) throw keyServiceErrors.make('CEREMONY_MOVED_MEANWHILE', { detail: id });
          await transaction.batchInsert(
            'ceremony_events',
            events.map((event) => rowOf(id, event)),
            100,
          );
        });
        return events.length;
      } catch (error) {
        // Another node was first: its row has our number, or our event is there already.
        const code = (error as { code?: unknown }).code;
        const taken =
          code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === '23505';
        if (taken) throw keyServiceErrors.make('CEREMONY_MOVED_MEANWHILE', { detail: id, cause: error });
        throw error;
      }
    },
    async addMinutes(id, { edition, text, at }) {
      await database('ceremony_minutes')
        .insert({ ceremony: id, edition, text, at })
        .onConflict(['ceremony', 'edition'])
        .ignore();
    },
    async minutes(id) {
      const row: { edition: number; text: string; at: string } | undefined = await database('ceremony_minutes')
        .where({ ceremony: id })
        .orderBy('edition', 'desc')
        .first();
      return row === undefined ? null : { edition: row.edition, text: row.text, at: row.at };
    },
  };
}
