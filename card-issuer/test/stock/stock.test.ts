/** Blanks from the supplier's list to the shift's end, on both engines; the law of conservation is the database's own. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Issuer } from '../../src/app.ts';
import { cards, type Database, stock } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { enrolled, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, openOn, refusal } from '../store/both-engines.ts';

const refused = (code: string) => expect.objectContaining({ code });
const factor = (n: number) => (0x5201_0000_0000 + n).toString(16).padStart(16, '0').toUpperCase();
const list = (box: string, from: number, to: number) =>
  new TextEncoder().encode(
    ['箱号,芯片序列号', ...Array.from({ length: to - from }, (_, i) => `${box},${factor(from + i)}`)].join('\n'),
  );
const COUNTS = ['received', 'stock', 'inWork', 'issued', 'spoiled', 'returned'] as const;

describe.each(ENGINES)('stock on %s', (engine) => {
  let database: Database;
  let close: () => Promise<void>;
  let issuer: Issuer;
  let depot: string;
  let counter: string;
  const clock = new TurnedClock();
  const ledger = async (id: string) => {
    const place = (await issuer.stock.locations()).find((entry) => entry.id === id);
    return place === undefined ? null : COUNTS.map((name) => place.ledger[name]);
  };
  const signed = { actor: '赵', at: '2026-11-24T01:00:00.000Z' };
  /** A card that is bound to the chip and passed its read-back, as the job runner does it. */
  const made = async (sequence: number, cardFactor: string) => {
    const { id } = await issuer.service.orderCard(await enrolled(issuer, sequence));
    await database.transaction(async (transaction) => {
      await issuer.stock.follow(transaction, cardFactor, 'take', signed);
      const bound = { card_factor: cardFactor, card_data: '{}', issue_date: '2026-11-24' };
      await cards.moveCard(transaction, { id, state: 'ordered' }, 'bind-chip', signed, bound);
      await cards.moveCard(transaction, { id, state: 'personalizing' }, 'verified', signed);
    });
    return id;
  };
  /** The bureau's boxes stand on the stock's transfers, so they step back first. */
  const down = async () => {
    for (const name of ['017-bureau', '003-stock'])
      await database.migrate.down({ name, migrationSource: MIGRATIONS, tableName: 'schema_migrations' });
  };
  beforeAll(async () => {
    ({ database, close } = await openOn(engine));
    await down();
    expect(await database.schema.hasTable('stock_units')).toBe(false);
    issuer = await issuerWith(database, clock, { listedBlanksOnly: true });
    depot = (await issuer.stock.addLocation('省库', null)).id;
    counter = (await issuer.stock.addLocation('长安窗口', null)).id;
  }, 60_000);
  afterAll(async () => {
    await issuer.stop();
    await close();
  });

  test('a list is received once; every faulty row has its reason', async () => {
    const delivery = { locationId: depot, supplier: '卡商甲', actor: '赵' };
    const first = await issuer.stock.receive(list('B1', 0, 2500), delivery, 'd1');
    expect(first).toMatchObject({ rows: 2500, taken: 2500, refused: [] });
    expect(await issuer.stock.receive(list('B1', 0, 2500), delivery, 'd1')).toEqual(first);
    const csv = `箱号,芯片序列号\nB2,${factor(0)}\nB2,${factor(9000)}\nB2,${factor(9000)}\nB 2,xyz\n`;
    const mixed = await issuer.stock.receive(new TextEncoder().encode(csv), delivery, null);
    expect(mixed.taken).toBe(1);
    expect(mixed.refused.map(({ row, faults }) => [row, faults.map((fault) => fault.field)])).toEqual([
      [1, ['芯片序列号']],
      [3, ['芯片序列号']],
      [4, ['箱号', '芯片序列号']],
    ]);
    await expect(issuer.stock.receive(new TextEncoder().encode('a,b\n1,2\n'), delivery, null)).rejects.toMatchObject({
      code: 'STOCK_LIST_UNREADABLE',
    });
    expect(await ledger(depot)).toEqual([2501, 2501, 0, 0, 0, 0]);
  });

  test('a transfer changes the books with the second, different signature only', async () => {
    const offer = { fromLocation: depot, toLocation: counter, boxes: ['B1'], giver: '赵' };
    const transfer = await issuer.stock.offer(offer, null);
    expect(transfer.quantity).toBe(2500);
    expect(await ledger(depot)).toEqual([2501, 2501, 0, 0, 0, 0]);
    // Promised: neither offered twice nor used meanwhile.
    expect(await refusal(issuer.stock.offer(offer, null))).toEqual(refused('BLANK_NOT_IN_STOCK'));
    expect(await refusal(issuer.stock.requireUsable(database, factor(0)))).toEqual(refused('BLANK_NOT_IN_STOCK'));
    expect(await refusal(issuer.stock.take(transfer.id, '赵', null))).toEqual(refused('SECOND_PERSON_MISSING'));
    const forced = database('stock_transfers').where({ id: transfer.id }).update({ state: 'taken', taker: '赵' });
    expect(await refusal(forced)).not.toBeNull();
    await issuer.stock.take(transfer.id, '钱', null);
    expect(await refusal(issuer.stock.take(transfer.id, '钱', null))).toEqual(refused('TRANSFER_UNKNOWN'));
    expect([await ledger(depot), await ledger(counter)]).toEqual([
      [2501, 1, 0, 0, 0, 2500],
      [2500, 2500, 0, 0, 0, 0],
    ]);
    const back = await issuer.stock.offer({ ...offer, boxes: ['B2'] }, null);
    await issuer.stock.withdraw(back.id, null);
    expect(await ledger(depot)).toEqual([2501, 1, 0, 0, 0, 2500]);
  });

  test('a shift: made, issued, spoiled cards; it opens and closes at difference 0 only', async () => {
    const open = (count: number) =>
      issuer.stock.openShift({ locationId: counter, actor: '钱', counted: { stock: count, inWork: 0 } }, null);
    expect(await refusal(open(2499))).toEqual(
      expect.objectContaining({
        code: 'STOCK_COUNT_DIFFERS',
        fields: [{ field: 'stock', rule: expect.objectContaining({ zh: '账面 2500，清点 2499，差 -1' }) }],
      }),
    );
    const shift = await open(2500);
    expect(await refusal(open(2500))).toEqual(refused('SHIFT_OPEN_ALREADY'));
    const given = await made(1, factor(1));
    const waste = await made(2, factor(2));
    await made(3, factor(3));
    await issuer.service.activate(given);
    const people = { actor: '钱', witness: '孙', reason: '印刷错误' };
    expect(await refusal(issuer.service.spoil(waste, { ...people, witness: '钱' }))).toEqual(
      refused('SECOND_PERSON_MISSING'),
    );
    await issuer.service.spoil(waste, people);
    await issuer.stock.writeOff(factor(4), 'spoil', people, null);
    await issuer.stock.writeOff(factor(5), 'return-to-supplier', people, null);
    expect(await ledger(counter)).toEqual([2500, 2495, 1, 1, 2, 1]);
    const end = (stockCount: number) =>
      issuer.stock.closeShift(shift.id, { actor: '钱', counted: { stock: stockCount, inWork: 1 } }, null);
    expect(await refusal(end(2496))).toEqual(refused('STOCK_COUNT_DIFFERS'));
    // Past the program, the database says the same.
    const past = { actor: '钱', at: signed.at, counted: { stock: 2496, inWork: 1 } };
    expect(await refusal(stock.closeShift(database, shift.id, past))).not.toBeNull();
    const closed = await end(2495);
    expect(COUNTS.map((name) => closed.ledger[name])).toEqual([2500, 2495, 1, 1, 2, 1]);
    expect(await refusal(end(2495))).toEqual(refused('SHIFT_UNKNOWN'));
    // The next shift begins with what is there: carried over counts as received.
    const next = await issuer.stock.openShift(
      { locationId: counter, actor: '孙', counted: { stock: 2495, inWork: 1 } },
      null,
    );
    expect(COUNTS.map((name) => next.ledger[name])).toEqual([2496, 2495, 1, 0, 0, 0]);
  });

  test('cards that never reached their holders leave the books when destroyed, or lost on their way', async () => {
    const move = (id: string, name: string, reason: string, witness?: string) =>
      issuer.service.lifeCycle.move(id, { move: name, reason, actor: '钱', witness } as never, null);
    const uncollected = await made(4, factor(6));
    const posted = await made(5, factor(7));
    expect(await ledger(counter)).toEqual([2500, 2493, 3, 1, 2, 1]);
    await move(uncollected, 'cancel', 'moved-away');
    await move(uncollected, 'take-back', 'handed-in');
    expect(await ledger(counter)).toEqual([2500, 2493, 3, 1, 2, 1]);
    await move(uncollected, 'destroy', 'routine-destruction', '孙');
    expect(await ledger(counter)).toEqual([2500, 2493, 2, 1, 3, 1]);
    await move(posted, 'send', 'courier');
    await move(posted, 'report-lost', 'lost-in-delivery');
    expect(await ledger(counter)).toEqual([2500, 2493, 1, 2, 3, 1]);
  });

  test('the law is a constraint: no ledger can be bent, no blank vanish, be used twice or unlisted', async () => {
    for (const change of [{ stock: 0 }, { received: 9999 }, { issued: 9 }]) {
      const bent = database('stock_ledgers').where({ location_id: counter }).update(change);
      expect([change, await refusal(bent)]).not.toEqual([change, null]);
    }
    expect(
      await refusal(
        database('stock_units')
          .where({ card_factor: factor(1) })
          .delete(),
      ),
    ).not.toBeNull();
    const carried = database('stock_units')
      .where({ card_factor: factor(1) })
      .update({ location_id: depot });
    expect(await refusal(carried)).not.toBeNull();
    for (const [used, code] of [
      [factor(1), 'BLANK_NOT_IN_STOCK'],
      [factor(4), 'BLANK_NOT_IN_STOCK'],
      ['00'.repeat(8), 'BLANK_NOT_LISTED'],
    ] as const) {
      expect(await refusal(issuer.stock.requireUsable(database, used))).toEqual(refused(code));
    }
    expect(await refusal(down())).not.toBeNull();
    const units = await stock.countUnits(database);
    for (const place of await issuer.stock.locations()) {
      const of = units[place.id] ?? {};
      const { stock: free, inWork, issued, spoiled } = place.ledger;
      expect([of.stock ?? 0, of['in-work'] ?? 0, of.issued ?? 0, of.spoiled ?? 0]).toEqual([
        free,
        inWork,
        issued,
        spoiled,
      ]);
    }
  });

  test('the books as people read them: boxes by place, shifts with their counts, movements, chips beside ledgers', async () => {
    const books = issuer.stockBooks;
    const [box, ...none] = (await books.boxes({ locationId: counter, limit: 10 })).entries;
    expect(none).toEqual([]);
    expect(box).toMatchObject({ number: 'B1', supplier: '卡商甲', free: 2493, promised: 0, inWork: 1, issued: 2 });
    expect(box).toMatchObject({ spoiled: 3, returned: 1 });
    const { entries: shifts } = await books.shifts({ locationId: counter, limit: 10 });
    expect(shifts.map(({ closedBy, counted }) => [closedBy, counted])).toContainEqual([
      '钱',
      { stock: 2495, inWork: 1 },
    ]);
    const movements = await books.movements({ limit: 3 });
    expect(movements).toHaveLength(3);
    const older = await books.movements({ limit: 1000, before: movements[2]?.id });
    expect(older[0]?.id).toBeLessThan(movements[2]?.id as number);
    expect(older.filter(({ kind }) => kind === 'transfer').map(({ actor, witness }) => [actor, witness])).toEqual([
      ['赵', '钱'],
      ['赵', '钱'],
    ]);
    const audit = await books.audit();
    expect(audit.map(({ name, difference, passedOn, agrees }) => [name, difference, passedOn, agrees]).sort()).toEqual(
      [
        ['省库', 0, 2500, true],
        ['长安窗口', 0, 0, true],
      ].sort(),
    );
  });
});
