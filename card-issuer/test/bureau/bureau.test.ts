/**
 * A bureau's order from the first reservation to the closed books, on both engines: made, failed, spoiled and missing cards,
 * files that were altered, cut, signed by others or sent twice, counts by two people, and no card active unread.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import type { Issuer } from '../../src/app.ts';
import { productionFingerprint } from '../../src/domain/bulk.ts';
import { RETURN_RULES, type ReturnLine } from '../../src/domain/bureau/index.ts';
import type { BureauKeys } from '../../src/personalize/key-service-keys.ts';
import { bulk, type Database, stock } from '../../src/store/index.ts';
import { InProcessDesk } from '../issuing/in-process-desk.ts';
import { TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, openOn, refusal } from '../store/both-engines.ts';
import { type BureauRoom, bureauRoom, IDENTITIES, localBureauKeys, openIssuer } from './bureau-room.ts';

const LONG_MS = 120_000;
const refused = (code: string) => expect.objectContaining({ code });

describe.each(ENGINES)('a card bureau on %s', (engine) => {
  let opened: Awaited<ReturnType<typeof openOn>>;
  let database: Database;
  let issuer: Issuer;
  let room: BureauRoom;
  /** Made to fail by tests. */
  const hands = { failAfter: Number.POSITIVE_INFINITY };
  const count = () => {
    hands.failAfter -= 1;
    if (hands.failAfter < 0) throw new Error('key-service is away');
  };
  const bureauKeys: BureauKeys = {
    cardKeys(request) {
      count();
      return localBureauKeys.cardKeys(request);
    },
    isGenuine(proof) {
      count();
      return localBureauKeys.isGenuine(proof);
    },
  };
  const clock = new TurnedClock();
  const ledger = async () => {
    const place = (await issuer.stock.locations()).find(({ id }) => id === room.placeId);
    return place?.ledger;
  };
  const stateOf = async (cardId: string) => (await issuer.service.card(cardId)).state;
  const openFile = async (orderId: string) => room.simulator.open(await issuer.bureau.file(orderId));
  const boxOf = async (orderId: string, number: string) => {
    const box = (await issuer.bureau.boxes(room.bureauId)).find(
      (each) => each.orderId === orderId && each.number === number,
    );
    return box?.id ?? '';
  };
  const countTwice = async (boxId: string, counted: number) => {
    await issuer.bureau.count(boxId, { counted, person: 'stock:1' }, null);
    return issuer.bureau.count(boxId, { counted, person: 'clerk:1' }, null);
  };

  beforeAll(async () => {
    // Certificates are made now.
    clock.turnHours((Date.now() - clock.nowMs()) / 3_600_000 + 1);
    opened = await openOn(engine);
    database = opened.database;
    issuer = await openIssuer(database, clock, bureauKeys);
    room = await bureauRoom(issuer, 40);
  }, LONG_MS);
  afterAll(async () => {
    await issuer.stop();
    await opened.close();
  }, LONG_MS);

  test(
    'made, failed, spoiled, missing: every card and every blank has its end, and the books close at 0',
    async () => {
      const cardIds = await room.order(5, 1);
      const order = await issuer.bureau.order({ bureauId: room.bureauId, cardIds }, 'stock:1', 'order-1');
      expect(order).toMatchObject({ state: 'sealed', lines: 5, counts: { sent: 5 } });
      // The same call again: the same order, and no further number or chip.
      expect(await issuer.bureau.order({ bureauId: room.bureauId, cardIds }, 'stock:1', 'order-1')).toEqual(order);
      expect(await ledger()).toMatchObject({ received: 40, stock: 35, inWork: 5 });

      const file = await openFile(order.id);
      expect(file.lines).toHaveLength(5);
      const fates = ['made', 'made', 'failed', 'spoiled', 'missing'] as const;
      const lines = await room.simulator.makeAll(file, ({ line }) => fates[line - 1] ?? 'made');
      const signed = room.simulator.sign(room.simulator.returnOf(file, lines));
      const report = await issuer.bureau.takeReturn(order.id, signed, 'stock:1');
      expect(report.report.map(({ result }) => result)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
      expect(report.missing).toEqual([file.lines[4]?.issueSerial]);
      expect(await Promise.all(cardIds.map(stateOf))).toEqual([
        'personalized',
        'personalized',
        'personalizing',
        'personalizing',
        'personalizing',
      ]);
      // Again, and signed anew: nothing changes.
      expect(await issuer.bureau.takeReturn(order.id, signed, 'stock:2')).toEqual(report);
      const again = room.simulator.sign(room.simulator.returnOf(file, lines));
      expect(await issuer.bureau.takeReturn(order.id, again, 'stock:2')).toEqual(report);

      // Nobody works on a card whose chip is elsewhere.
      const elsewhere = cardIds[2] ?? '';
      const waste = { actor: 'clerk:1', witness: 'clerk:2', reason: 'x' };
      expect(await refusal(issuer.service.personalize(elsewhere))).toEqual(refused('CARD_AT_BUREAU'));
      expect(await refusal(issuer.service.spoil(elsewhere, waste))).toEqual(refused('CARD_AT_BUREAU'));

      // Boxes: a wrong count, one person twice, then two people.
      const cards = await boxOf(order.id, 'C1');
      expect(await refusal(countTwice(cards, 3))).toEqual(refused('BUREAU_COUNT_DIFFERS'));
      await issuer.bureau.count(cards, { counted: 2, person: 'stock:1' }, null);
      expect(await issuer.bureau.count(cards, { counted: 2, person: 'stock:1' }, null)).toMatchObject({
        state: 'on-the-way',
      });
      expect(await issuer.bureau.count(cards, { counted: 2, person: 'clerk:1' }, null)).toMatchObject({
        state: 'counted',
        firstCounter: 'stock:1',
        secondCounter: 'clerk:1',
      });
      await countTwice(await boxOf(order.id, 'W1'), 1);
      expect(await stateOf(cardIds[3] ?? '')).toBe('spoiled');
      expect(await ledger()).toMatchObject({ stock: 35, inWork: 4, spoiled: 1 });

      // What the bureau could not make goes out once more, on the same chip under the same number.
      const second = await issuer.bureau.order({ bureauId: room.bureauId, repeatFailed: true }, 'stock:1', null);
      const repeated = await openFile(second.id);
      expect(repeated.lines).toHaveLength(1);
      expect(repeated.lines[0]).toMatchObject({
        issueSerial: file.lines[2]?.issueSerial,
        cardFactor: file.lines[2]?.cardFactor,
        data: file.lines[2]?.data,
      });
      const made = await room.simulator.makeAll(repeated);
      await issuer.bureau.takeReturn(
        second.id,
        room.simulator.sign(room.simulator.returnOf(repeated, made)),
        'stock:1',
      );
      await countTwice(await boxOf(second.id, 'C1'), 1);
      expect(await issuer.bureau.view(second.id)).toMatchObject({ state: 'closed' });

      expect(await issuer.bureau.view(order.id)).toMatchObject({ state: 'sealed' });
      const alone = { actor: 'manager:1', witness: 'manager:1', reason: 'x' };
      expect(await refusal(issuer.bureau.writeOff(order.id, alone, null))).toEqual(refused('SECOND_PERSON_MISSING'));
      await issuer.bureau.writeOff(order.id, { ...alone, witness: 'manager:2', reason: '制卡中心遗失' }, null);
      expect(await stateOf(cardIds[4] ?? '')).toBe('spoiled');
      expect(await issuer.bureau.view(order.id)).toMatchObject({
        state: 'closed',
        counts: { made: 2, repeated: 1, wasted: 1, 'written-off': 1 },
      });
      const late = room.simulator.sign(room.simulator.returnOf(file, [], { sequence: 2 }));
      expect(await refusal(issuer.bureau.takeReturn(order.id, late, 'stock:1'))).toEqual(
        refused('BUREAU_ORDER_CLOSED'),
      );

      // Hand-over: never unread, neither through the service nor past it.
      const handed = cardIds[0] ?? '';
      expect(await refusal(issuer.service.activate(handed))).toEqual(refused('BUREAU_CARD_UNCHECKED'));
      expect(String(await refusal(database('cards').where({ id: handed }).update({ state: 'active' })))).toContain(
        'read at a counter',
      );
      const desk = new InProcessDesk({
        transportKey: '00'.repeat(16),
        historicalBytes: new Uint8Array(11).fill(7),
        random: (length) => new Uint8Array(randomBytes(length)),
      });
      desk.connect(issuer.hub);
      const wish = { actor: 'clerk:1' };
      const chipOf = (line: number) => file.lines[line]?.cardFactor ?? '';
      const insert = (chip: string) => desk.insert(room.simulator.cards.get(chip) as never, chip);
      insert(chipOf(1));
      expect(await refusal(issuer.bureau.checkAtCounter(handed, wish))).toEqual(refused('BLANK_EXPECTED_OTHER'));
      insert(chipOf(0));
      expect(await issuer.bureau.checkAtCounter(handed, wish)).toMatchObject({ checkedBy: 'clerk:1' });
      expect((await issuer.service.activate(handed)).state).toBe('active');
      expect(await ledger()).toEqual({ received: 40, stock: 35, inWork: 2, issued: 1, spoiled: 2, returned: 0 });
      // The law from the units themselves.
      expect((await stock.countUnits(database))[room.placeId]).toEqual({
        stock: 35,
        'in-work': 2,
        issued: 1,
        spoiled: 2,
      });
      // A chip that the bureau calls made and that is still blank is refused, and nothing is written to it.
      const [blankCard] = await room.order(1, 40);
      const third = await issuer.bureau.order({ bureauId: room.bureauId, cardIds: [blankCard ?? ''] }, 'stock:1', null);
      const thirdFile = await openFile(third.id);
      const [claimed] = await room.simulator.makeAll(thirdFile);
      await issuer.bureau.takeReturn(
        third.id,
        room.simulator.sign(room.simulator.returnOf(thirdFile, [claimed])),
        'stock:1',
      );
      const chip = thirdFile.lines[0]?.cardFactor ?? '';
      desk.put({
        transportKey: '00'.repeat(16),
        historicalBytes: Uint8Array.from(Buffer.from(`${chip}010000`, 'hex')),
        random: (length) => new Uint8Array(randomBytes(length)),
      });
      expect(await refusal(issuer.bureau.checkAtCounter(blankCard ?? '', wish))).toEqual(
        refused('BUREAU_CARD_REFUSED_AT_COUNTER'),
      );
      expect(desk.chipState).toBe('blank');
    },
    LONG_MS,
  );

  test(
    'files that are altered, cut, signed by others, for others, or sent elsewhere change nothing',
    async () => {
      const cardIds = await room.order(2, 10);
      const order = await issuer.bureau.order({ bureauId: room.bureauId, cardIds }, 'stock:1', null);
      const file = await openFile(order.id);
      const content = room.simulator.returnOf(file, await room.simulator.makeAll(file));
      const good = room.simulator.sign(content);
      const take = (bytes: Uint8Array, id = order.id) => refusal(issuer.bureau.takeReturn(id, bytes, 'stock:1'));
      for (const place of [0.3, 0.6, 0.9]) {
        const altered = Uint8Array.from(good);
        const at = Math.floor(altered.length * place);
        altered[at] = (altered[at] ?? 0) ^ 1;
        const { code } = (await take(altered)) as { code: string };
        expect(['BUREAU_FILE_SIGNATURE', 'BUREAU_FILE_MALFORMED']).toContain(code);
      }
      for (const length of [0, 1, 20, good.length >> 1, good.length - 1]) {
        expect(await take(good.slice(0, length))).toEqual(refused('BUREAU_FILE_MALFORMED'));
      }
      expect(await take(Uint8Array.of(...good, 0))).toEqual(refused('BUREAU_FILE_MALFORMED'));
      expect(await take(room.simulator.sign(content, IDENTITIES.stranger))).toEqual(refused('BUREAU_FILE_SIGNATURE'));
      // The stranger's key under the bureau's certificate.
      const posing = { certificate: IDENTITIES.bureau.certificate, privateKey: IDENTITIES.stranger.privateKey };
      expect(await take(room.simulator.sign(content, posing))).toEqual(refused('BUREAU_FILE_SIGNATURE'));
      expect(await take(room.simulator.sign({ ...content, version: 2 }))).toEqual(refused('BUREAU_FILE_MALFORMED'));
      expect(await take(room.simulator.sign({ ...content, more: 1 }))).toEqual(refused('BUREAU_FILE_MALFORMED'));
      // Our own order file, sent back; another order's return.
      expect(await take(await issuer.bureau.file(order.id))).toEqual(refused('BUREAU_FILE_SIGNATURE'));
      const other = await room.order(1, 13);
      const otherOrder = await issuer.bureau.order({ bureauId: room.bureauId, cardIds: other }, 'stock:1', null);
      expect(await take(good, otherOrder.id)).toEqual(refused('BUREAU_FILE_OTHER_ORDER'));
      expect(await Promise.all(cardIds.map(stateOf))).toEqual(['personalizing', 'personalizing']);
      expect((await issuer.bureau.view(order.id)).returns).toEqual([]);

      // The order file: whoever is not the receiver opens nothing, and the bureau takes none that another signed anew.
      const sent = await issuer.bureau.file(order.id);
      const stranger = Object.assign(Object.create(room.simulator) as typeof room.simulator, {
        receiving: IDENTITIES.stranger,
      });
      expect(() => stranger.open(sent)).toThrow(refused('BUREAU_FILE_NOT_FOR_US') as never);
      const cheated = Object.assign(Object.create(room.simulator) as typeof room.simulator, {
        issuerCertificate: IDENTITIES.stranger.certificate,
      });
      expect(() => cheated.open(sent)).toThrow(refused('BUREAU_FILE_SIGNATURE') as never);
      const foreignKey = Object.assign(Object.create(room.simulator) as typeof room.simulator, {
        transportKey: new Uint8Array(32).fill(9),
      });
      await expect(foreignKey.make(file, file.lines[0] as never, 'C1')).rejects.toEqual(refused('KEY_BLOCK_REFUSED'));

      expect((await issuer.bureau.takeReturn(order.id, good, 'stock:1')).report).toHaveLength(2);
      const reused = room.simulator.sign({ ...content, lines: [] });
      expect(await take(reused)).toEqual(refused('BUREAU_RETURN_SEQUENCE'));
    },
    LONG_MS,
  );

  test(
    'a line for every rule: refused with field, rule and next step, while the good line beside them is taken',
    async () => {
      const cardIds = await room.order(5, 15);
      const order = await issuer.bureau.order({ bureauId: room.bureauId, cardIds }, 'stock:1', null);
      const file = await openFile(order.id);
      const made = (await room.simulator.makeAll(file)) as Extract<ReturnLine, { outcome: 'made' }>[];
      const [a, b, c, d, e] = made as [
        (typeof made)[0],
        (typeof made)[0],
        (typeof made)[0],
        (typeof made)[0],
        (typeof made)[0],
      ];
      const wrong = (line: typeof a, evidence: Partial<typeof a.evidence>) => ({
        ...line,
        evidence: { ...line.evidence, ...evidence },
      });
      const rows: [string, unknown][] = [
        ['accepted', a],
        ['double', a],
        ['form', { ...b, issueSerial: 7 }],
        ['unknown', { ...b, issueSerial: '13X' }],
        ['chip', { ...b, cardFactor: c.cardFactor }],
        ['content', wrong(c, { filesDigest: '00'.repeat(32) })],
        ['keys', wrong(d, { endDigest: '00'.repeat(32) })],
        ['genuine', wrong(e, { internalAuthentication: { version: 1, answer: '00'.repeat(8) } })],
      ];
      const send = async (lines: readonly unknown[], sequence: number, final = false) =>
        issuer.bureau.takeReturn(
          order.id,
          room.simulator.sign(room.simulator.returnOf(file, lines, { sequence, final })),
          'stock:1',
        );
      const first = await send(
        rows.map(([, line]) => line),
        1,
      );
      expect(first.report.map(({ result, fault }) => fault?.code ?? result)).toEqual(rows.map(([code]) => code));
      // What an earlier file said stands; a box that nobody announced is none.
      const second = await send([{ ...b, box: 'X9' }, a], 2);
      expect(second.report.map(({ result, fault }) => fault?.code ?? result)).toEqual(['box', 'known']);
      const other = await send([{ ...a, box: 'C2' }], 3);
      expect(other.report[0]?.fault?.code).toBe('outcome');
      const reports = [...first.report, ...second.report, ...other.report];
      const seen = new Set(reports.flatMap(({ fault }) => fault?.code ?? []));
      expect([...seen].sort()).toEqual(Object.keys(RETURN_RULES).sort());
      for (const { fault } of reports) {
        if (fault === null) continue;
        expect(fault.field).not.toBe('');
        expect(fault.rule.zh && fault.rule.en && fault.nextStep.zh && fault.nextStep.en).toBeTruthy();
      }
      // Corrected lines in a third file; what was refused left no mark.
      const third = await send([b, c, d, e], 4, true);
      expect(third.report.map(({ result }) => result)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
      expect(third.missing).toEqual([]);
      await countTwice(await boxOf(order.id, 'C1'), 5);
      // The box of waste is empty and need not be counted for the order to close.
      expect(await issuer.bureau.view(order.id)).toMatchObject({ state: 'closed', counts: { made: 5 } });
    },
    LONG_MS,
  );

  test(
    'key-service away in the middle, the service started anew: nothing is lost, nothing twice',
    async () => {
      const cardIds = await room.order(4, 20);
      const wish = { bureauId: room.bureauId, cardIds };
      hands.failAfter = 0;
      expect(String(await refusal(issuer.bureau.order(wish, 'stock:1', 'cut')))).toContain('away');
      hands.failAfter = Number.POSITIVE_INFINITY;
      const before = await ledger();
      const order = await issuer.bureau.order(wish, 'stock:1', 'cut');
      expect(await ledger()).toEqual(before);
      const sent = await issuer.bureau.file(order.id);
      expect(await issuer.bureau.seal(order.id)).toMatchObject({ fileSha256: order.fileSha256 });
      expect(await issuer.bureau.file(order.id)).toEqual(sent);

      const file = room.simulator.open(sent);
      const signed = room.simulator.sign(room.simulator.returnOf(file, await room.simulator.makeAll(file)));
      hands.failAfter = 2;
      expect(String(await refusal(issuer.bureau.takeReturn(order.id, signed, 'stock:1')))).toContain('away');
      expect(await issuer.bureau.view(order.id)).toMatchObject({ counts: { made: 2, sent: 2 } });
      hands.failAfter = Number.POSITIVE_INFINITY;
      // A start takes it up by itself; the file sent once more finds it done.
      await issuer.stop();
      issuer = await openIssuer(database, clock, bureauKeys);
      expect(await issuer.bureau.view(order.id)).toMatchObject({ counts: { made: 4 }, returns: [{ state: 'taken' }] });
      const report = await issuer.bureau.takeReturn(order.id, signed, 'stock:1');
      expect(report.report.map(({ result }) => result)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
    },
    LONG_MS,
  );

  test(
    'what an order may not be, and what the database refuses by itself',
    async () => {
      const order = (wish: object) =>
        refusal(issuer.bureau.order({ bureauId: room.bureauId, ...wish }, 'stock:1', null));
      expect(await order({ cardIds: ['nobody'] })).toEqual(refused('BUREAU_CARDS_REFUSED'));
      expect(await order({ quantity: 5 })).toEqual(refused('BUREAU_NOTHING_TO_ORDER'));
      expect(await refusal(issuer.bureau.order({ bureauId: 'x' }, 'stock:1', null))).toEqual(refused('BUREAU_UNKNOWN'));
      const many = await room.order(26, 200);
      expect(await order({ cardIds: many })).toEqual(refused('BUREAU_STOCK_SHORT'));
      // Reserved, but no file for more than a few cards before a sample was approved by two people.
      const six = { bureauId: room.bureauId, cardIds: many.slice(0, 6) };
      expect(await refusal(issuer.bureau.order(six, 'stock:1', 'six'))).toEqual(refused('BUREAU_SAMPLE_MISSING'));
      const { entries } = await issuer.bureau.ordersPage({ limit: 50 });
      const sample = entries.find(({ state }) => state === 'reserved');
      const line = (await issuer.bureau.lines(sample?.id ?? ''))[0];
      expect(line?.state).toBe('reserved');
      await bulk.insertSample(database, {
        fingerprint: productionFingerprint({
          product: rhcBlank1.id,
          profileVersion: nationalProfile.version,
          keys: nationalProfile.keySlots.map(({ name }) => ({ slot: name, version: 1 })),
        }),
        cardId: line?.cardId ?? '',
        actor: 'reviewer:1',
        witness: 'manager:1',
        at: '2026-11-26T00:00:00.000Z',
      });
      expect(await issuer.bureau.order(six, 'stock:1', 'six')).toMatchObject({ state: 'sealed', lines: 6 });

      const open = await issuer.bureau.lines(sample?.id ?? '');
      const row = { ...(await database('bureau_lines').where({ order_id: sample?.id, line: 1 }).first()), line: 99 };
      expect(await refusal(database('bureau_lines').insert(row))).not.toBeNull();
      expect(
        await refusal(database('bureau_orders').where({ id: sample?.id }).update({ state: 'closed', closed_at: 'x' })),
      ).not.toBeNull();
      expect(await refusal(database('bureaus').update({ approved_by: 'manager:1' }))).not.toBeNull();
      expect(
        await refusal(
          database('bureau_boxes').where({ state: 'counted' }).update({ first_counter: 'a', second_counter: 'a' }),
        ),
      ).not.toBeNull();
      expect(await issuer.bureau.lines(sample?.id ?? '')).toEqual(open);
      const back = () => database.migrate.down({ name: '017-bureau' });
      expect(await refusal(back())).not.toBeNull();
    },
    LONG_MS,
  );
});
