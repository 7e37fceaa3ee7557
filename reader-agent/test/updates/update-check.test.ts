/** A newer version is told under its publisher's signature, and nothing else ever happens. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nodeCrypto } from '@rhc/card/crypto-node';
import request from 'supertest';
import { textAt, UpdateCheck } from '../../src/updates/index.ts';
import { agentWithStandIns, deskHeaders } from '../stand-in-agent.ts';
import { ManualTimers } from '../stand-in-port.ts';

const room = mkdtempSync(join(tmpdir(), 'rhc-update-'));
const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ours = pair();
const pemOf = ({ privateKey }: ReturnType<typeof pair>) =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
function publicHalf({ publicKey }: ReturnType<typeof pair>): Uint8Array {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return Uint8Array.from(Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]));
}
let server: Server;
let url: string;
let answer = { status: 200, text: '' };
const asked: string[] = [];

/** By the tool that whoever publishes uses. */
function published(version: string, keys = ours): string {
  const key = join(room, 'publisher.pem');
  writeFileSync(key, pemOf(keys), { mode: 0o600 });
  return execFileSync(process.execPath, ['scripts/package/update-manifest.mjs', key, version], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
function signed(manifest: string, keys = ours): string {
  const signature = sign('sha256', Buffer.from(manifest), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
  return JSON.stringify({ manifest, signature: signature.toString('hex').toUpperCase() });
}

beforeAll(async () => {
  server = createServer((asking, response) => {
    asked.push(JSON.stringify([asking.method, asking.headers.authorization, asking.headers.cookie]));
    response.writeHead(answer.status, answer.status === 302 ? { location: url } : {});
    response.end(answer.text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rhc-agent.json`;
});
afterAll(async () => {
  await new Promise((done) => server?.close(done));
  rmSync(room, { recursive: true, force: true });
});

function checkOf(version = '1.2.3') {
  const timers = new ManualTimers();
  const check = new UpdateCheck({
    version,
    fetchText: textAt(url),
    verify: (text, signature) => nodeCrypto.verifySignature('intl-128', publicHalf(ours), text, signature),
    timers,
    now: () => new Date('2026-11-26T08:00:00Z'),
  });
  return { check, timers };
}
const says = (text: string, status = 200) => {
  answer = { status, text };
};

describe('what is published', () => {
  test.each([
    ['1.2.3', false],
    ['1.2.4', true],
    ['1.10.0', true],
    ['2.0.0', true],
    ['1.2.2', false],
    ['0.99.99', false],
  ])('%s to somebody who has 1.2.3: newer is %s', async (version, newer) => {
    says(published(version));
    const { check } = checkOf();
    await check.run();
    expect(check.state).toMatchObject({
      on: true,
      version: '1.2.3',
      checkedAt: '2026-11-26T08:00:00.000Z',
      error: null,
    });
    expect(check.state.newer?.version ?? null).toBe(newer ? version : null);
  });

  test('another key, a changed text, another product, no JSON: not taken, and said', async () => {
    const fair = published('9.0.0');
    const other = JSON.stringify({
      format: 1,
      product: 'other',
      version: '9.0.0',
      publishedAt: '2026-11-26T08:00:00.000Z',
    });
    const worded = JSON.stringify({
      format: 1,
      product: 'rhc-agent',
      version: '9.0.0-rc',
      publishedAt: '2026-11-26T08:00:00.000Z',
    });
    for (const text of [
      published('9.0.0', pair()),
      fair.replace('9.0.0', '9.0.1'),
      signed(other),
      signed(worded),
      '<html>',
      '{}',
    ]) {
      says(text);
      const { check } = checkOf();
      await check.run();
      expect(check.state).toMatchObject({ newer: null, checkedAt: null, error: { code: 'UPDATE_MANIFEST_REFUSED' } });
    }
  });

  test('an older one shown again takes back nothing; an address that fails leaves what is known', async () => {
    const { check } = checkOf();
    says(published('1.5.0'));
    await check.run();
    says(published('1.4.0'));
    await check.run();
    expect(check.state.newer?.version).toBe('1.5.0');
    for (const status of [500, 302]) {
      says('', status);
      await check.run();
      expect(check.state).toMatchObject({ newer: { version: '1.5.0' }, error: { code: 'UPDATE_UNREACHABLE' } });
    }
    says('x'.repeat(20_000));
    await check.run();
    expect(check.state).toMatchObject({ error: { code: 'UPDATE_UNREACHABLE' } });
  });
});

test('a minute after the start and then once a day; no token, no cookie; closed, never again', async () => {
  says(published('1.2.4'));
  const { check, timers } = checkOf();
  asked.length = 0;
  const counts: number[] = [];
  for (const ms of [59_999, 1, 23 * 3_600_000, 3_600_000]) {
    timers.advance(ms);
    for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    counts.push(asked.length);
  }
  expect(counts).toEqual([0, 1, 1, 2]);
  expect([...new Set(asked)]).toEqual(['["GET",null,null]']);
  check.close();
  timers.advance(5 * 24 * 3_600_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked.length).toBe(2);
});

test('at the desk: told on request; turned off, nothing is asked', async () => {
  says(published('1.2.4'));
  asked.length = 0;
  const { check } = checkOf();
  const on = agentWithStandIns({ more: { updateCheck: check } });
  const look = await request(on.callback).post('/v1/update/check').set(deskHeaders).send({});
  expect([look.status, look.body.newer.version]).toEqual([200, '1.2.4']);
  const off = agentWithStandIns();
  const state = await request(off.callback).get('/v1/update').set(deskHeaders);
  expect(state.body).toEqual({ on: false, version: '0', newer: null, checkedAt: null, error: null });
  expect((await request(off.callback).post('/v1/update/check').set(deskHeaders).send({})).status).toBe(404);
  expect(asked).toHaveLength(1);
  await on.agent.close();
  await off.agent.close();
});
