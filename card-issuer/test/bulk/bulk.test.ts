/**
 * A bulk run over several stations on both engines: the sample is approved by two people first, a bad line and a pulled card
 * stop nothing, lines are moved, the run pauses and goes on after a restart, and in the end each resident has one card.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { localPersonalizationKeys } from '@rhc/card/personalization';
import { type KeySlotName, nationalProfile } from '@rhc/card/profile';
import { disperse, pilotRoot } from '@rhc/card/secure-messaging';
import { createLogger } from '../../../service-shell/src/index.ts';
import { createIssuer, type Issuer } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { bulk, type Database, jobs } from '../../src/store/index.ts';
import { InProcessDesk } from '../issuing/in-process-desk.ts';
import { personalized, TEST_DATA_KEYS } from '../life-cycle/in-use.ts';
import { ENGINES, openOn, refusal } from '../store/both-engines.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
const roots = new Map<string, Uint8Array>();
const root = (slot: KeySlotName, version: number) => {
  const key = `${slot}#${version}`;
  const made = roots.get(key) ?? pilotRoot(nodeCrypto, slot, version);
  roots.set(key, made);
  return made;
};
const keysWith = (versions: readonly number[]) =>
  localPersonalizationKeys({ crypto: nodeCrypto, suite: 'intl-128', profile: nationalProfile, random, root, versions });

function blank() {
  const historicalBytes = Uint8Array.of(0x52, 1, ...random(6), 1, 0, 0);
  const transportKey = bytesToHex(disperse(nodeCrypto, 'intl-128', root('TMK', 1), historicalBytes.slice(0, 8)));
  return { transportKey, historicalBytes, random };
}

function makeIssuer(database: Database, versions: readonly number[] = [1], node = 'node-a'): Promise<Issuer> {
  return createIssuer({
    database,
    keys: {
      personalization: () => keysWith(versions),
      issuerCertificate: () => Promise.resolve(`0101${'00'.repeat(178)}`),
    },
    dataKeys: TEST_DATA_KEYS,
    crypto: nodeCrypto,
    clock: systemClock,
    random,
    node,
    logger: createLogger('card-issuer', 'silent'),
    issuer: { name: '石家庄市卫生健康委员会', code: '1301', cityCode: '130100', validityYears: 10 },
    limits: { reconnectMs: 200 },
  });
}

let serial = 0;
async function enrol(issuer: Issuer): Promise<string> {
  serial += 1;
  const first17 = `13010119900307${String(400 + serial)}`;
  const sex = Number(first17.at(-1)) % 2 === 1 ? '男' : '女';
  const { id } = await issuer.service.enrol({
    name: '某某',
    sex,
    ethnicGroup: '汉',
    birthDate: '1990-03-07',
    documentType: '01',
    documentNumber: first17 + identityCheckCharacter(first17),
    areaCode: '130102',
  });
  return id;
}

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 50_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The hand at a station: a card that is made gives way to the next blank, as long as there are any. */
function keepFed(issuer: Issuer, desks: readonly InProcessDesk[], blanks = 1000): () => void {
  let made = 0;
  return issuer.feed.subscribe(({ type }) => {
    if (type !== 'personalized' || ++made > blanks) return;
    for (const desk of desks) if (desk.chipState === 'operational') desk.put(blank());
  });
}

