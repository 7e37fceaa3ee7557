/** SAMs, orders, their moves and dialogues over Knex. The sealed PIN is here until its mailer is printed; no PIN ever is. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { Knex } from 'knex';
import type { Sam, SamMove, SamOrder, SamState } from '../contract/sams.ts';
import { NO_PROGRESS, type SamDialogue, type SamMoveName, type SamStore } from '../domain/sam-store.ts';
import { keyServiceErrors } from '../errors.ts';

interface SamRow {
  sam_serial: string;
  terminal_number: string;
  order_id: string;
  province_code: string;
  institution: string;
  state: SamState;
  suite: Sam['suite'];
  sam_factor: string | null;
  versions: string;
  sealed_pin: string | null;
  pin_printed: number | boolean;
  ordered_at: string;
  issued_at: string | null;
  last_contact: string | null;
}

/** From where each move leads, and to what. */
const MOVES: Readonly<Record<SamMoveName, { readonly from: readonly SamState[]; readonly to: SamState | null }>> = {
  ordered: { from: [], to: 'ordered' },
  'first-issued': { from: ['ordered', 'first-issued'], to: 'first-issued' },
  issued: { from: ['first-issued', 'issued'], to: 'issued' },
  'pin-mailer-printed': { from: ['issued', 'delivered'], to: null },
  delivered: { from: ['issued', 'returned'], to: 'delivered' },
  returned: { from: ['delivered'], to: 'returned' },
  revoked: { from: ['ordered', 'first-issued', 'issued', 'delivered', 'returned'], to: 'revoked' },
};

const samOf = (row: SamRow): Sam => ({
  samSerial: row.sam_serial,
  terminalNumber: row.terminal_number,
  orderId: row.order_id,
  provinceCode: row.province_code,
  institution: row.institution,
  state: row.state,
  suite: row.suite,
  samFactor: row.sam_factor,
  versions: JSON.parse(row.versions) as Sam['versions'],
  pinMailer: row.sealed_pin !== null ? 'sealed' : row.pin_printed ? 'printed' : 'none',
  orderedAt: row.ordered_at,
  issuedAt: row.issued_at,
  lastContact: row.last_contact,
});

const isPostgres = (database: Knex): boolean => database.client.config.client === 'pg';

const isUniqueFault = (error: unknown): boolean => {
  const code = (error as { code?: unknown }).code;
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
};

