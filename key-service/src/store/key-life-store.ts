/** Moves, schedules and use counters of key versions over Knex. A move counts only from the state it was planned from. */
import type { KeySlotName } from '@rhc/card/profile';
import type { Knex } from 'knex';
import type { KeyLifeStore } from '../domain/key-life.ts';
import type { KeyVersionRecord } from '../domain/key-states.ts';
import type { KeyUseStore } from '../domain/key-uses.ts';
import type { KeyVersion, KeyVersionState } from '../domain/key-versions.ts';
import { keyServiceErrors } from '../errors.ts';

interface VersionRow {
  slot: KeySlotName;
  version: number;
  state: KeyVersionState;
  suite: KeyVersion['suite'];
  kcv: string;
  kcv_method: KeyVersion['kcvMethod'];
  created_at: string;
  activate_at: string | null;
  destroy_at: string | null;
  cryptoperiod_ends: string | null;
  policy: string | null;
  dispersed_to: string | null;
}
interface MoveRow {
  slot: KeySlotName;
  version: number;
  from_state: KeyVersionState;
  to_state: KeyVersionState;
  at: string;
  actor: string;
  reason: string;
  log_id: string;
  log_index: number | string | null;
}

const date = (text: string | null): Date | null => (text === null ? null : new Date(text));
const meanwhile = ({ slot, version }: Pick<KeyVersion, 'slot' | 'version'>) =>
  keyServiceErrors.make('KEY_MOVED_MEANWHILE', { detail: `${slot}#${version}` });

function recordOf(row: VersionRow): KeyVersionRecord {
  return {
    slot: row.slot,
    version: row.version,
    state: row.state,
    suite: row.suite,
    kcv: row.kcv,
    kcvMethod: row.kcv_method,
    createdAt: new Date(row.created_at),
    activateAt: date(row.activate_at),
    destroyAt: date(row.destroy_at),
    cryptoperiodEnds: date(row.cryptoperiod_ends),
    destructionScheduled: row.destroy_at !== null,
    policy: row.policy === null ? null : (JSON.parse(row.policy) as KeyVersion['policy'] & object),
    dispersedTo: row.dispersed_to,
  };
}

export async function keyVersionRecords(database: Knex): Promise<KeyVersionRecord[]> {
  const rows: VersionRow[] = await database('key_versions').select().orderBy(['slot', 'version']);
  return rows.map(recordOf);
}

export function keyLifeStore(database: Knex): KeyLifeStore {
  return {
    records: () => keyVersionRecords(database),
    move: (moves) =>
      oneActive(moves, () =>
        database.transaction(async (transaction) => {
          for (const { slot, version, from, to, at, actor, reason, log } of moves) {
            const changed = await transaction('key_versions')
              .where({ slot, version, state: from })
              .update({
                state: to,
                activate_at: null,
                destroy_at: null,
                ...(to === 'active' ? { activated_at: at.toISOString() } : {}),
              });
            if (changed !== 1) throw meanwhile({ slot, version });
            await transaction('key_version_moves').insert(moveRow({ slot, version, from, to, at, actor, reason }, log));
          }
        }),
      ),
    schedule: (record, order, log) =>
      database.transaction(async (transaction) => {
        const { slot, version, state } = record;
        const changed = await transaction('key_versions')
          .where({ slot, version, state })
          .whereNull('destroy_at')
          .update({
            activate_at: record.activateAt?.toISOString() ?? null,
            destroy_at: record.destroyAt?.toISOString() ?? null,
          });
        if (changed !== 1) throw meanwhile({ slot, version });
        await transaction('key_version_moves').insert(
          moveRow({ slot, version, from: state, to: state, ...order }, log),
        );
      }),
    amend: ({ slot, version }, { policy, cryptoperiodEnds }, order, log) =>
      database.transaction(async (transaction) => {
        const row = await transaction('key_versions').where({ slot, version }).first<VersionRow | undefined>();
        if (row === undefined || row.state === 'destroyed') throw meanwhile({ slot, version });
        await transaction('key_versions')
          .where({ slot, version })
          .update({
            ...(policy === undefined ? {} : { policy: policy === null ? null : JSON.stringify(policy) }),
            ...(cryptoperiodEnds === undefined ? {} : { cryptoperiod_ends: cryptoperiodEnds?.toISOString() ?? null }),
          });
        const { state } = row;
        await transaction('key_version_moves').insert(
          moveRow({ slot, version, from: state, to: state, ...order }, log),
        );
      }),
    async history(slot, version) {
      const rows: MoveRow[] = await database('key_version_moves').where({ slot, version }).orderBy('id').select();
      return rows.map((row) => ({
        slot: row.slot,
        version: row.version,
        from: row.from_state,
        to: row.to_state,
        at: new Date(row.at),
        actor: row.actor,
        reason: row.reason,
        log: { id: row.log_id, index: row.log_index === null ? null : Number(row.log_index) },
      }));
    },
  };
}

