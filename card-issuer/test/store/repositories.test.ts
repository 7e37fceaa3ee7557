/** One suite for both engines: the constraints are the database's own, not the program's. */
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PostgresCluster, startPostgresCluster } from '../../../scripts/postgres-cluster/postgres-cluster.mjs';
import type { Resident } from '../../src/domain/resident.ts';
import {
  cards,
  type Database,
  isUniqueViolation,
  jobs,
  migrate,
  once,
  openDatabase,
  residents,
} from '../../src/store/index.ts';
import { openTestVault } from '../life-cycle/in-use.ts';

const AT = '2026-11-22T00:00:00.000Z';
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
    cards.insertCard(database, { id, residentId, cardNumber: '1', issueSerial, orderedAt: AT });

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
      jobs.claimJob(database, 'c1', { node, now: AT, until: '2026-11-22T00:01:00.000Z', agentId: 'a', reader: 'r' });
    expect((await claim('n1'))?.attempt).toBe(1);
    expect(await claim('n2')).toBeNull();
    expect(await jobs.releaseClaims(database, 'n1', AT)).toBe(1);
    expect((await claim('n2'))?.attempt).toBe(2);
    expect([...(await jobs.listWaitingChips(database, '2026-11-22T00:02:00.000Z'))]).toEqual([['AA', 'c1']]);
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
});
