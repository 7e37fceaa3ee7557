/**
 * The feed of the health platform on both engines: in line, resumable, the same ids again, nobody named, nothing passed by
 * when transactions end in another order than they began, and a cursor that is too old or of another database is refused.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Issuer } from '../../src/app.ts';
import { platformEventsResponse } from '../../src/contract/index.ts';
import { cardMoves, type Database, events } from '../../src/store/index.ts';
import { inUse, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, openOn, refusal } from '../store/both-engines.ts';

const LONG_MS = 120_000;
const DAY_HOURS = 24;
const WRITERS = 8;
const MOVES_EACH = 40;
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

describe.each(ENGINES)('the feed of the health platform on %s', (engine) => {
  const clock = new TurnedClock();
  const cardIds: string[] = [];
  let opened: Awaited<ReturnType<typeof openOn>>;
  let database: Database;
  let issuer: Issuer;
  const now = () => new Date(clock.nowMs()).toISOString();
  /** A move as the life cycle writes it, without its table of transitions. */
  const write = (transaction: Database, cardId: string, turn: number) =>
    cardMoves.insertCardMove(transaction, {
      cardId,
      actor: 'clerk:1',
      at: now(),
      ...(turn % 2 === 0
        ? ({ move: 'suspend', from: 'active', to: 'suspended' } as const)
        : ({ move: 'lift', from: 'suspended', to: 'active' } as const)),
    });
  const readAll = async (from?: number, limit = 7) => {
    const read: Awaited<ReturnType<Issuer['platformFeed']['read']>>['events'] = [];
    for (let cursor = from; ; ) {
      const page = await issuer.platformFeed.read({ cursor, limit });
      read.push(...page.events);
      cursor = page.next;
      if (!page.more) return { read, next: page.next };
    }
  };

  beforeAll(async () => {
    opened = await openOn(engine);
    database = opened.database;
    issuer = await issuerWith(database, clock, { eventRetentionDays: 200 });
    for (let n = 1; n <= WRITERS; n++) cardIds.push(await inUse(issuer, database, clock, n));
  }, LONG_MS);
  afterAll(async () => {
    await issuer?.stop();
    await opened?.close();
  }, LONG_MS);

  test('every move once and in line, the same again for the same cursor, with serial, states and county only', async () => {
    const { read, next } = await readAll();
    expect(read.map(({ position }) => position)).toEqual(read.map((_, index) => index + 1));
    expect(read).toHaveLength(3 * WRITERS);
    const { issueSerial } = await issuer.service.card(cardIds[0] ?? '');
    const mine = read.filter(({ cardSerial }) => cardSerial === issueSerial);
    expect(mine.map(({ move, from, to, countyCode }) => [move, from, to, countyCode])).toEqual([
      ['bind-chip', 'ordered', 'personalizing', '130102'],
      ['verified', 'personalizing', 'personalized', '130102'],
      ['hand-over', 'personalized', 'active', '130102'],
    ]);
    expect((await readAll(undefined, 1000)).read).toEqual(read);
    expect((await readAll(5)).read).toEqual(read.slice(5));
    expect(await issuer.platformFeed.read({ cursor: next, limit: 10 })).toMatchObject({
      events: [],
      next,
      more: false,
    });
    const page = await issuer.platformFeed.read({ limit: 3 });
    expect(platformEventsResponse.parse(page)).toEqual(page);
    const fields = new Set(read.flatMap((event) => Object.keys(event)));
    expect([...fields].sort()).toEqual(
      ['at', 'cardSerial', 'countyCode', 'from', 'id', 'move', 'position', 'to'].sort(),
    );
    expect(JSON.stringify(read)).not.toMatch(/张三丰|19900307|青霉素/);
  });

  if (engine === 'postgres') {
    test('a move whose transaction ends after a later one is not passed by', async () => {
      const { next: start } = await readAll();
      const [early = '', late = ''] = cardIds;
      const first = await database.transaction();
      await write(first, early, 0);
      await database.transaction((second) => write(second, late, 0));
      // The reader comes while the earlier number is still unseen.
      const between = await readAll(start);
      expect(between.read).toHaveLength(1);
      await first.commit();
      const after = await readAll(between.next);
      expect(after.read).toHaveLength(1);
      // The trap was set: by numbers, the one that came second would lie behind the reader.
      const number = (id: string | undefined) => Number(id?.split('-').at(-1));
      expect(number(after.read[0]?.id)).toBeLessThan(number(between.read[0]?.id));
      expect(after.read[0]?.position).toBe((between.read[0]?.position ?? 0) + 1);
    });

    test('an event of the log is not passed by either', async () => {
      const start = (await issuer.feed.placedAfter(0, 10_000)).at(-1)?.position ?? 0;
      const first = await database.transaction();
      const early = await events.insertEvent(first, { at: now(), cardId: null, type: 'a', detail: {} });
      const late = await events.insertEvent(database, { at: now(), cardId: null, type: 'b', detail: {} });
      const between = await issuer.feed.placedAfter(start, 10);
      expect(between.map(({ id }) => id)).toEqual([late.id]);
      await first.commit();
      const after = await issuer.feed.placedAfter(between.at(-1)?.position ?? 0, 10);
      expect(after.map(({ id }) => id)).toEqual([early.id]);
      expect(early.id).toBeLessThan(late.id);
    });
  }

  test(
    'writers that end in any order, some of them never, and readers beside them: each reader has every move once',
    async () => {
      const { next: start, read: before } = await readAll();
      let writing = true;
      let abandoned = 0;
      const writer = async (cardId: string, seed: number) => {
        for (let turn = 0; turn < MOVES_EACH; turn++) {
          const transaction = await database.transaction();
          await write(transaction, cardId, turn);
          // SQLite has one writer, which nobody may hold up.
          if (engine === 'postgres') await sleep((seed * 7 + turn * 13) % 9);
          if ((seed + turn) % 11 === 0) {
            abandoned += 1;
            await transaction.rollback();
            turn -= 1;
            seed += 1;
          } else await transaction.commit();
        }
      };
      const reader = async () => {
        const seen: string[] = [];
        let cursor = start;
        for (;;) {
          const last = !writing;
          const page = await readAll(cursor, 13);
          seen.push(...page.read.map(({ id }) => id));
          cursor = page.next;
          if (last) return seen;
          await sleep(2);
        }
      };
      const readers = [reader(), reader(), reader()];
      await Promise.all(cardIds.map(writer));
      writing = false;
      const written = (await database('card_moves').select('id')).map(({ id }) => `card-move-${id}`);
      const known = new Set(before.map(({ id }) => id));
      const fresh = written.filter((id) => !known.has(id)).sort();
      expect(fresh).toHaveLength(WRITERS * MOVES_EACH);
      expect(abandoned).toBeGreaterThan(10);
      for (const seen of await Promise.all(readers)) {
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.toSorted()).toEqual(fresh);
      }
      const { read } = await readAll(start, 1000);
      expect(read.map(({ position }) => position)).toEqual(read.map((_, index) => start + index + 1));
      // A card's own moves stand in the order in which they happened.
      for (const cardId of cardIds) {
        const { issueSerial } = await issuer.service.card(cardId);
        const states = read.filter(({ cardSerial }) => cardSerial === issueSerial).map(({ move }) => move);
        expect(states).toEqual(states.map((_, turn) => (turn % 2 === 0 ? 'suspend' : 'lift')));
      }
    },
    LONG_MS,
  );

  test('a cursor beyond the last event, and one older than what is kept, are refused; events of the log are forgotten', async () => {
    const { next } = await readAll();
    expect(await refusal(issuer.platformFeed.read({ cursor: next + 1, limit: 1 }))).toMatchObject({
      code: 'FEED_CURSOR_AHEAD',
    });
    clock.turnHours(201 * DAY_HOURS);
    await database.transaction((transaction) => write(transaction, cardIds[0] ?? '', 0));
    expect(await refusal(issuer.platformFeed.read({ cursor: next - 1, limit: 1 }))).toMatchObject({
      code: 'FEED_CURSOR_EXPIRED',
      httpStatus: 410,
    });
    // Who had read everything misses nothing; who comes without a cursor begins with the oldest that is kept.
    const [event] = (await issuer.platformFeed.read({ cursor: next, limit: 5 })).events;
    expect(event).toMatchObject({ position: next + 1, move: 'suspend' });
    expect((await issuer.platformFeed.read({ limit: 5 })).events).toEqual([event]);

    await issuer.feed.placedAfter(0, 1);
    expect(await issuer.platformFeed.tick()).toBeGreaterThan(WRITERS);
    const left = await issuer.feed.placedAfter(0, 1000);
    expect(left.map(({ type, at }) => [type, at])).toEqual([['card-moved', now()]]);
    expect(await database('card_moves').where('at', '<', now()).first('id')).toBeDefined();
  });
});
