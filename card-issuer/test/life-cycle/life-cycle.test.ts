/** Loss, lapse, replacement, cancellation, return, destruction, expiry; on both engines, with the clock as argument. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Issuer } from '../../src/app.ts';
import { CARD_STATES } from '../../src/domain/card-state.ts';
import { cards, type Database, isUniqueViolation } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { ENGINES, openOn, refusal } from '../store/both-engines.ts';
import { inUse, issuerWith, personalized, TurnedClock } from './in-use.ts';

const refused = (code: string) => expect.objectContaining({ code });

describe.each(ENGINES)('life cycle on %s', (engine) => {
  let database: Database;
  let close: () => Promise<void>;
  let issuer: Issuer;
  const clock = new TurnedClock();
  const state = async (id: string) => (await issuer.service.card(id)).state;
  const move = (id: string, name: string, reason: string, witness?: string) =>
    issuer.service.lifeCycle.move(id, { move: name, reason, actor: '李', witness } as never, null);
  beforeAll(async () => {
    ({ database, close } = await openOn(engine));
    issuer = await issuerWith(database, clock);
  }, 60_000);
  afterAll(async () => {
    await issuer.stop();
    await close();
  });

  test('loss by phone holds for its hours, gives a receipt once, and lapses', async () => {
    const id = await inUse(issuer, database, clock, 1);
    const ask = () =>
      issuer.service.lifeCycle.move(id, { move: 'suspend', reason: 'loss-by-phone', actor: '李' }, 'key-1');
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect(first).toMatchObject({ operation: 'suspend', feeFen: 0, validUntil: '2026-11-26T01:00:00.000Z' });
    clock.turnHours(47);
    expect(await issuer.service.lifeCycle.tick()).toEqual({ lapsed: 0, expired: 0 });
    expect(await state(id)).toBe('suspended');
    clock.turnHours(1);
    expect(await issuer.service.lifeCycle.tick()).toEqual({ lapsed: 1, expired: 0 });
    expect(await issuer.service.card(id)).toMatchObject({ state: 'active', suspendedUntil: null });
    const { moves, receipts } = await issuer.service.lifeCycle.history(id);
    expect(moves.map((entry) => [entry.move, entry.actor, entry.reason])).toEqual([
      ['bind-chip', 'system', null],
      ['verified', 'system', null],
      ['hand-over', 'operator', null],
      ['suspend', '李', 'loss-by-phone'],
      ['lapse', 'system', null],
    ]);
    expect(receipts).toHaveLength(1);
    const stored = await database('events').where({ card_id: id, type: 'card-moved' });
    expect(stored).toHaveLength(moves.length);
    expect(JSON.stringify(stored)).not.toContain('李');
  });

  test('a lost card is replaced: fee, medical data, one card in use at the end', async () => {
    const old = await inUse(issuer, database, clock, 2);
    const { residentId } = await issuer.service.card(old);
    expect(await refusal(move(old, 'report-lost', 'holder-request'))).toEqual(refused('REASON_WRONG'));
    await move(old, 'report-lost', 'lost');
    expect(await refusal(issuer.service.orderCard(residentId))).toEqual(refused('CARD_TO_REPLACE'));
    const made = await issuer.service.lifeCycle.replace(old, { actor: '李', reason: 'lost' }, 'replace-1');
    expect(made.receipt).toMatchObject({ feeFen: 2000, operation: 'replace' });
    expect(await issuer.service.lifeCycle.replace(old, { actor: '李', reason: 'lost' }, 'replace-1')).toEqual(made);
    expect(await refusal(issuer.service.lifeCycle.replace(old, { actor: '李', reason: 'lost' }, null))).toEqual(
      refused('CARD_HAS_SUCCESSOR'),
    );
    // Found again after the successor was ordered: one card a resident.
    expect(await refusal(move(old, 'found', 'found-by-holder'))).toEqual(refused('RESIDENT_HAS_CARD'));
    expect(await state(old)).toBe('lost');
    const copy = await cards.findMedicalCopy(database, made.cardId);
    expect(copy).toMatchObject({ cardId: old, allergies: [{ substance: '青霉素', reaction: '皮疹' }] });
    expect(Object.keys(copy?.elements ?? {})).toHaveLength(16);
    expect(copy?.elements.asthma).toBe(true);
    await personalized(database, made.cardId, clock);
    await issuer.service.activate(made.cardId);
    expect([await state(old), await state(made.cardId)]).toEqual(['cancelled', 'active']);
    expect(await issuer.service.card(old)).toMatchObject({ successor: made.cardId });
    expect((await issuer.residents.list({ offset: 0, limit: 50 })).residents).toContainEqual(
      expect.objectContaining({ id: residentId, cardId: made.cardId, cardState: 'active' }),
    );
  });

  test('a renewal leaves the old card in use until the new one is handed over; it may be given up', async () => {
    const old = await inUse(issuer, database, clock, 3);
    const first = await issuer.service.lifeCycle.replace(old, { actor: '李', reason: 'renewal' }, null);
    expect(first.receipt.feeFen).toBe(0);
    expect([await state(old), await state(first.cardId)]).toEqual(['replacing', 'ordered']);
    await move(old, 'keep', 'replacement-given-up');
    expect([await state(old), await state(first.cardId)]).toEqual(['active', 'spoiled']);
    const second = await issuer.service.lifeCycle.replace(old, { actor: '李', reason: 'renewal' }, null);
    await personalized(database, second.cardId, clock);
    expect(await refusal(move(old, 'keep', 'replacement-given-up'))).toEqual(refused('CARD_HAS_SUCCESSOR'));
    // Even past the program: two usable cards of one resident are refused by the database.
    const forced = database('cards').where({ id: second.cardId }).update({ state: 'active' });
    expect(isUniqueViolation(await refusal(forced))).toBe(true);
    await issuer.service.activate(second.cardId);
    expect([await state(old), await state(second.cardId)]).toEqual(['cancelled', 'active']);
  });

  test('cancelled, taken back, destroyed by two different people', async () => {
    const id = await inUse(issuer, database, clock, 4);
    await move(id, 'cancel', 'moved-away');
    await move(id, 'take-back', 'handed-in');
    for (const witness of [undefined, '李', ' 李 ']) {
      expect(await refusal(move(id, 'destroy', 'routine-destruction', witness))).toEqual(
        refused('SECOND_PERSON_MISSING'),
      );
    }
    const signed = { actor: '李', witness: '李', at: '2026-11-24' };
    expect(
      await refusal(database.transaction((t) => cards.moveCard(t, { id, state: 'returned' }, 'destroy', signed))),
    ).not.toBeNull();
    await move(id, 'destroy', 'routine-destruction', '王');
    expect(await state(id)).toBe('destroyed');
    expect((await issuer.service.card(id)).moves).toEqual([]);
  });

  test('the database holds that nobody orders the card whose enrolment they reviewed', async () => {
    const id = await inUse(issuer, database, clock, 7);
    const people = (orderedBy: string, reviewedBy: string | null) =>
      refusal(database('cards').where({ id }).update({ ordered_by: orderedBy, reviewed_by: reviewedBy }));
    expect(await people('clerk:li', 'reviewer:wang')).toBeNull();
    expect(await issuer.service.card(id)).toMatchObject({ orderedBy: 'clerk:li', reviewedBy: 'reviewer:wang' });
    expect(await people('clerk:li', 'clerk:li')).not.toBeNull();
    expect(await people('clerk:li', null)).toBeNull();
  });

  test('a suspended card that is out of date expires and does not lapse into use', async () => {
    const id = await inUse(issuer, database, clock, 5);
    await move(id, 'suspend', 'loss-by-phone');
    await database('cards').where({ id }).update({ expiry_date: '2026-11-25' });
    clock.turnHours(72);
    expect(await issuer.service.lifeCycle.tick()).toEqual({ lapsed: 0, expired: 1 });
    expect(await state(id)).toBe('expired');
  });

  test('the database knows exactly the states of the table; migrations go down and up again', async () => {
    const id = await inUse(issuer, database, clock, 6);
    for (const name of CARD_STATES) {
      const until = name === 'suspended' ? '2026-12-01' : null;
      const set = database('cards').where({ id }).update({ state: name, suspended_until: until });
      expect([name, await refusal(set)]).toEqual([name, null]);
    }
    expect(await refusal(database('cards').where({ id }).update({ state: 'suspended' }))).not.toBeNull();
    const down = (name = '002-life-cycle') =>
      database.migrate.down({ name, migrationSource: MIGRATIONS, tableName: 'schema_migrations' });
    // What was built on cards later stands aside first, as it would when steps are taken back in their order.
    expect(await refusal(down('023-card-people'))).not.toBeNull();
    await database('cards').update({ ordered_by: null });
    for (const later of ['023-card-people', '011-bulk', '010-steering']) await down(later);
    const before = await database('cards').where({ id }).first();
    if (before === undefined) throw new Error('no card');
    expect(await refusal(down())).not.toBeNull();
    await database('receipts').delete();
    await database('card_moves').delete();
    await database('cards').whereNot({ id }).update({ replaces: null });
    await database('cards').whereNot({ id }).delete();
    await database('cards').where({ id }).update({ state: 'active' });
    await database('jobs').insert({ id: 'j', card_id: id, state: 'done', updated_at: 'x' });
    await down();
    expect(await refusal(database('cards').where({ id }).update({ state: 'lost' }))).not.toBeNull();
    await database.migrate.latest({ migrationSource: MIGRATIONS, tableName: 'schema_migrations' });
    expect(await database('cards').where({ id }).first()).toEqual({
      ...before,
      ...{ state: 'active', ordered_by: null, reviewed_by: null },
    });
    expect(await database('jobs').where({ card_id: id }).first()).toMatchObject({ id: 'j' });
    expect(
      await refusal(database('jobs').insert({ id: 'k', card_id: 'none', state: 'done', updated_at: 'x' })),
    ).not.toBeNull();
  });
});
