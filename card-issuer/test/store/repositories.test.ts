/** One suite for both engines: the constraints are the database's own, not the program's. */
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PostgresCluster, startPostgresCluster } from '../../../scripts/postgres-cluster/postgres-cluster.mjs';
import type { Resident } from '../../src/domain/resident.ts';
import {
  blanks,
  cards,
  type Database,
  findCardBeside,
  isUniqueViolation,
  jobs,
  migrate,
  once,
  openDatabase,
  residents,
} from '../../src/store/index.ts';
import { openTestVault } from '../life-cycle/in-use.ts';

const AT = '2026-11-22T00:00:00.000Z';
const NOBODY = { orderedBy: null, reviewedBy: null };
const SIGNED = { actor: 'a', at: AT };
const resident = (documentNumber: string) =>
  ({ documentType: '01', documentNumber, name: '甲', birthDate: '1990-01-01', areaCode: '130102' }) as Resident;
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe.each(['sqlite', 'postgres'])('repositories on %s', (engine) => {
  let database: Database;
  let cluster: PostgresCluster | null = null;
  beforeAll(async () => {
    if (engine === 'postgres') cluster = await startPostgresCluster({ parentDir: tmpdir() });
    database = openDatabase(cluster?.url ?? ':memory:');
    await migrate(database, openTestVault);
    await migrate(database, openTestVault);
    for (const n of ['1', '2'])
      await residents.insertResident(database, { id: `r${n}`, resident: resident(n), enrolledAt: AT });
  }, 60_000);
  afterAll(async () => {
    await database.destroy();
    await cluster?.stop();
  });
  const order = (id: string, residentId: string, issueSerial: string) =>
    cards.insertCard(database, { id, residentId, cardNumber: '1', issueSerial, orderedAt: AT, ...NOBODY });

  test('one live card a resident, a serial once, a known resident', async () => {
    await order('c1', 'r1', 'S1');
    expect(isUniqueViolation(await refusal(order('c2', 'r1', 'S2')))).toBe(true);
    expect(isUniqueViolation(await refusal(order('c3', 'r2', 'S1')))).toBe(true);
    expect(await refusal(order('c4', 'nobody', 'S4'))).not.toBeNull();
    await order('c5', 'r2', 'S5');
  });
  test('a chip in one order, no unknown state, no unbound personalizing card', async () => {
    const bound = { card_factor: 'AA', card_data: '{}', issue_date: '2026-11-22' };
    await cards.moveCard(database, { id: 'c1', state: 'ordered' }, 'bind-chip', SIGNED, bound);
    const second = cards.moveCard(database, { id: 'c5', state: 'ordered' }, 'bind-chip', SIGNED, bound);
    expect(isUniqueViolation(await refusal(second))).toBe(true);
    expect(await refusal(cards.moveCard(database, { id: 'c5', state: 'ordered' }, 'bind-chip', SIGNED))).not.toBeNull();
    expect(
      await refusal(Promise.resolve(database('cards').where({ id: 'c5' }).update({ state: 'lost?' }))),
    ).not.toBeNull();
    await expect(
      cards.moveCard(database, { id: 'c1', state: 'ordered' }, 'spoil', { ...SIGNED, witness: 'b' }),
    ).rejects.toMatchObject({
      code: 'CARD_STATE_FORBIDS',
    });
  });
  test('a job is claimed by one node until the claim ends or the node restarts', async () => {
    await jobs.prepareJob(database, { id: 'j1', cardId: 'c1', cardFactor: 'AA', at: AT });
    const claim = (node: string) =>
      database.transaction((transaction) =>
        jobs.claimJob(transaction, 'c1', {
          node,
          now: AT,
          until: '2026-11-22T00:01:00.000Z',
          agentId: 'a',
          reader: 'r',
          cardFactor: 'AA',
        }),
      );
    expect((await claim('n1'))?.attempt).toBe(1);
    expect(await claim('n2')).toBeNull();
    expect(await jobs.releaseClaims(database, 'n1', AT)).toBe(1);
    expect((await claim('n2'))?.attempt).toBe(2);
    expect([...(await jobs.listWaitingChips(database, '2026-11-22T00:02:00.000Z'))]).toEqual([['AA', 'c1']]);
  });
  test('a job that is thought new points the one that came meanwhile, and leaves alone the one that runs', async () => {
    const wanted = { id: 'j2', cardId: 'c1', cardFactor: 'AA', isNew: true };
    expect(await jobs.prepareJob(database, { ...wanted, at: AT })).toBe(false);
    expect(await jobs.prepareJob(database, { ...wanted, at: '2026-11-22T00:02:00.000Z' })).toBe(true);
    expect((await jobs.findJobOfCard(database, 'c1'))?.id).toBe('j1');
    expect(await jobs.prepareJob(database, { ...wanted, cardId: 'c5', cardFactor: 'BB', at: AT })).toBe(true);
    expect(await jobs.findJobOfCard(database, 'c5')).toMatchObject({ id: 'j2', state: 'waiting', cardFactor: 'BB' });
  });
  test('a chip is waste for ever, whether a reader was seen to hold it before or only after', async () => {
    const later = '2026-11-22T00:05:00.000Z';
    await blanks.noteBlanks(database, [
      { cardFactor: 'F1', atr: '3B00', at: AT },
      { cardFactor: 'F2', atr: '3B01', at: AT },
    ]);
    await blanks.spoilBlank(database, 'F1', later);
    await blanks.spoilBlank(database, 'F3', AT);
    await blanks.noteBlanks(database, [{ cardFactor: 'F3', atr: '3B02', at: later }]);
    expect(await blanks.findBlank(database, 'F1')).toMatchObject({ atr: '3B00', firstSeenAt: AT, spoiledAt: later });
    expect(await blanks.findBlank(database, 'F2')).toMatchObject({ atr: '3B01', spoiledAt: null });
    expect(await blanks.findBlank(database, 'F3')).toMatchObject({ atr: '3B02', lastSeenAt: later, spoiledAt: AT });
  });
  test('a card with its name, job and successor is one statement, and says what each of them says', async () => {
    await residents.insertResident(database, { id: 'r3', resident: resident('3'), enrolledAt: AT });
    const next = { residentId: 'r3', cardNumber: '1', orderedAt: AT, replaces: 'c5' };
    await cards.insertCard(database, { ...next, ...NOBODY, id: 'c6', issueSerial: 'S6' });
    let statements = 0;
    const count = () => {
      statements += 1;
    };
    database.on('query', count);
    const beside = await findCardBeside(database, 'c5');
    database.removeListener('query', count);
    expect(statements).toBe(1);
    expect(beside).toEqual({
      card: await cards.findCard(database, 'c5'),
      residentName: '甲',
      job: await jobs.findJobOfCard(database, 'c5'),
      successor: 'c6',
    });
    expect(beside?.job?.id).toBe('j2');
    expect(await findCardBeside(database, 'c6')).toMatchObject({ job: null, successor: null });
    await database('cards').where({ id: 'c6' }).update({ state: 'spoiled' });
    expect(await findCardBeside(database, 'c5')).toMatchObject({ successor: null });
    await residents.eraseResident(database, 'r3', AT);
    expect(await findCardBeside(database, 'c6')).toMatchObject({ residentName: '' });
    expect(await findCardBeside(database, 'c0')).toBeNull();
  });
  test('an idempotency key gives the kept result, and refuses another request', async () => {
    const call = { operation: 'x', key: 'k', requestHash: 'h', at: AT };
    const work = () => Promise.resolve({ n: Math.random() });
    const first = await once(database, call, work);
    expect(await once(database, call, work)).toEqual(first);
    await expect(once(database, { ...call, requestHash: 'other' }, work)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });
  test('counter and list', async () => {
    expect(await database.transaction((t) => cards.nextIssueCounter(t))).toBe(1);
    const tokens = [{ kind: 'name', value: '甲' }] as const;
    expect(await residents.listResidents(database, { tokens, limit: 10 })).toHaveLength(2);
  });
  test('of many people of one name every page is the next in the order of enrolment, and none is left out', async () => {
    const many = Array.from({ length: 23 }, (_, n) => ({
      id: `m${String((n * 7) % 23).padStart(2, '0')}`,
      resident: { ...resident(`m${n}`), name: '同名' } as Resident,
      // Several of one moment, as an import enrols them.
      enrolledAt: `2026-11-23T00:0${n % 3}:00.000Z`,
    }));
    await residents.insertResidents(database, many);
    const expected = [...many].sort((a, b) => (a.enrolledAt + a.id < b.enrolledAt + b.id ? -1 : 1)).map(({ id }) => id);
    const tokens = [{ kind: 'name', value: '同名' }] as const;
    const byCursor: string[] = [];
    let after: { at: string; id: string } | null = null;
    for (;;) {
      const page = await residents.listResidents(database, { tokens, after, limit: 5 });
      byCursor.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (last === undefined) break;
      after = { at: last.enrolledAt, id: last.id };
    }
    expect(byCursor).toEqual(expected);
    const third = await residents.listResidents(database, { tokens, offset: 10, limit: 5 });
    expect(third.map(({ id }) => id)).toEqual(expected.slice(10, 15));
  });
});
