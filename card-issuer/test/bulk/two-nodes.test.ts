/**
 * Two nodes work off one run on one PostgreSQL: a line that another transaction holds is passed by and not waited for
 * (SKIP LOCKED), each line is made once, and both nodes had their share.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bytesToHex } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { disperse, pilotRoot } from '@rhc/card/secure-messaging';
import type { Issuer } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { productionFingerprint } from '../../src/domain/bulk.ts';
import { bulk, type Database } from '../../src/store/index.ts';
import { localIssuerKeys } from '../bureau/bureau-room.ts';
import { InProcessDesk } from '../issuing/in-process-desk.ts';
import { enrolled, issuerWith } from '../life-cycle/in-use.ts';
import { openOn } from '../store/both-engines.ts';

const LINES = 8;
const random = (length: number) => new Uint8Array(randomBytes(length));
const masterKey = pilotRoot(nodeCrypto, 'TMK', 1);

function blank() {
  const historicalBytes = Uint8Array.of(0x52, 1, ...random(6), 1, 0, 0);
  const transportKey = bytesToHex(disperse(nodeCrypto, 'intl-128', masterKey, historicalBytes.slice(0, 8)));
  return { transportKey, historicalBytes, random };
}

const node = (database: Database, name: string): Promise<Issuer> =>
  issuerWith(database, systemClock, { keys: localIssuerKeys(), node: name, limits: { reconnectMs: 200 } });

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const value = await read();
    if (holds(value)) return value;
    if (tries === 4000) throw new Error(`waited in vain: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

let open: Awaited<ReturnType<typeof openOn>>;
beforeAll(async () => {
  open = await openOn('postgres');
}, 120_000);
afterAll(() => open?.close());

test('two nodes share a run; a line that is held elsewhere stops neither, and is made once it is free', async () => {
  const { database } = open;
  const nodes = [await node(database, 'node-a'), await node(database, 'node-b')];
  const [one, other] = nodes as [Issuer, Issuer];
  const residentIds: string[] = [];
  for (let at = 0; at < LINES; at += 1) residentIds.push(await enrolled(one, at));
  await bulk.insertSample(database, {
    fingerprint: productionFingerprint({
      product: rhcBlank1.id,
      profileVersion: nationalProfile.version,
      keys: nationalProfile.keySlots.map(({ name }) => ({ slot: name, version: 1 })),
    }),
    cardId: (await one.service.orderCard(await enrolled(one, LINES))).id,
    actor: 'reviewer:1',
    witness: 'manager:1',
    at: '2026-11-26T00:00:00.000Z',
  });
  const run = await one.bulk.create({ name: '两个节点', residentIds, actor: 'manager:1' }, null);
  const [first] = await one.bulk.items(run.id, { after: -Number.MAX_VALUE, limit: 1 });

  // As a node does that has the line in its hands and has not committed yet.
  const held = await database.transaction();
  await held('bulk_items').where({ id: first?.id }).forUpdate().first();

  const made: [string, string][] = [];
  for (const [index, issuer] of nodes.entries()) {
    const desk = new InProcessDesk({ ...blank(), agentId: `desk-${index}` });
    issuer.feed.subscribe(({ type, cardId }) => {
      if (type !== 'personalized' || desk.chipState !== 'operational') return;
      made.push([`desk-${index}`, cardId ?? '']);
      desk.put(blank());
    });
    desk.connect(issuer.hub);
    await issuer.bulk.assign({ agentId: `desk-${index}`, reader: 'reader-1', runId: run.id }, 'clerk:1');
  }
  // What the tick of time does in a running service: the sample of the first line is told to one node only.
  const looked = async (issuer: Issuer) => {
    await Promise.all(nodes.map(({ bulk: runs }) => runs.look()));
    return issuer.bulk.view(run.id);
  };
  const passed = await until(
    () => looked(other),
    ({ progress }) => progress.counts.done === LINES - 1,
  );
  expect(passed.progress.counts).toMatchObject({ queued: 1, taken: 0, failed: 0 });
  expect(
    (await one.bulk.items(run.id, { state: 'queued', after: -Number.MAX_VALUE, limit: 9 })).map(({ id }) => id),
  ).toEqual([first?.id]);

  await held.rollback();
  const done = await until(
    () => looked(one),
    ({ state }) => state === 'done',
  );
  expect(done.progress.counts).toMatchObject({ done: LINES, failed: 0 });
  const cards = (await one.service.cards({ state: 'personalized', limit: 100 })).filter(({ residentId }) =>
    residentIds.includes(residentId),
  );
  expect(cards).toHaveLength(LINES);
  for (const value of ['residentId', 'issueSerial', 'cardFactor'] as const)
    expect(new Set(cards.map((card) => card[value])).size).toBe(LINES);
  expect(new Set(made.map(([desk]) => desk)).size).toBe(2);
  for (const issuer of nodes) await issuer.stop();
}, 60_000);
