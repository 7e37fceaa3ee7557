/**
 * Mailboxes on both engines: order and superseding, leases of desks, results told twice and late, lapses, first use; and a
 * change for many cards with its dry run, a second person and a crash in the middle.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ContactRequest, MailboxContent, MailboxResult } from '@rhc/reader-agent/contract';
import type { Issuer } from '../../src/app.ts';
import { cards, type Database } from '../../src/store/index.ts';
import { inUse, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, openOn, refusal } from '../store/both-engines.ts';

const phone = (value: string, expected: Record<string, string>[] = []): MailboxContent => ({
  kind: 'patch',
  patch: { phone1: value },
  expected,
});

describe.each(ENGINES)('mailbox on %s', (engine) => {
  let open: Awaited<ReturnType<typeof openOn>>;
  let database: Database;
  let issuer: Issuer;
  const clock = new TurnedClock();
  let sequence = engine === 'sqlite' ? 100 : 200;
  beforeAll(async () => {
    open = await openOn(engine);
    database = open.database;
    issuer = await issuerWith(database, clock);
  }, 120_000);
  afterAll(async () => {
    await issuer?.stop();
    await open?.close();
  });

  async function card() {
    sequence += 1;
    const id = await inUse(issuer, database, clock, sequence);
    const found = await cards.findCard(database, id);
    const { cardFactor, issueSerial } = found as NonNullable<typeof found>;
    return { id, cardFactor: cardFactor as string, issueSerial };
  }
  const contact = (of: { cardFactor: string; issueSerial: string }, more: Partial<ContactRequest> = {}) =>
    issuer.mailbox.contact({
      agentId: 'desk-1',
      cardFactor: of.cardFactor,
      issueSerial: of.issueSerial,
      mayWrite: true,
      inHand: [],
      results: [],
      ...more,
    });
  const result = (updateId: string, lease: number, more: Partial<MailboxResult> = {}): MailboxResult => ({
    updateId,
    lease,
    outcome: 'applied',
    code: null,
    retriable: false,
    at: '2026-11-24T01:00:00.000Z',
    ...more,
  });
  const states = async (cardId: string) =>
    (await issuer.mailbox.view(cardId)).updates.map(({ state }) => state).reverse();

  test('in order, each once; values are sealed and gone when it is settled; the copy follows the chip', async () => {
    const of = await card();
    const first = await issuer.mailbox.put({ cardId: of.id, content: phone('13900000001'), actor: 'clerk:a' }, 'k-1');
    const again = await issuer.mailbox.put({ cardId: of.id, content: phone('13900000001'), actor: 'clerk:a' }, 'k-1');
    expect(again.id).toBe(first.id);
    await issuer.mailbox.put({
      cardId: of.id,
      content: { kind: 'notice', notice: 'see-counter' },
      actor: 'clerk:a',
    });
    const stored = JSON.stringify(await database('mailbox_updates').where({ card_id: of.id }));
    expect(stored).not.toContain('13900000001');

    const given = await contact(of);
    expect(given).toMatchObject({ known: true, mailboxVersion: 2 });
    expect(given.updates.map(({ content }) => content.kind)).toEqual(['patch', 'notice']);
    const [patched, noticed] = given.updates;
    const told = [result(patched?.id as string, 1), result(noticed?.id as string, 1)];
    expect(await issuer.mailbox.results('desk-1', told)).toEqual([
      { updateId: patched?.id, state: 'applied' },
      { updateId: noticed?.id, state: 'applied' },
    ]);
    const eventsBefore = await database('events').count({ n: '*' });
    expect((await issuer.mailbox.results('desk-1', told)).map(({ state }) => state)).toEqual(['applied', 'applied']);
    expect(await database('events').count({ n: '*' })).toEqual(eventsBefore);
    expect(await database('mailbox_updates').where({ card_id: of.id }).whereNotNull('content')).toEqual([]);
    expect((await cards.findCardData(database, of.id))?.elements.phone1).toBe('13900000001');
    expect((await contact(of)).updates).toEqual([]);
  });

  test('a later update of the same element takes the place of the earlier one and bears with both contents', async () => {
    const of = await card();
    await issuer.mailbox.put({ cardId: of.id, content: phone('1', [{ phone1: '' }]), actor: 'clerk:a' });
    const later = await issuer.mailbox.put({ cardId: of.id, content: phone('2', [{ phone1: '1' }]), actor: 'clerk:a' });
    expect(await states(of.id)).toEqual(['superseded', 'waiting']);
    const { updates } = await contact(of);
    expect(updates.map(({ id }) => id)).toEqual([later.id]);
    const content = updates[0]?.content;
    expect(content?.kind === 'patch' && content.expected).toEqual([{ phone1: '1' }, { phone1: '' }]);
  });

  test('what a desk has in hand is not superseded under it, comes again at another desk, and old words do not count', async () => {
    const of = await card();
    const update = await issuer.mailbox.put({ cardId: of.id, content: phone('1'), actor: 'clerk:a' });
    expect((await contact(of)).updates).toMatchObject([{ id: update.id, lease: 1 }]);
    // The network was cut: the same desk says that it still works on it.
    expect((await contact(of, { inHand: [update.id] })).updates).toEqual([]);
    expect((await contact(of, { agentId: 'desk-2' })).updates).toMatchObject([{ id: update.id, lease: 2 }]);
    const late = result(update.id, 1, { outcome: 'not applied', retriable: false });
    expect(await issuer.mailbox.results('desk-1', [late])).toEqual([{ updateId: update.id, state: 'leased' }]);
    await issuer.mailbox.put({ cardId: of.id, content: phone('2'), actor: 'clerk:a' });
    expect(await states(of.id)).toEqual(['leased', 'waiting']);
    // Results come with the next contact, before anything is delivered.
    const pulled = result(update.id, 2, { outcome: 'not applied', retriable: true, code: 'CARD_REMOVED' });
    const next = await contact(of, { agentId: 'desk-2', results: [pulled] });
    expect(next.updates.map(({ content }) => content)).toMatchObject([{ patch: { phone1: '2' } }]);
    expect(await states(of.id)).toEqual(['superseded', 'leased']);
  });

  test('two desks at one moment: each lease is one, none is lost', async () => {
    const of = await card();
    const update = await issuer.mailbox.put({ cardId: of.id, content: phone('1'), actor: 'clerk:a' });
    const both = await Promise.all(['desk-1', 'desk-2'].map((agentId) => contact(of, { agentId })));
    expect(both.flatMap(({ updates }) => updates.map(({ lease }) => lease)).sort()).toEqual([1, 2]);
    await Promise.all(
      both.map(({ updates }) => issuer.mailbox.results('desk', [result(update.id, updates[0]?.lease as number)])),
    );
    expect(await states(of.id)).toEqual(['applied']);
  });

  test('silence becomes unknown, unknown is delivered again, too late lapses with its values', async () => {
    const of = await card();
    const lapsesAt = new Date(clock.nowMs() + 48 * 3_600_000).toISOString();
    await issuer.mailbox.put({ cardId: of.id, content: phone('1'), actor: 'clerk:a', lapsesAt });
    await contact(of);
    clock.turnHours(1);
    await issuer.mailbox.tick();
    expect(await states(of.id)).toEqual(['unknown']);
    expect((await contact(of)).updates).toMatchObject([{ lease: 2 }]);
    clock.turnHours(72);
    await issuer.mailbox.tick();
    await issuer.mailbox.tick();
    expect(await states(of.id)).toEqual(['lapsed']);
    expect((await contact(of)).updates).toEqual([]);
  });

  test('listed, expired here, strange: nothing that writes is given out', async () => {
    const of = await card();
    await issuer.mailbox.put({ cardId: of.id, content: phone('1'), actor: 'clerk:a' });
    await issuer.mailbox.put({ cardId: of.id, content: { kind: 'notice', notice: 'renewal-due' }, actor: 'clerk:a' });
    const unserved = await contact(of, { mayWrite: false });
    expect(unserved.updates.map(({ content }) => content.kind)).toEqual(['notice']);
    expect(await contact({ ...of, issueSerial: '9999999999' })).toMatchObject({ known: false, updates: [] });
    expect(await contact({ cardFactor: '00'.repeat(8), issueSerial: of.issueSerial })).toMatchObject({ known: false });
    await issuer.service.lifeCycle.move(of.id, { move: 'suspend', reason: 'loss-by-phone', actor: 'clerk:a' }, null);
    expect(await contact(of)).toMatchObject({ known: true, updates: [], notices: ['card-listed'] });
    expect(await refusal(issuer.mailbox.put({ cardId: 'none', content: phone('1'), actor: 'clerk:a' }))).toMatchObject({
      code: 'CARD_UNKNOWN',
    });
  });

  test('the first contact after the hand-over is the first use, once', async () => {
    const of = await card();
    const uses = () => database('card_first_uses').where({ card_id: of.id });
    expect(await uses()).toEqual([]);
    await contact(of);
    const [first] = await uses();
    clock.turnHours(1);
    await contact(of, { agentId: 'desk-2' });
    expect(await uses()).toEqual([first]);
    const counted = await database('steering_counts')
      .where({ stage: 'first-used', area_code: '130102' })
      .sum({ n: 'passed' });
    expect(Number(counted[0]?.n)).toBeGreaterThan(0);
  });

  test('a withdrawn update is not given out; one that a desk has cannot be withdrawn', async () => {
    const of = await card();
    const one = await issuer.mailbox.put({ cardId: of.id, content: phone('1'), actor: 'clerk:a' });
    await issuer.mailbox.withdraw(one.id);
    expect((await contact(of)).updates).toEqual([]);
    const two = await issuer.mailbox.put({ cardId: of.id, content: phone('2'), actor: 'clerk:a' });
    await contact(of);
    expect(await refusal(issuer.mailbox.withdraw(two.id))).toMatchObject({ code: 'MAILBOX_STATE_FORBIDS' });
  });

  test('a re-key: commands only for the desk that has it, and only for its slots', async () => {
    const of = await card();
    const slots = [{ slot: 'RK1.DDF1', version: 2 }];
    const { id } = await issuer.mailbox.put({
      cardId: of.id,
      content: { kind: 'rekey', slots, retireOlder: false },
      actor: 'clerk:a',
    });
    const request = {
      factorHex: of.cardFactor,
      cardFactor: new Uint8Array(8),
      challenge: new Uint8Array(8),
      masterKeyVersion: 1,
      writes: [{ slot: 'RK1.DDF1' as const, version: 2 }],
      retirements: [],
    };
    const ask = (desk: { agentId: string; lease: number }, more: object = {}) =>
      refusal(issuer.mailbox.rekeyChannel(id, desk, { ...request, ...more }));
    expect(await ask({ agentId: 'desk-1', lease: 1 })).toMatchObject({ code: 'MAILBOX_STATE_FORBIDS' });
    await contact(of);
    expect(await ask({ agentId: 'desk-2', lease: 1 })).toMatchObject({ code: 'MAILBOX_STATE_FORBIDS' });
    const mine = { agentId: 'desk-1', lease: 1 };
    expect(await ask(mine, { factorHex: '00'.repeat(8) })).toMatchObject({ code: 'MAILBOX_STATE_FORBIDS' });
    expect(await ask(mine, { writes: [{ slot: 'UK1.DF01', version: 2 }] })).toMatchObject({
      code: 'MAILBOX_STATE_FORBIDS',
    });
    expect(await ask(mine, { retirements: [{ slot: 'RK1.DDF1', version: 1 }] })).toMatchObject({
      code: 'MAILBOX_STATE_FORBIDS',
    });
    // Everything is right, but this issuer has no key-service.
    expect(await ask(mine)).toMatchObject({ code: 'REKEY_UNAVAILABLE' });
  });

  test('many cards: counted, begun by a second person, stopped in the middle and ended by another node, one update each', async () => {
    const chosen = [];
    for (let i = 0; i < 12; i++) chosen.push(await card());
    const [needless] = chosen;
    const held = await cards.findCardData(database, needless?.id as string);
    // The register says nothing of a phone; eleven cards hold one.
    for (const { id } of chosen.slice(1)) {
      if (held !== null)
        await cards.saveCardData(database, id, { ...held, elements: { ...held.elements, phone1: '13900000000' } });
    }
    const cardIds = chosen.map(({ id }) => id);
    const made = await issuer.mailboxChanges.create(
      {
        name: '电话以登记为准',
        content: { kind: 'register', elements: ['phone1'] },
        selection: { cardIds },
        actor: 'manager:a',
      },
      'change-1',
    );
    await issuer.mailboxChanges.settled();
    expect(await issuer.mailboxChanges.view(made.id)).toMatchObject({
      state: 'ready',
      looked: 12,
      made: 11,
      needless: 1,
      refused: 0,
      updates: {},
    });
    expect(await refusal(issuer.mailboxChanges.start(made.id, 'manager:a'))).toMatchObject({
      code: 'SECOND_PERSON_MISSING',
    });
    expect(
      await refusal(database('mailbox_changes').where({ id: made.id }).update({ started_by: 'manager:a' })),
    ).not.toBeNull();
    await issuer.mailboxChanges.start(made.id, 'reviewer:b');
    // Another node at the same time: pieces are passed by or waited for, never done twice.
    const other = await issuerWith(database, clock);
    await Promise.all([issuer.mailboxChanges.settled(), other.mailboxChanges.settled()]);
    other.mailboxChanges.look();
    await other.mailboxChanges.settled();
    await other.stop();
    expect(await issuer.mailboxChanges.view(made.id)).toMatchObject({
      state: 'done',
      total: 12,
      looked: 12,
      made: 11,
      updates: { waiting: 11 },
    });
    const given = await contact(chosen[1] as never);
    expect(given.updates.map(({ content }) => content)).toEqual([
      { kind: 'patch', patch: { phone1: null }, expected: [{ phone1: '13900000000' }] },
    ]);
    await issuer.mailboxChanges.cancel(made.id);
    expect((await issuer.mailboxChanges.view(made.id)).updates).toEqual({ leased: 1, withdrawn: 10 });
  });
});
