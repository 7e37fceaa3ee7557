/** Life cycle, stock and hotlist over a real port, through the typed client: shapes, keys, errors with their next step. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SecretBytes } from '@rhc/card/bytes';
import { openHotlist } from '@rhc/card/hotlist';
import { createHttpApp, createLogger } from '../../../service-shell/src/index.ts';
import type { Issuer } from '../../src/app.ts';
import { IssuerClient } from '../../src/client/index.ts';
import { IMPORT_PATH, issuerRoutes } from '../../src/http/routes.ts';
import { DELIVERIES_PATH } from '../../src/http/routes-stock.ts';
import { type Database, migrate, openDatabase } from '../../src/store/index.ts';
import { inUse, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';

const TOKEN = randomBytes(16).toString('hex');
const clock = new TurnedClock();
const hotlistSigner = { keyId: 'test-1', sign: () => Promise.resolve(Uint8Array.of(1, 2, 3)) };
const withNextStep = (code: string) =>
  expect.objectContaining({ code, nextStep: { zh: expect.stringMatching(/\p{Script=Han}/u), en: expect.any(String) } });

describe('client over HTTP', () => {
  let database: Database;
  let issuer: Issuer;
  let server: Server;
  let client: IssuerClient;
  let baseUrl: string;
  beforeAll(async () => {
    database = openDatabase(':memory:');
    await migrate(database);
    issuer = await issuerWith(database, clock, { hotlistSigner });
    const { app } = createHttpApp({
      service: 'card-issuer',
      logger: createLogger('card-issuer', 'silent'),
      router: issuerRoutes(issuer),
      token: new SecretBytes(new TextEncoder().encode(TOKEN)),
      rawBodyPaths: [IMPORT_PATH, DELIVERIES_PATH],
    });
    server = createServer(app.callback());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = new IssuerClient({ baseUrl, token: () => TOKEN });
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await issuer.stop();
    await database.destroy();
  });

  test('a card is suspended, lifted, lost and replaced; the table says what may be asked', async () => {
    const table = await client.lifeCycle();
    expect(table.moves.find(({ move }) => move === 'destroy')).toMatchObject({ twoPeople: true, to: 'destroyed' });
    expect(table.replacement).toContainEqual({ reason: 'lost', feeFen: 2000 });
    const id = await inUse(issuer, database, clock, 1);
    expect((await client.card(id)).moves).toEqual(['suspend', 'report-lost', 'cancel']);
    const suspend = { move: 'suspend', reason: 'loss-by-phone', actor: '李' } as const;
    const first = await client.move(id, suspend, 'k1');
    expect(first).toMatchObject({ card: { state: 'suspended' }, receipt: { feeFen: 0 } });
    expect((await client.move(id, suspend, 'k1')).receipt).toEqual(first.receipt);
    await expect(client.move(id, { ...suspend, actor: '王' }, 'k1')).rejects.toEqual(
      withNextStep('IDEMPOTENCY_KEY_REUSED'),
    );
    await expect(client.move(id, suspend)).rejects.toEqual(withNextStep('CARD_STATE_FORBIDS'));
    await expect(client.move(id, { move: 'lift', reason: 'lost', actor: '李' })).rejects.toEqual(
      withNextStep('REASON_WRONG'),
    );
    await expect(client.move(id, { ...suspend, move: 'expire' })).rejects.toMatchObject({ retriable: false });
    await client.move(id, { move: 'report-lost', reason: 'lost', actor: '李' });
    const made = await client.replace(id, { reason: 'lost', actor: '李' }, 'k2');
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
    const waste = { actor: '李', witness: '李', reason: '试' };
    await expect(client.spoil(made.card.id, waste)).rejects.toEqual(withNextStep('SECOND_PERSON_MISSING'));
    expect((await client.spoil(made.card.id, { ...waste, witness: '王' })).state).toBe('spoiled');
  });

  test('blanks: delivery, transfer, write-off, shift', async () => {
    const depot = await client.addStockLocation('省库', 'place-1');
    expect(await client.addStockLocation('省库', 'place-1')).toEqual(depot);
    await expect(client.addStockLocation('省库')).rejects.toEqual(withNextStep('STOCK_LOCATION_KNOWN'));
    const counter = await client.addStockLocation('长安窗口');
    const factor = (n: number) => (0x5201_0000_0000 + n).toString(16).padStart(16, '0').toUpperCase();
    const csv = ['箱号,芯片序列号', ...Array.from({ length: 60_000 }, (_, i) => `B${i % 6},${factor(i)}`)].join('\n');
    const delivery = {
      locationId: depot.id,
      supplier: '卡商甲',
      actor: '赵',
      list: Buffer.from(csv).toString('base64'),
    };
    // Larger than the body that other routes take.
    expect(delivery.list.length).toBeGreaterThan(1024 * 1024);
    expect(await client.receiveBlanks(delivery)).toEqual({ rows: 60_000, taken: 60_000, refused: [] });
    const offer = { fromLocation: depot.id, toLocation: counter.id, boxes: ['B0'], giver: '赵' };
    const transfer = await client.offerBlanks(offer);
    await expect(client.takeBlanks(transfer.id, '赵')).rejects.toEqual(withNextStep('SECOND_PERSON_MISSING'));
    expect(await client.takeBlanks(transfer.id, '钱')).toMatchObject({ state: 'taken', quantity: 10_000 });
    const second = await client.offerBlanks({ ...offer, boxes: ['B1'] });
    expect(await client.withdrawBlanks(second.id)).toMatchObject({ state: 'withdrawn' });
    expect((await client.stockTransfers()).transfers).toHaveLength(2);
    const counted = { stock: 10_000, inWork: 0 };
    const shift = await client.openShift({ locationId: counter.id, actor: '钱', counted });
    const writeOff = { cardFactor: factor(0), movement: 'spoil', actor: '钱', witness: '孙', reason: '弯曲' } as const;
    expect(await client.writeOffBlank(writeOff, 'w1')).toEqual({ cardFactor: factor(0) });
    await expect(client.closeShift(shift.id, { actor: '钱', counted })).rejects.toMatchObject({
      code: 'STOCK_COUNT_DIFFERS',
      fields: [{ field: 'stock', rule: { en: 'book 9999, counted 10000, difference 1' } }],
    });
    const closed = await client.closeShift(shift.id, { actor: '钱', counted: { stock: 9999, inWork: 0 } });
    expect(closed.ledger).toEqual({ received: 10_000, stock: 9999, inWork: 0, issued: 0, spoiled: 1, returned: 0 });
    const { locations } = await client.stockLocations();
    expect(locations.find(({ id }) => id === depot.id)?.ledger).toMatchObject({ received: 60_000, returned: 10_000 });
  });

  test('the report of a dry run as a file', async () => {
    const roster = readFileSync(join(process.cwd(), 'test-vectors/residents/pilot-roster.csv'));
    const before = (await client.status()).residents;
    const answer = await fetch(`${baseUrl}${IMPORT_PATH}?dryRun=true&report=csv`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv' },
      body: new Uint8Array(roster),
    });
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([
      200,
      'attachment; filename="roster-report.csv"',
    ]);
    const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.arrayBuffer()).split('\r\n');
    expect(lines[0]).toBe('\uFEFF行,结果,姓名,字段,规则,下一步,rule,next step');
    const refusedLines = lines.filter((line) => line.split(',')[1] === '拒绝');
    expect(refusedLines.length).toBeGreaterThan(0);
    for (const line of refusedLines) expect(line.split(',')[3]).toMatch(/\S/);
    expect((await client.status()).residents).toBe(before);
  });

  test('the hotlist with its cache headers', async () => {
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${baseUrl}${path}`, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
    expect((await get('/v1/hotlist')).status).toBe(404);
    await client.publishHotlist();
    const answer = await get('/v1/hotlist');
    const list = openHotlist(new Uint8Array(await answer.arrayBuffer()), () => true);
    expect([answer.headers.get('x-hotlist-version'), list.version, list.entries]).toEqual(['1', 1, 1]);
    const etag = answer.headers.get('etag') ?? '';
    expect((await get('/v1/hotlist', { 'if-none-match': etag })).status).toBe(304);
    expect(await client.publishHotlist()).toMatchObject({ version: 2, entries: 1 });
    expect((await get('/v1/hotlist', { 'if-none-match': etag })).status).toBe(200);
    const delta = await get('/v1/hotlist/deltas/2');
    expect([delta.status, delta.headers.get('cache-control')]).toEqual([200, 'private, max-age=31536000, immutable']);
    for (const none of ['1', '3', 'x', '-1']) expect((await get(`/v1/hotlist/deltas/${none}`)).status).toBe(404);
    expect((await fetch(`${baseUrl}/v1/hotlist`)).status).toBe(401);
  });
});