/** Two activations at once: the database's rule of one active version a slot refuses the second. */
async function oneActive(moves: readonly Move[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const [first] = moves;
    if (first !== undefined && (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === '23505')) throw meanwhile(first);
    throw error;
  }
}

type Move = Parameters<KeyLifeStore['move']>[0][number];

export function moveRow(move: Omit<Move, 'log'>, log: Move['log']): MoveRow {
  const { slot, version, from, to, at, actor, reason } = move;
  const by = { actor, reason, log_id: log.id, log_index: log.index };
  return { slot, version, from_state: from, to_state: to, at: at.toISOString(), ...by };
}

export function keyUseStore(database: Knex): KeyUseStore {
  return {
    async add(uses) {
      if (uses.length === 0) return;
      await database.transaction(async (transaction) => {
        for (const { slot, version, operation, issuer, day, count } of uses) {
          // The same words in SQLite and PostgreSQL; nodes add up instead of overwriting one another.
          await transaction.raw(
            `insert into key_uses (slot, version, operation, issuer, day, uses) values (?, ?, ?, ?, ?, ?)
             on conflict (slot, version, operation, issuer, day) do update set uses = key_uses.uses + excluded.uses`,
            [slot, version, operation, issuer, day, count],
          );
        }
      });
    },
    async lease({ slot, version }, day, wish, ceiling) {
      return database.transaction(async (transaction) => {
        // The insert comes first: it makes the transaction a writer, on SQLite too, before anything is read.
        await transaction('key_use_leases')
          .insert({ slot, version, day, granted: 0 })
          .onConflict(['slot', 'version', 'day'])
          .ignore();
        const row = transaction('key_use_leases').where({ slot, version, day });
        const held = database.client.config.client === 'pg' ? row.clone().forUpdate() : row.clone();
        const granted = Number((await held.first<{ granted: number | string }>()).granted);
        const [used] = await transaction('key_uses')
          .where({ slot, version, day })
          .sum<{ uses: number | string | null }[]>({ uses: 'uses' });
        const taken = Math.max(granted, Number(used?.uses ?? 0));
        const count = Math.max(0, Math.min(wish, ceiling - taken));
        await row.update({ granted: taken + count });
        return count;
      });
    },
    async giveBack({ slot, version }, day, count) {
      await database('key_use_leases').where({ slot, version, day }).decrement('granted', count);
    },
    async byDay({ slot, version }, days) {
      const rows: { day: string; operation: string; uses: number | string }[] = await database('key_uses')
        .where({ slot, version })
        .groupBy('day', 'operation')
        .orderBy([
          { column: 'day', order: 'desc' },
          { column: 'operation', order: 'asc' },
        ])
        .limit(days * 2)
        .select('day', 'operation')
        .sum({ uses: 'uses' });
      return rows.map(({ day, operation, uses }) => ({ day, operation, uses: Number(uses) }));
    },
    async total({ slot, version }, operation) {
      const [row] = await database('key_uses')
        .where({ slot, version, operation })
        .sum<{ uses: number | string | null }[]>({ uses: 'uses' });
      return Number(row?.uses ?? 0);
    },
  };
}
