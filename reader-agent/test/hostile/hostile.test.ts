/** The corpus against a listening agent with a card in the reader: nothing accepted, no personal byte, no APDU to the card. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serveEventSocket } from '../../src/http/index.ts';
import { PairedPage } from '../paired-page.ts';
import { agentWithStandIns, DESK_TOKEN, deskHeaders, OURS } from '../stand-in-agent.ts';
import { type HostileRequest, hostileRequests } from './corpus.ts';

const HIS = 'https://his.example';
const made = agentWithStandIns({ pairingOrigins: [HIS] });
const server = createServer(made.callback);
const page = new PairedPage(made.callback, deskHeaders, HIS);
let closeSockets: () => void;
/** What the card says, and what only the desk may see. */
const PERSONAL = ['张三', '青霉素', '000101000000002A', OURS.reduce((text, byte) => text + byte.toString(16), '')];

beforeAll(async () => {
  const { audience, authenticate, allowedOrigins } = made.agent;
  closeSockets = serveEventSocket(server, { audience, authenticate, allowedOrigins, maxSockets: 4 });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  await page.pair(['card.status']);
  made.port.insert('A', OURS);
});
afterAll(async () => {
  closeSockets();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

/** The whole answer, head and body, as the other side sees it; null: cut off without one. */
function send({ method, path, headers, body }: HostileRequest): Promise<{ status: number; seen: string } | null> {
  return new Promise((done) => {
    const { port } = server.address() as AddressInfo;
    const sent = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { ...headers }, agent: false, setHost: false },
      (answer) => {
        let text = JSON.stringify(answer.headers);
        answer.on('data', (chunk) => {
          text += String(chunk);
        });
        answer.on('close', () => done({ status: answer.statusCode ?? 0, seen: text }));
      },
    );
    sent.on('upgrade', (answer, socket) => {
      socket.destroy();
      done({ status: answer.statusCode ?? 101, seen: '' });
    });
    sent.on('error', () => done(null));
    sent.end(body);
  });
}

test('at least 500 hostile requests: none accepted, none answered with a personal byte, none reaches the card', async () => {
  const corpus = hostileRequests(made.agent.endpoints, {
    deskToken: DESK_TOKEN,
    pageToken: await page.token(),
    pairedOrigin: HIS,
  });
  expect(corpus.length).toBeGreaterThanOrEqual(500);
  expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
  const accepted: string[] = [];
  const leaks: string[] = [];
  for (const hostile of corpus) {
    // Calls of the corpus come faster than any page's: the limit is tested by itself.
    made.passMs(25);
    const answer = await send(hostile);
    if (answer !== null && (answer.status < 400 || answer.status >= 500))
      accepted.push(`${answer.status} ${hostile.name}`);
    if (answer !== null && PERSONAL.some((word) => answer.seen.includes(word))) leaks.push(hostile.name);
    if (answer?.seen.includes('"access-control-allow-origin":"*"')) leaks.push(`wildcard ${hostile.name}`);
  }
  expect({ accepted, leaks }).toEqual({ accepted: [], leaks: [] });
  expect(made.port.transmitted).toHaveLength(0);
}, 120_000);

test('before pairing: a page that may ask sees no personal byte, whatever it asks', async () => {
  const stranger = agentWithStandIns();
  stranger.port.insert('A', OURS);
  const asking = new PairedPage(stranger.callback, deskHeaders, 'https://new.example');
  for (const { method, path } of stranger.agent.endpoints) {
    stranger.passMs(1000);
    const url = path.replaceAll(/:[^/]+/g, 'iR_DDF1EF06Info');
    const answer = method === 'post' ? await asking.post(url, {}) : await asking.get(url);
    const seen = `${JSON.stringify(answer.headers)}${answer.text}`;
    expect({ path, personal: PERSONAL.filter((word) => seen.includes(word)) }).toEqual({ path, personal: [] });
  }
  expect(stranger.port.transmitted).toHaveLength(0);
});

test('a page that hammers is slowed down, and others are not', async () => {
  const busy = agentWithStandIns();
  const one = new PairedPage(busy.callback, deskHeaders, 'https://one.example');
  const two = new PairedPage(busy.callback, deskHeaders, 'https://two.example');
  const statuses: number[] = [];
  for (let i = 0; i < 30; i += 1) statuses.push((await one.post('/v1/pairing/confirm', {})).status);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(5);
  expect((await two.ask(['card.status'])).status).toBe(201);
});
