/** Life cycle, stock and hotlist over a real port, through the typed client: shapes, keys, errors with their next step. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openHotlist } from '@rhc/card/hotlist';
import type { Issuer } from '../../src/app.ts';
import type { IssuerClient } from '../../src/client/index.ts';
import { ROSTER_IMPORTS_PATH } from '../../src/http/endpoints-imports.ts';
import { type Database, openDatabase } from '../../src/store/index.ts';
import { enrolled, inUse, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { type ServedIssuer, serveIssuer } from './serve-issuer.ts';

const LONG_MS = 60_000;

const clock = new TurnedClock();
const hotlistSigner = { keyId: 'test-1', sign: () => Promise.resolve(Uint8Array.of(1, 2, 3)) };
const withNextStep = (code: string) =>
  expect.objectContaining({ code, nextStep: { zh: expect.stringMatching(/\p{Script=Han}/u), en: expect.any(String) } });

describe('client over HTTP', () => {
  let database: Database;
  let issuer: Issuer;
  let served: ServedIssuer;
  let client: IssuerClient;
  let reviewer: IssuerClient;
  let manager: IssuerClient;
  let keeper: IssuerClient;
  beforeAll(async () => {
    database = openDatabase(':memory:');
    issuer = await issuerWith(database, clock, { hotlistSigner });
    served = await serveIssuer(issuer);
    client = served.client('clerk');
    reviewer = served.client('reviewer');
    manager = served.client('manager');
    keeper = served.client('stock');
  });
  afterAll(async () => {
    await served.stop();
    await issuer.stop();
    await database.destroy();
  });

  test('a card is suspended, lifted, lost and replaced; the table says what may be asked', async () => {
    const table = await client.lifeCycle();
    expect(table.moves.find(({ move }) => move === 'destroy')).toMatchObject({ twoPeople: true, to: 'destroyed' });
    expect(table.replacement).toContainEqual({ reason: 'lost', feeFen: 2000 });
    const id = await inUse(issuer, database, clock, 1);
    expect((await client.card(id)).moves).toEqual(['suspend', 'report-lost', 'cancel']);
    const suspend = { move: 'suspend', reason: 'loss-by-phone' } as const;
    const first = await client.move(id, suspend, 'k1');
    expect(first).toMatchObject({ card: { state: 'suspended' }, receipt: { feeFen: 0 } });
    expect((await client.move(id, suspend, 'k1')).receipt).toEqual(first.receipt);
    await expect(client.move(id, { ...suspend, reason: 'misuse-suspected' }, 'k1')).rejects.toEqual(
      withNextStep('IDEMPOTENCY_KEY_REUSED'),
    );
    await expect(client.move(id, suspend)).rejects.toEqual(withNextStep('CARD_STATE_FORBIDS'));
    await expect(client.move(id, { move: 'lift', reason: 'lost' })).rejects.toEqual(withNextStep('REASON_WRONG'));
    await expect(client.move(id, { ...suspend, move: 'expire' })).rejects.toMatchObject({ retriable: false });
    await client.move(id, { move: 'report-lost', reason: 'lost' });
    const made = await client.replace(id, { reason: 'lost' }, 'k2');
    expect(made).toMatchObject({ card: { state: 'ordered', replaces: id }, receipt: { feeFen: 2000 } });
    expect((await client.card(id)).successor).toBe(made.card.id);
    expect((await client.history(id)).moves.map(({ move }) => move)).toEqual([
      'bind-chip',
      'verified',
      'hand-over',
      'suspend',
      'report-lost',
    ]);
    await expect(client.history('c_none')).rejects.toEqual(withNextStep('CARD_UNKNOWN'));
    expect((await client.history(id)).moves.at(-1)).toMatchObject({ actor: 'clerk:test', witness: null });
  });

  test('waste and destruction: one asks, another one approves, and nobody approves what they asked for', async () => {
    const { id } = await issuer.service.orderCard(await enrolled(issuer, 40));
    const asked = await client.spoil(id, '弯曲', 'w');
    expect(asked).toMatchObject({ operation: 'card-spoil', subject: id, requestedBy: 'clerk:test', state: 'open' });
    expect(await client.spoil(id, '弯曲', 'w')).toEqual(asked);
    await expect(client.spoil(id, '弯曲')).rejects.toEqual(withNextStep('APPROVAL_WAITING'));
    await expect(client.approve(asked.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(keeper.approve(asked.id)).rejects.toEqual(withNextStep('APPROVAL_NOT_YOURS'));
    await expect(reviewer.withdrawRequest(asked.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(manager.withdrawRequest(asked.id)).rejects.toEqual(withNextStep('APPROVAL_NOT_YOURS'));
    expect((await reviewer.approvals()).approvals).toEqual([asked]);
    expect((await client.card(id)).state).toBe('ordered');
    expect(await reviewer.approve(asked.id)).toMatchObject({ state: 'approved', decidedBy: 'reviewer:test' });
    expect(await reviewer.approve(asked.id)).toMatchObject({ state: 'approved' });
    expect((await client.card(id)).state).toBe('spoiled');
    expect((await client.history(id)).moves.at(-1)).toMatchObject({ actor: 'clerk:test', witness: 'reviewer:test' });
    await expect(client.spoil(id, '弯曲')).rejects.toEqual(withNextStep('CARD_STATE_FORBIDS'));

    const old = await inUse(issuer, database, clock, 41);
    await manager.move(old, { move: 'cancel', reason: 'moved-away' });
    await manager.move(old, { move: 'take-back', reason: 'handed-in' });
    const destroy = { move: 'destroy', reason: 'routine-destruction' } as const;
    const { approval, card } = await manager.move(old, destroy);
    expect(card.state).toBe('returned');
    if (approval === null) throw new Error('no approval was asked for');
    await expect(manager.approve(approval.id)).rejects.toEqual(withNextStep('SECOND_PERSON_MISSING'));
    // Past the program, too: the database knows who asked.
    const forced = database('approvals').where({ id: approval.id });
    const update = Promise.resolve(forced.update({ state: 'approved', decided_by: 'manager:test' }));
    await expect(update).rejects.toMatchObject({ message: expect.stringMatching(/approvals_two_people/) });
    expect(await reviewer.refuse(approval.id)).toMatchObject({ state: 'refused' });
    expect((await client.card(old)).state).toBe('returned');
    const again = (await manager.move(old, destroy)).approval;
    await reviewer.approve(again?.id ?? '');
    expect((await client.card(old)).state).toBe('destroyed');
  });

  test('lists are paged by cursor: every entry once', async () => {
    const all = await client.cards({ limit: 500 });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.cards({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.cards.map((card) => card.id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(all.next).toBeNull();
    expect(seen).toEqual(all.cards.map((card) => card.id));
    await expect(client.cards({ cursor: 'x' })).rejects.toEqual(withNextStep('CURSOR_WRONG'));
  });

  test(
    'blanks: delivery, transfer, write-off, shift',
    async () => {
      const depot = await manager.addStockLocation('省库', 'place-1');
      expect(await manager.addStockLocation('省库', 'place-1')).toEqual(depot);
      await expect(manager.addStockLocation('省库')).rejects.toEqual(withNextStep('STOCK_LOCATION_KNOWN'));
      const counter = await manager.addStockLocation('长安窗口');
      const factor = (n: number) => (0x5201_0000_0000 + n).toString(16).padStart(16, '0').toUpperCase();
      const csv = ['箱号,芯片序列号', ...Array.from({ length: 60_000 }, (_, i) => `B${i % 6},${factor(i)}`)].join('\n');
      const delivery = {
        locationId: depot.id,
        supplier: '卡商甲',
        list: Buffer.from(csv).toString('base64'),
      };
      // Larger than the body that other routes take.
      expect(delivery.list.length).toBeGreaterThan(1024 * 1024);
      expect(await keeper.receiveBlanks(delivery)).toEqual({ rows: 60_000, taken: 60_000, refused: [] });
      const offer = { fromLocation: depot.id, toLocation: counter.id, boxes: ['B0'] };
      const transfer = await keeper.offerBlanks(offer);
      await expect(keeper.takeBlanks(transfer.id)).rejects.toEqual(withNextStep('SECOND_PERSON_MISSING'));
      expect(await client.takeBlanks(transfer.id)).toMatchObject({ state: 'taken', quantity: 10_000 });
      const second = await keeper.offerBlanks({ ...offer, boxes: ['B1'] });
      expect(await keeper.withdrawBlanks(second.id)).toMatchObject({ state: 'withdrawn' });
      expect((await client.stockTransfers()).transfers).toHaveLength(2);
      const counted = { stock: 10_000, inWork: 0 };
      const shift = await client.openShift({ locationId: counter.id, counted });
      const writeOff = { cardFactor: factor(0), movement: 'spoil', reason: '弯曲' } as const;
      const asked = await client.writeOffBlank(writeOff, 'w1');
      expect(asked).toMatchObject({ operation: 'blank-write-off', subject: factor(0), state: 'open' });
      expect(await keeper.approve(asked.id)).toMatchObject({ state: 'approved' });
      await expect(client.writeOffBlank(writeOff)).rejects.toEqual(withNextStep('BLANK_NOT_IN_STOCK'));
      await expect(client.closeShift(shift.id, { counted })).rejects.toMatchObject({
        code: 'STOCK_COUNT_DIFFERS',
        fields: [{ field: 'stock', rule: { en: 'book 9999, counted 10000, difference 1' } }],
      });
      const closed = await client.closeShift(shift.id, { counted: { stock: 9999, inWork: 0 } });
      expect(closed.ledger).toEqual({ received: 10_000, stock: 9999, inWork: 0, issued: 0, spoiled: 1, returned: 0 });
      const { locations } = await client.stockLocations();
      expect(locations.find(({ id }) => id === depot.id)?.ledger).toMatchObject({ received: 60_000, returned: 10_000 });
    },
    LONG_MS,
  );

  test('the report of a dry run as a file', async () => {
    const roster = readFileSync(join(process.cwd(), 'test-vectors/residents/pilot-roster.csv'));
    const before = (await client.status()).residents;
    const headers = { authorization: `Bearer ${served.token('clerk')}` };
    const begun = await fetch(`${served.baseUrl}${ROSTER_IMPORTS_PATH}?dryRun=true`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/csv' },
      body: new Uint8Array(roster),
    });
    expect(begun.status).toBe(202);
    const { id } = (await begun.json()) as { id: string };
    expect(await issuer.imports.settled(id)).toMatchObject({ state: 'done', dryRun: true });
    const answer = await fetch(`${served.baseUrl}${ROSTER_IMPORTS_PATH}/${id}/report`, { headers });
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([
      200,
      'attachment; filename="import-report.csv"',
    ]);
    const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.arrayBuffer()).split('\r\n');
    expect(lines[0]).toBe('\uFEFF行,结果,姓名,字段,值,规则,下一步,rule,next step');
    const refusedLines = lines.filter((line) => line.split(',')[1] === '拒绝');
    expect(refusedLines.length).toBeGreaterThan(0);
    for (const line of refusedLines) expect(line.split(',')[3]).toMatch(/\S/);
    expect((await client.status()).residents).toBe(before);
  });

  test('the hotlist with its cache headers', async () => {
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${served.baseUrl}${path}`, { headers: { authorization: `Bearer ${served.token('clerk')}`, ...headers } });
    expect((await get('/v1/hotlist')).status).toBe(404);
    await manager.publishHotlist();
    const answer = await get('/v1/hotlist');
    const list = openHotlist(new Uint8Array(await answer.arrayBuffer()), () => true);
    expect([answer.headers.get('x-hotlist-version'), list.version, list.entries]).toEqual(['1', 1, 1]);
    const etag = answer.headers.get('etag') ?? '';
    expect((await get('/v1/hotlist', { 'if-none-match': etag })).status).toBe(304);
    expect(await manager.publishHotlist()).toMatchObject({ version: 2, entries: 1 });
    expect((await get('/v1/hotlist', { 'if-none-match': etag })).status).toBe(200);
    const asManager = (headers: Record<string, string> = {}) =>
      fetch(`${served.baseUrl}/v1/hotlist/counties/130102`, {
        headers: { authorization: `Bearer ${served.token('manager')}`, ...headers },
      });
    const part = await asManager();
    expect([part.status, part.headers.get('x-hotlist-version')]).toEqual([200, '2']);
    expect((await asManager({ 'if-none-match': part.headers.get('etag') ?? '' })).status).toBe(304);
    expect((await asManager({ 'if-none-match': etag })).status).toBe(200);
    const delta = await get('/v1/hotlist/deltas/2');
    expect([delta.status, delta.headers.get('cache-control')]).toEqual([200, 'private, max-age=31536000, immutable']);
    for (const none of ['1', '3', 'x', '-1']) expect((await get(`/v1/hotlist/deltas/${none}`)).status).toBe(404);
    expect((await fetch(`${served.baseUrl}/v1/hotlist`)).status).toBe(401);
  });

  test('metrics count calls by endpoint and answer, and name no person, card or address', async () => {
    const id = await inUse(issuer, database, clock, 90);
    await client.card(id);
    await client.residents({ search: '13010119900307901X' }).catch(() => undefined);
    const answer = await fetch(`${served.baseUrl}/metrics`);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).toMatch(/rhc_http_request_seconds_count\{endpoint="get \/v1\/cards\/:id",status="200"\} [1-9]/);
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    const waiting = await enrolled(issuer, 91);
    await issuer.bulk.create({ name: '一中队', residentIds: [waiting], actor: 'manager:test' }, null);
    const { openJobs } = await client.status();
    for (const line of [
      'rhc_issuer_agents 0',
      'rhc_issuer_readers 0',
      `rhc_issuer_open_jobs ${openJobs}`,
      'rhc_issuer_bulk_lines 1',
    ])
      expect((await (await fetch(`${served.baseUrl}/metrics`)).text()).split('\n')).toContain(line);
    expect(text).toMatch(/^rhc_issuer_hotlist_age_hours [0-9.e+-]+$/m);
    const { residentName, issueSerial } = await client.card(id);
    for (const personal of [id, residentName, issueSerial, '13010119900307901X', '127.0.0.1'])
      expect(text).not.toContain(personal);
    expect((await fetch(`${served.baseUrl}/healthz`)).status).toBe(200);
  });
});