describe.each(ENGINES)('bulk on %s', (engine) => {
  let open: Awaited<ReturnType<typeof openOn>>;
  let database: Database;
  beforeAll(async () => {
    open = await openOn(engine);
    database = open.database;
  }, 120_000);
  afterAll(() => open?.close());

  test('sample, bad line, pulled card, order of lines, pause, restart, end', async () => {
    const first = await makeIssuer(database);
    const ids: string[] = [];
    for (let at = 0; at < 9; at++) ids.push(await enrol(first));
    // The third resident has a card already: that line fails, the others do not.
    await first.service.orderCard(ids[2] as string);
    const free = await first.bulk.candidates({ areaCode: '130102', limit: 3 });
    expect([free.total, free.residentIds]).toEqual([8, [ids[0], ids[1], ids[3]]]);
    const run = await first.bulk.create({ name: '一中队', residentIds: ids, actor: 'operator:li' }, 'k1');
    expect((await first.bulk.create({ name: '一中队', residentIds: ids, actor: 'operator:li' }, 'k1')).id).toBe(run.id);
    const lines = await first.bulk.items(run.id, { after: 0, limit: 100 });
    await first.bulk.reorder(lines[8]?.id as string, lines[0]?.id as string);
    const [one, two] = ['desk-1', 'desk-2'].map((agentId) => new InProcessDesk({ ...blank(), agentId })) as [
      InProcessDesk,
      InProcessDesk,
    ];
    const unfeed = keepFed(first, [one, two], 3);
    one.connect(first.hub);
    two.connect(first.hub);
    for (const agentId of ['desk-1', 'desk-2'])
      await first.bulk.assign({ agentId, reader: 'reader-1', runId: run.id }, 'operator:li');

    // One card only, of the line that was moved to the front, until two people have looked at it.
    const sampled = await until(
      () => first.bulk.view(run.id),
      ({ state }) => state === 'sample-review',
    );
    expect(sampled.progress.counts).toMatchObject({ done: 1, taken: 0, queued: 8 });
    const sample = await first.service.card(sampled.sampleCardId as string);
    expect(sample.residentId).toBe(ids[8]);
    // The run waits before anyone is asked: the question is put by the same look, after it.
    const { entries } = await until(
      () => first.approvals.list({ state: 'open', limit: 10 }),
      (asked) => asked.entries.some(({ operation }) => operation === 'production-sample'),
    );
    const [approval] = entries.filter(({ operation }) => operation === 'production-sample');
    const requester = { id: 'operator:li', roles: ['manager'] };
    expect(
      ((await refusal(first.approvals.approve(approval?.id as string, requester))) as { code?: string }).code,
    ).toBe('SECOND_PERSON_MISSING');
    // A card is pulled in the middle of its writing; it is finished on the same chip.
    one.pullBefore = one.apdus + 150;
    await first.approvals.approve(approval?.id as string, { id: 'operator:wang', roles: ['reviewer'] });
    await until(
      () => first.bulk.view(run.id),
      ({ progress }) => progress.counts.done >= 4,
    );
    await first.bulk.pause(run.id);
    const paused = await until(
      () => first.bulk.view(run.id),
      ({ progress }) => progress.counts.taken === 0,
    );
    expect(paused.state).toBe('paused');
    unfeed();
    await first.stop();

    const second = await makeIssuer(database, [1], 'node-b');
    const unfeedAgain = keepFed(second, [one, two]);
    for (const desk of [one, two]) desk.put(blank());
    one.connect(second.hub);
    two.connect(second.hub);
    expect((await second.bulk.view(run.id)).progress.counts.done).toBe(paused.progress.counts.done);
    await second.bulk.resume(run.id);
    const done = await until(
      () => second.bulk.view(run.id),
      ({ state }) => state === 'done',
    );
    unfeedAgain();
    expect(done.progress.counts).toEqual({ queued: 0, taken: 0, done: 8, failed: 1, removed: 0 });
    const failed = (await second.bulk.items(run.id, { state: 'failed', after: 0, limit: 10 }))[0];
    expect([failed?.residentId, failed?.error?.code]).toEqual([ids[2], 'RESIDENT_HAS_CARD']);
    const made = await second.service.cards({ state: 'personalized', limit: 100 });
    expect(new Set(made.map(({ residentId }) => residentId)).size).toBe(8);
    expect(new Set(made.map(({ issueSerial }) => issueSerial)).size).toBe(8);
    expect(new Set(made.map(({ cardFactor }) => cardFactor)).size).toBe(8);
    expect(made.every(({ verdict }) => verdict?.readBack.equal === true && verdict.genuine)).toBe(true);
    await second.stop();
  }, 180_000);

  test('an approved product needs no second sample; new key versions do, also in the middle of a run', async () => {
    const before = await makeIssuer(database);
    const ids = [await enrol(before), await enrol(before), await enrol(before)];
    const run = await before.bulk.create({ name: '二中队', residentIds: ids, actor: 'operator:li' }, null);
    const desk = new InProcessDesk({ ...blank(), agentId: 'desk-1' });
    desk.connect(before.hub);
    await before.bulk.release({ agentId: 'desk-2', reader: 'reader-1' });
    await before.bulk.assign({ agentId: 'desk-1', reader: 'reader-1', runId: run.id }, 'operator:li');
    const running = await until(
      () => before.bulk.view(run.id),
      // State and counts are read one after the other.
      ({ progress, state }) => progress.counts.done === 1 && state !== 'awaiting-sample',
    );
    expect(running.state).toBe('running');
    await before.stop();
    // The key versions that cards are loaded with have changed.
    const after = await makeIssuer(database, [1, 2], 'node-c');
    desk.put(blank());
    desk.connect(after.hub);
    const review = await until(
      () => after.bulk.view(run.id),
      ({ state }) => state === 'sample-review',
    );
    expect(review.progress.counts).toMatchObject({ done: 2, queued: 1 });
    await after.bulk.cancel(run.id);
    await after.stop();
  }, 120_000);

  test('lines that a node left between the order and the first command are made by another, each under its one order', async () => {
    const issuer = await makeIssuer(database, [1, 2], 'node-d');
    const ids = [await enrol(issuer), await enrol(issuer)];
    const run = await issuer.bulk.create({ name: '三中队', residentIds: ids, actor: 'operator:li' }, null);
    // What a node wrote down that was killed: one line with its order alone, one with a job for a chip that lies nowhere.
    const took = { by: 'node-killed', at: '2026-01-01T00:00:00.000Z' };
    const orders: string[] = [];
    for (const chip of [null, bytesToHex(random(8))]) {
      const line = await bulk.takeNext(database, run.id, took);
      const { id } = await issuer.service.orderCard(line?.residentId as string, `bulk:${line?.id}`);
      await bulk.moveItem(database, line?.id as string, ['taken'], 'taken', { cardId: id });
      if (chip !== null) await jobs.prepareJob(database, { id: `j-${id}`, cardId: id, cardFactor: chip, at: took.at });
      orders.push(id);
    }
    const desk = new InProcessDesk({ ...blank(), agentId: 'desk-1' });
    const unfeed = keepFed(issuer, [desk]);
    desk.connect(issuer.hub);
    await issuer.bulk.assign({ agentId: 'desk-1', reader: 'reader-1', runId: run.id }, 'operator:li');
    const sampled = await until(
      () => issuer.bulk.view(run.id),
      ({ state }) => state === 'sample-review',
    );
    expect(sampled.progress.counts).toMatchObject({ done: 1, taken: 0, queued: 1 });
    await issuer.bulk.approveSample(run.id, { actor: 'operator:li', witness: 'operator:wang' });
    const { progress } = await until(
      () => issuer.bulk.view(run.id),
      ({ state }) => state === 'done',
    );
    unfeed();
    expect(progress.counts).toEqual({ queued: 0, taken: 0, done: 2, failed: 0, removed: 0 });
    const made = (await issuer.bulk.items(run.id, { state: 'done', after: 0, limit: 10 })).map(({ cardId }) => cardId);
    expect(made.toSorted()).toEqual(orders.toSorted());
    const cards = await issuer.service.cards({ limit: 1000 });
    expect(cards.filter(({ residentId }) => ids.includes(residentId)).map(({ state }) => state)).toEqual([
      'personalized',
      'personalized',
    ]);
    await issuer.stop();
  }, 120_000);

  test('a chip that cannot be written is waste, and its line goes on with another chip under another order', async () => {
    const issuer = await makeIssuer(database, [1, 2], 'node-e');
    const residentId = await enrol(issuer);
    const run = await issuer.bulk.create({ name: '四中队', residentIds: [residentId], actor: 'operator:li' }, null);
    const foreign = { ...blank(), transportKey: 'AB'.repeat(16) };
    const desk = new InProcessDesk({ ...foreign, agentId: 'desk-1' });
    desk.connect(issuer.hub);
    await issuer.bulk.assign({ agentId: 'desk-1', reader: 'reader-1', runId: run.id }, 'operator:li');
    const line = async () => (await issuer.bulk.items(run.id, { after: 0, limit: 1 }))[0];
    const bound = await until(
      async () => (await issuer.service.cards({ residentId, limit: 1 }))[0],
      (card) => card?.cardFactor === desk.factor,
    );
    const wasteId = bound?.id as string;
    await until(
      async () => (await issuer.service.card(wasteId)).job,
      (job) => job?.state === 'waiting' && job.error !== null,
    );
    // The list of lines says what the chip answered.
    expect(await line()).toMatchObject({ state: 'taken', setback: { code: 'CARD_AUTHENTICATION_FAILED' } });
    const waste = { actor: 'operator:li', witness: 'operator:wang', reason: '发卡方密钥不符' };
    await until(
      () => issuer.service.spoil(wasteId, waste).catch(() => null),
      (card) => card?.state === 'spoiled',
    );
    // Nobody else moves: the run hears of the waste by itself.
    await until(line, (seen) => seen?.state === 'failed');
    expect(await line()).toMatchObject({ state: 'failed', cardId: wasteId });
    await issuer.bulk.retry((await line())?.id as string, 'operator:li');
    desk.put(blank());
    await until(
      () => issuer.bulk.view(run.id),
      ({ state }) => state === 'done',
    );
    const made = (await line())?.cardId as string;
    expect(made).not.toBe(wasteId);
    expect(await issuer.service.card(made)).toMatchObject({ residentId, state: 'personalized' });
    await issuer.stop();
  }, 120_000);

  test('a line that moved since it was read is neither sent back nor ended by what was read', async () => {
    const issuer = await makeIssuer(database, [1, 2], 'node-f');
    const ids = [await enrol(issuer), await enrol(issuer)];
    const run = await issuer.bulk.create({ name: '五中队', residentIds: ids, actor: 'operator:li' }, null);
    const [first = '', second = ''] = [
      (await issuer.service.orderCard(ids[0] as string)).id,
      (await issuer.service.orderCard(ids[1] as string)).id,
    ];
    const now = new Date().toISOString();
    const line = await bulk.takeNext(database, run.id, { by: 'node-f', at: now });
    const stands = async () => {
      const found = await bulk.findItem(database, line?.id as string);
      return [found?.state, found?.cardId];
    };
    await bulk.moveItem(database, line?.id as string, ['taken'], 'taken', { cardId: first });
    const [read] = await bulk.takenWithCards(database, run.id);
    if (read === undefined) throw new Error('nothing was taken');
    expect(read.cardState).toBe('ordered');
    // Made since, and its chip taken out of the reader.
    await personalized(database, first, systemClock);
    await bulk.requeueUnbegun(database, read.item, now);
    expect(await stands()).toEqual(['taken', first]);
    // Taken with another card since.
    await bulk.moveItem(database, read.item.id, ['taken'], 'taken', { cardId: second });
    await bulk.endTaken(database, read.item, { state: 'failed', error: null, at: now });
    expect(await stands()).toEqual(['taken', second]);
    await bulk.requeueUnbegun(database, read.item, now);
    expect(await stands()).toEqual(['queued', second]);
    await issuer.bulk.cancel(run.id);
    await issuer.stop();
  }, 120_000);

  test('a run of unknown residents names the lines; states forbid what they must', async () => {
    const issuer = await makeIssuer(database);
    const known = await enrol(issuer);
    const wrong = (await refusal(
      issuer.bulk.create({ name: 'x', residentIds: [known, 'nobody'], actor: 'a' }, null),
    )) as {
      code?: string;
      fields?: { field: string }[];
    };
    expect([wrong.code, wrong.fields?.map(({ field }) => field)]).toEqual(['RESIDENT_UNKNOWN', ['residentIds[1]']]);
    const run = await issuer.bulk.create({ name: 'y', residentIds: [known], actor: 'a' }, null);
    expect(((await refusal(issuer.bulk.resume(run.id))) as { code?: string }).code).toBe('BULK_STATE_FORBIDS');
    expect((await issuer.bulk.cancel(run.id)).state).toBe('cancelled');
    expect(((await refusal(issuer.bulk.pause(run.id))) as { code?: string }).code).toBe('BULK_STATE_FORBIDS');
    await issuer.stop();
  });
});