export function samStore(database: Knex): SamStore {
  const sams = (on: Knex = database) => on<SamRow>('sams');
  const addMove = (on: Knex, samSerial: string, what: SamMoveName, by: { actor: string; note: string; at: Date }) =>
    on('sam_moves').insert({ sam_serial: samSerial, at: by.at.toISOString(), what, actor: by.actor, note: by.note });
  return {
    async addOrder(order, samsAfter) {
      try {
        await database.transaction(async (transaction) => {
          // Other nodes' orders wait from here on. In SQLite the insertion that follows makes them wait.
          if (isPostgres(database)) await transaction.raw('LOCK TABLE sam_orders IN SHARE ROW EXCLUSIVE MODE');
          await transaction('sam_orders').insert({
            order_id: order.orderId,
            institution: order.institution,
            province_code: order.provinceCode,
            ordered_at: order.orderedAt,
            ordered_by: order.orderedBy,
            total: order.total,
          });
          const row = (await sams(transaction).max({ last: 'sam_serial' }).first()) as { last?: string | null };
          const list = samsAfter(row.last ?? null);
          const rows = list.map((sam) => ({
            sam_serial: sam.samSerial,
            terminal_number: sam.terminalNumber,
            order_id: sam.orderId,
            province_code: sam.provinceCode,
            institution: sam.institution,
            state: sam.state,
            suite: sam.suite,
            versions: '[]',
            pin_printed: false,
            ordered_at: sam.orderedAt,
          }));
          await transaction.batchInsert('sams', rows, 50);
          const at = order.orderedAt;
          const moves = list.map((sam) => ({
            sam_serial: sam.samSerial,
            at,
            what: 'ordered',
            actor: order.orderedBy,
            note: '',
          }));
          await transaction.batchInsert('sam_moves', moves, 50);
        });
      } catch (error) {
        if (isUniqueFault(error)) throw keyServiceErrors.make('SAM_TERMINAL_TAKEN', { cause: error });
        throw error;
      }
    },
    async orders() {
      const rows: {
        order_id: string;
        institution: string;
        province_code: string;
        ordered_at: string;
        ordered_by: string;
        total: number;
      }[] = await database('sam_orders').orderBy('ordered_at', 'desc').select();
      const counts: { order_id: string; state: SamState; count: number | string }[] = await database('sams')
        .groupBy('order_id', 'state')
        .select('order_id', 'state')
        .count({ count: '*' });
      return rows.map((row): SamOrder => {
        const progress: Record<SamState, number> = { ...NO_PROGRESS };
        for (const each of counts) if (each.order_id === row.order_id) progress[each.state] = Number(each.count);
        return {
          orderId: row.order_id,
          institution: row.institution,
          provinceCode: row.province_code,
          orderedAt: row.ordered_at,
          orderedBy: row.ordered_by,
          total: row.total,
          progress,
        };
      });
    },
    async find(samSerial) {
      const row = await sams().where({ sam_serial: samSerial }).first();
      return row === undefined ? null : samOf(row);
    },
    async list({ state, orderId, pinMailer, search, after, limit }) {
      const query = () => {
        const rows = sams();
        if (state !== undefined) void rows.where({ state });
        if (orderId !== undefined) void rows.where({ order_id: orderId });
        if (pinMailer === 'sealed')
          void rows.whereNotNull('sealed_pin').whereIn('state', [...MOVES['pin-mailer-printed'].from]);
        else if (pinMailer !== undefined)
          void rows.whereNull('sealed_pin').where({ pin_printed: pinMailer === 'printed' });
        if (search !== undefined) {
          const like = `%${search.replaceAll(/[%_]/g, '')}%`;
          void rows.where((either) => {
            void either
              .whereLike('institution', like)
              .orWhereLike('terminal_number', like)
              .orWhereLike('sam_serial', like);
          });
        }
        return rows;
      };
      const page = query()
        .orderBy('sam_serial')
        .limit(limit + 1);
      if (after !== undefined) void page.where('sam_serial', '>', after);
      const rows = (await page.select()) as SamRow[];
      const [count] = (await query().count({ count: '*' })) as unknown as { count: number | string }[];
      const shown = rows.slice(0, limit);
      const next = rows.length > limit ? (shown.at(-1)?.sam_serial ?? null) : null;
      return { sams: shown.map(samOf), next, total: Number(count?.count ?? 0) };
    },
    async moves(samSerial) {
      const rows: SamMove[] = await database('sam_moves')
        .where({ sam_serial: samSerial })
        .orderBy('id')
        .select('at', 'what', 'actor', 'note');
      return rows;
    },
    async claim(orderId, samFactor, _at) {
      const mine = await sams().where({ sam_factor: samFactor, order_id: orderId }).first();
      if (mine !== undefined) return samOf(mine);
      // Two readers may reach for the same SAM at once: the update that finds it still free wins, the other tries the next.
      for (let attempt = 0; attempt < 100; attempt++) {
        const next = await sams()
          .where({ order_id: orderId, state: 'ordered' })
          .whereNull('sam_factor')
          .orderBy('sam_serial')
          .first();
        if (next === undefined) return null;
        try {
          const taken = await sams()
            .where({ sam_serial: next.sam_serial })
            .whereNull('sam_factor')
            .update({ sam_factor: samFactor });
          if (taken === 1) return samOf({ ...next, sam_factor: samFactor });
        } catch (error) {
          if (isUniqueFault(error)) throw keyServiceErrors.make('SAM_CHIP_TAKEN', { detail: samFactor, cause: error });
          throw error;
        }
      }
      return null;
    },
    async move(samSerial, what, by) {
      const { from, to } = MOVES[what];
      await database.transaction(async (transaction) => {
        const row = await sams(transaction).where({ sam_serial: samSerial }).first();
        if (row === undefined) throw keyServiceErrors.make('SAM_UNKNOWN', { detail: samSerial });
        if (!from.includes(row.state))
          throw keyServiceErrors.make('SAM_MOVE_REFUSED', { detail: `${row.state} → ${what}` });
        if (row.state === to) return;
        const changed = await sams(transaction)
          .where({ sam_serial: samSerial, state: row.state })
          .update({
            ...(to === null ? {} : { state: to }),
            ...(what === 'issued' ? { issued_at: by.at.toISOString() } : {}),
          });
        if (changed !== 1) throw keyServiceErrors.make('SAM_MOVE_REFUSED', { detail: 'changed meanwhile' });
        await addMove(transaction, samSerial, what, by);
      });
    },
    async keepPin(samSerial, sealed, versions) {
      await sams()
        .where({ sam_serial: samSerial })
        .update({ sealed_pin: bytesToHex(sealed), pin_printed: false, versions: JSON.stringify(versions) });
    },
    async sealedPin(samSerial) {
      const row = await sams().where({ sam_serial: samSerial }).first();
      if (row === undefined) throw keyServiceErrors.make('SAM_UNKNOWN', { detail: samSerial });
      if (!MOVES['pin-mailer-printed'].from.includes(row.state))
        throw keyServiceErrors.make('SAM_MOVE_REFUSED', { detail: row.state });
      if (row.sealed_pin === null) throw keyServiceErrors.make('SAM_PIN_PRINTED', { detail: samSerial });
      return hexToBytes(row.sealed_pin);
    },
    forgetPins: (pins, by) =>
      database.transaction(async (transaction) => {
        for (const { samSerial, sealed } of pins) {
          const taken = await sams(transaction)
            .where({ sam_serial: samSerial, sealed_pin: bytesToHex(sealed) })
            .whereIn('state', [...MOVES['pin-mailer-printed'].from])
            .update({ sealed_pin: null, pin_printed: true });
          if (taken !== 1) throw keyServiceErrors.make('SAM_PIN_PRINTED', { detail: samSerial });
          await addMove(transaction, samSerial, 'pin-mailer-printed', { ...by, note: '' });
        }
      }),
    async dialogue(id) {
      const row: { id: string; order_id: string; sam_serial: string | null; state: string } | undefined =
        await database('sam_dialogues').where({ id }).first();
      if (row === undefined) return null;
      return {
        id: row.id,
        orderId: row.order_id,
        samSerial: row.sam_serial,
        state: JSON.parse(row.state) as SamDialogue['state'],
      };
    },
    async keepDialogue({ id, orderId, samSerial, state }, at) {
      const row = { id, order_id: orderId, sam_serial: samSerial, state: JSON.stringify(state), at: at.toISOString() };
      await database('sam_dialogues').insert(row).onConflict('id').merge();
    },
    async contact(samSerial, versions, at) {
      const changed = await sams()
        .where({ sam_serial: samSerial })
        .update({ versions: JSON.stringify(versions), last_contact: at.toISOString() });
      if (changed !== 1) throw keyServiceErrors.make('SAM_UNKNOWN', { detail: samSerial });
    },
  };
}
