/** Rotations and reports from the field over Knex. */
import type { Knex } from 'knex';
import type { Rotation } from '../domain/rotation/plan.ts';
import type { RotationStore } from '../domain/rotation/rotations.ts';
import { keyServiceErrors } from '../errors.ts';

interface RotationRow {
  id: string;
  state: Rotation['state'];
  plan: string;
  created_at: string;
  created_by: string;
  activated_at: string | null;
  provinces: string;
  approvals: string;
}
const ENDED: readonly Rotation['state'][] = ['retired', 'rolled-back'];

const rotationOf = (row: RotationRow): Rotation => ({
  id: row.id,
  state: row.state,
  plan: JSON.parse(row.plan) as Rotation['plan'],
  createdAt: new Date(row.created_at),
  createdBy: row.created_by,
  activatedAt: row.activated_at === null ? null : new Date(row.activated_at),
  provinces: JSON.parse(row.provinces) as Rotation['provinces'],
  approvals: JSON.parse(row.approvals) as Rotation['approvals'],
});

export function rotationStore(database: Knex): RotationStore {
  /** Changes one JSON column under the row's lock. */
  const amend = (transaction: Knex, id: string, column: 'provinces' | 'approvals', name: string, value: string) =>
    transaction('rotations')
      .where({ id })
      .forUpdate()
      .first<RotationRow>()
      .then((row) => {
        const kept = JSON.parse(row[column]) as Record<string, string>;
        return transaction('rotations')
          .where({ id })
          .update({ [column]: JSON.stringify({ ...kept, [name]: value }) });
      });
  return {
    async add(rotation) {
      try {
        await database.transaction(async (transaction) => {
          await transaction('rotations').insert({
            id: rotation.id,
            state: rotation.state,
            plan: JSON.stringify(rotation.plan),
            created_at: rotation.createdAt.toISOString(),
            created_by: rotation.createdBy,
            provinces: '{}',
            approvals: '{}',
          });
          await transaction('rotation_slots').insert(
            rotation.plan.slots.map(({ slot }) => ({ rotation_id: rotation.id, slot })),
          );
        });
      } catch (error) {
        const code = (error as { code?: unknown }).code;
        if (code !== 'SQLITE_CONSTRAINT_PRIMARYKEY' && code !== '23505') throw error;
        throw keyServiceErrors.make('KEY_MOVED_MEANWHILE', { detail: 'a slot is in another rotation' });
      }
    },
    async find(id) {
      const row = await database('rotations').where({ id }).first<RotationRow | undefined>();
      return row === undefined ? null : rotationOf(row);
    },
    async list() {
      const rows = await database('rotations').orderBy('created_at', 'desc').select<RotationRow[]>();
      return rows.map(rotationOf);
    },
    turn: (id, from, to, activatedAt) =>
      database.transaction(async (transaction) => {
        const changed = await transaction('rotations')
          .where({ id, state: from })
          .update({ state: to, ...(activatedAt === undefined ? {} : { activated_at: activatedAt.toISOString() }) });
        if (changed === 1 && ENDED.includes(to))
          await transaction('rotation_slots').where({ rotation_id: id }).delete();
        return changed === 1;
      }),
    async rememberApproval(id, step, approval) {
      await database.transaction((transaction) => amend(transaction, id, 'approvals', step, approval));
    },
    async goAhead(rotation, province, at) {
      await database.transaction(async (transaction) => {
        await transaction('regional_versions')
          .insert(rotation.plan.slots.map(({ slot, to }) => ({ slot, province, version: to })))
          .onConflict(['slot', 'province'])
          .merge(['version']);
        await amend(transaction, rotation.id, 'provinces', province, at.toISOString());
      });
    },
    async allFollow(rotation) {
      const slots = rotation.plan.slots.map(({ slot }) => slot);
      await database('regional_versions').whereIn('slot', slots).delete();
    },
    async regional() {
      return database('regional_versions').select<{ slot: string; province: string; version: number }[]>(
        'slot',
        'province',
        'version',
      );
    },
    async addStep(id, { step, slot, at, actor, text, logIndex }) {
      await database('rotation_steps')
        .insert({
          ...{ rotation_id: id, step, slot: slot ?? '', at: at.toISOString(), actor, zh: text.zh, en: text.en },
          log_index: logIndex,
        })
        .onConflict(['rotation_id', 'step', 'slot'])
        .ignore();
    },
    async steps(id) {
      const rows: {
        step: string;
        slot: string;
        at: string;
        actor: string;
        zh: string;
        en: string;
        log_index: number | string | null;
      }[] = await database('rotation_steps').where({ rotation_id: id }).orderBy('id').select();
      return rows.map((row) => ({
        step: row.step,
        slot: row.slot === '' ? null : row.slot,
        at: new Date(row.at),
        actor: row.actor,
        text: { zh: row.zh, en: row.en },
        logIndex: row.log_index === null ? null : Number(row.log_index),
      }));
    },
    report: (reporter, { reportedAt, populations, seen }) =>
      database.transaction(async (transaction) => {
        for (const { kind, region, total } of populations) {
          await transaction('field_populations')
            .insert({ reporter, kind, region, total, reported_at: reportedAt })
            .onConflict(['reporter', 'kind', 'region'])
            .merge(['total', 'reported_at'])
            .where('field_populations.reported_at', '<=', reportedAt);
        }
        for (const { kind, region, slot, version, count } of seen) {
          await transaction('field_sightings')
            .insert({ reporter, kind, region, slot, version, seen: count, reported_at: reportedAt })
            .onConflict(['reporter', 'kind', 'region', 'slot', 'version'])
            .merge(['seen', 'reported_at'])
            .where('field_sightings.reported_at', '<=', reportedAt);
        }
        return populations.length + seen.length;
      }),
    async reports() {
      const populations = await database('field_populations').select();
      const sightings = await database('field_sightings').select();
      return {
        populations: populations.map((row) => ({
          ...row,
          total: Number(row.total),
          reportedAt: new Date(row.reported_at),
        })),
        sightings: sightings.map((row) => ({ ...row, count: Number(row.seen), reportedAt: new Date(row.reported_at) })),
      };
    },
  };
}
