import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { WebSocket } from 'ws';
import { PairedPage } from '../../test/paired-page.ts';
import {
  deskHeaders as good,
  agentWithStandIns as makeAgent,
  OURS,
  DESK_TOKEN as TOKEN,
} from '../../test/stand-in-agent.ts';
import { identityResponse, summaryResponse } from '../contract/index.ts';
import { serveEventSocket } from './event-socket.ts';

describe('local API', () => {
  test('reads the identity and the summary in the contract’s shape, without raw bytes', async () => {
    const { port, callback } = makeAgent();
    port.insert('A', OURS);
    const identity = await request(callback).post('/v1/card/identity').set(good).send({});
    expect(identity.status).toBe(200);
    expect(identityResponse.parse(identity.body).timings).toMatchObject({ apdus: 1, keyServiceCalls: 1 });
    expect(identity.body.elements).toEqual([{ id: 'name', label: { zh: '姓名', en: 'name' }, value: '张三' }]);
    expect(identity.headers['cache-control']).toBe('no-store');
    const summary = await request(callback).post('/v1/card/summary').set(good).send({ reader: 'A' });
    expect(summaryResponse.parse(summary.body)).toMatchObject({ genuine: true, photo: '/9g=' });
    expect(port.resets).toBe(2);
  });

  test('a card that fails the genuine-card check shows nothing', async () => {
    let read = false;
    const { port, callback } = makeAgent({
      session: {
        checkGenuine: async () => 'not-genuine',
        readIdentity: async () => {
          read = true;
          throw new Error('must not be reached');
        },
      },
    });
    port.insert('A', OURS);
    const answer = await request(callback).post('/v1/card/identity').set(good).send({});
    expect(answer.status).toBe(409);
    expect(answer.body.error.code).toBe('CARD_NOT_GENUINE');
    expect(read).toBe(false);
  });

  test.each([
    ['no card', 'A', 404, 'CARD_ABSENT'],
    ['no such reader', 'Z', 404, 'READER_UNKNOWN'],
  ])('%s is a sentence with a next step', async (_name, reader, status, code) => {
    const { callback } = makeAgent();
    const answer = await request(callback).post('/v1/card/identity').set(good).send({ reader });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, nextStep: { zh: expect.stringMatching(/。$/) } });
  });

  test.each([
    ['DNS rebinding', { Host: 'evil.example' }, 421],
    ['rebinding to a look-alike', { Host: '127.0.0.1.evil.example:8103' }, 421],
    ['Origin null (sandboxed frame, file)', { Origin: 'null' }, 403],
    ['another origin', { Origin: 'https://evil.example' }, 403],
    ['look-alike of an allowed origin', { Origin: 'https://his.example.evil.example' }, 403],
    ['same host, other port', { Origin: 'http://127.0.0.1:9999' }, 403],
    ['no token', { Authorization: '' }, 401],
    ['wrong token', { Authorization: `Bearer ${'c'.repeat(64)}` }, 401],
    ['no custom header', { 'X-RHC-Request': '' }, 400],
    ['form content type', { 'Content-Type': 'text/plain' }, 400],
  ])('refuses %s before the card is touched', async (_name, headers, status) => {
    const { port, callback } = makeAgent();
    port.insert('A', OURS);
    const answer = await request(callback)
      .post('/v1/card/identity')
      .set({ ...good, 'Content-Type': 'application/json', ...headers })
      .send('{}');
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(port.transmitted).toHaveLength(0);
  });

  test('bad input names the field; a GET on a card verb finds nothing; malformed JSON is told', async () => {
    const { callback } = makeAgent();
    const unknown = await request(callback).post('/v1/card/identity').set(good).send({ raeder: 'A' });
    expect(unknown.status).toBe(400);
    expect(unknown.body.error.fields[0].field).toBe('raeder');
    expect((await request(callback).get('/v1/card/identity').set(good)).status).toBe(404);
    const malformed = await request(callback)
      .post('/v1/card/identity')
      .set({ ...good, 'Content-Type': 'application/json' })
      .send('{');
    expect(malformed.body.error.code).toBe('BODY_NOT_JSON');
  });

  test('status needs no token and names no person and no card', async () => {
    const { port, callback } = makeAgent();
    port.insert('A', OURS);
    const answer = await request(callback).get('/v1/status').set({ Host: 'localhost:1' });
    expect(answer.body).toMatchObject({ service: 'reader-agent', ready: true, readers: 1, cards: 1 });
    expect(JSON.stringify(answer.body)).not.toContain('000101000000002A');
    expect((await request(callback).get('/v1/readers').set({ Host: 'localhost:1' })).status).toBe(401);
  });
});

describe('event socket', () => {
  const open: { server: Server; close: () => void }[] = [];
  afterEach(async () => {
    for (const { server, close } of open.splice(0)) {
      close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });

  async function serve() {
    const made = makeAgent();
    const server = createServer(made.callback);
    const { audience, authenticate, allowedOrigins } = made.agent;
    const close = serveEventSocket(server, { audience, authenticate, allowedOrigins, maxSockets: 4 });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    open.push({ server, close });
    return { ...made, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/events` };
  }
  const refusal = (url: string, protocols: string[], options: object) =>
    new Promise<number>((resolve, reject) => {
      const socket = new WebSocket(url, protocols, options);
      socket.on('unexpected-response', (req, response) => {
        resolve(response.statusCode ?? 0);
        req.destroy();
      });
      socket.on('open', () => reject(new Error('was let in')));
      socket.on('error', () => undefined);
    });

  test.each([
    ['rebinding', { headers: { Host: 'evil.example', Authorization: `Bearer ${TOKEN}` } }, 421],
    ['Origin null', { origin: 'null', headers: { Authorization: `Bearer ${TOKEN}` } }, 403],
    ['another origin', { origin: 'https://evil.example', headers: { Authorization: `Bearer ${TOKEN}` } }, 403],
    ['no token', {}, 401],
  ])('refuses %s at the upgrade', async (_name, options, status) => {
    const { url } = await serve();
    expect(await refusal(url, [], options)).toBe(status);
  });

  test('a paired page gets what lies there now and what happens then, and is cut off when it is revoked', async () => {
    const { port, url, callback } = await serve();
    const page = new PairedPage(callback, good, 'https://his.example');
    await page.pair(['card.status']);
    const events: { event: string }[] = [];
    const socket = new WebSocket(url, ['rhc.v1', `bearer.${await page.token()}`], { origin: page.origin });
    const closed = new Promise((done) => socket.once('close', done));
    const seen = new Promise<void>((done) => {
      socket.on('message', (data) => {
        events.push(JSON.parse(String(data)));
        if (events.length === 1) port.insert('A', OURS);
        if (events.length === 2) port.remove('A');
        if (events.length === 3) done();
      });
    });
    await seen;
    expect(socket.protocol).toBe('rhc.v1');
    expect(events.map((event) => event.event)).toEqual(['reader-added', 'card-inserted', 'card-removed']);
    await request(callback).post('/v1/pairing/revoke').set(good).send({ grant: page.grant });
    expect(await closed).toBe(1008);
  });
});
