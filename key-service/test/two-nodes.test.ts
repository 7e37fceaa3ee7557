/**
 * Two nodes of key-service on one PostgreSQL database and one token: sessions, codes, lock-outs, certificates and the
 * audit log are one; a node that stops lets its requests finish; readiness and metrics say what they promise.
 */
import { generateKeyPairSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type PostgresCluster, startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { verifyExport } from '../src/audit/verify-export.ts';
import { certificateRequest } from '../src/authority/request.ts';
import { holdCeremony, stateFolder } from '../src/ceremony-room.ts';
import { config, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';
import { RunningKeyService } from './running-service.ts';
import { SoftPasskey } from './soft-passkey.ts';
import { Wire } from './wire.ts';

jest.setTimeout(120_000);
const state = temporaryFolder();
const ORIGIN = 'http://localhost:8101';
let postgres: PostgresCluster;
let wire: Wire;
let first: RunningKeyService;
let second: RunningKeyService;
const both = () => [first, second] as const;

beforeAll(async () => {
  postgres = await startPostgresCluster({ parentDir: '/tmp' });
  await holdCeremony({
    config,
    folder: { ...stateFolder(state), database: postgres.url },
    tokenLabel: TOKEN_LABEL,
    workerPath,
    policy: { production: false, allowSoftToken: undefined },
    now: () => new Date('2026-11-22T00:00:00Z'),
  });
  wire = await Wire.to(postgres.port);
  const away = new URL(postgres.url);
  away.port = String(wire.port);
  const node = (name: string, databaseUrl: string) => new RunningKeyService({ state, databaseUrl, node: name });
  // Together: migrations, authority and audit key must bear two first starts at once.
  [first, second] = await Promise.all([node('a', postgres.url).start(), node('b', away.href).start()]);
}, 180_000);
afterAll(async () => {
  await first?.stop(true);
  await second?.stop(true);
  await wire?.cut();
  await postgres?.stop();
  rmSync(state, { recursive: true, force: true });
}, 60_000);

const prepare = (factor: number) => ({
  cardFactor: factor.toString(16).toUpperCase().padStart(16, '0'),
  ...{ provinceCode: '13', challenge: 'A1A2A3A4A5A6A7A8', masterKeyVersion: 0 },
  ...{ securityCodeBlock: '000102030405060708090A0B0C0D0E0F', issuer: '1301000000000000000001' },
});

test('one authority, made once', async () => {
  expect(first.authority.pem).toBe(second.authority.pem);
  const leaves = (await first.audit.store.leaves(0, 1e6)).map((line) => JSON.parse(line).action);
  expect(leaves.filter((action) => action === 'authority-created').length).toBeGreaterThan(0);
});

test('a session of one node is the other one’s; signed out here is signed out there', async () => {
  const id = 'feng.nodes';
  await first.call('POST', '/v1/operators', { role: 'system-admin', body: { id, name: '双机' } });
  const { body } = await second.call('POST', `/v1/operators/${id}/enrolment-code`, { role: 'system-admin' });
  const { code } = body;
  const passkey = new SoftPasskey(ORIGIN);
  const options = await first.call('POST', '/v1/enrolment/passkey/options', { body: { code } });
  const { challengeId } = options.body;
  const answer = { code, challengeId, response: passkey.register(options.body.options), label: '甲' };
  expect((await second.call('POST', '/v1/enrolment/passkey', { body: answer })).status).toBe(201);
  const asked = await first.call('POST', '/v1/sign-in/passkey/options', { body: {} });
  const response = passkey.assert(asked.body.options);
  const signIn = { challengeId: asked.body.challengeId, response };
  // The same answer at both nodes at once signs in once.
  const tries = await Promise.all(both().map((node) => node.call('POST', '/v1/sign-in/passkey', { body: signIn })));
  expect(tries.map(({ status }) => status).sort()).toEqual([200, 401]);
  const token = tries.find(({ status }) => status === 200)?.body.token as string;
  const seen = () => Promise.all(both().map(async (node) => (await node.call('GET', '/v1/session', { token })).body));
  expect((await seen()).map(({ principal }) => principal?.id)).toEqual([`operator:${id}`, `operator:${id}`]);
  expect((await second.call('DELETE', '/v1/session', { token })).status).toBe(204);
  expect((await seen()).map(({ principal }) => principal)).toEqual([null, null]);
});

test('a code raced at both nodes gives one certificate; revocations at both at once give two numbered lists', async () => {
  const enrol = async (name: string) => {
    const grant = { kind: 'terminal', name };
    const { body } = await first.call('POST', '/v1/certificates/enrolments', { role: 'system-admin', body: grant });
    const csr = certificateRequest(generateKeyPairSync('ec', { namedCurve: 'P-256' }), name);
    const words = { code: body.code, csr };
    const tries = await Promise.all(
      both().map((node) => node.call('POST', '/v1/enrolment/certificate', { body: words })),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual([201, 403]);
    return tries.find(({ status }) => status === 201)?.body.serial as string;
  };
  const serials = [await enrol('desk-a'), await enrol('desk-b')];
  const before = (await first.authority.list()).number;
  await Promise.all(
    serials.map((serial, at) =>
      (at === 0 ? first : second).authority.revoke('operator:t', serial, 'superseded', '演练'),
    ),
  );
  const { body } = await second.call('GET', '/v1/authority/revocations');
  expect(body.number).toBe(before + 2);
  expect(body.serials).toEqual(expect.arrayContaining(serials));
  for (const node of both()) for (const serial of serials) expect(await node.authority.isValid(serial)).toBe(false);
});

test('cards keyed at both at once stand in one log, each once, and the log verifies', async () => {
  const count = 40;
  const answers = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      (i % 2 === 0 ? first : second).call('POST', '/v1/personalization/prepare', { role: 'service', body: prepare(i) }),
    ),
  );
  expect(answers.filter(({ status }) => status !== 200).map(({ body }) => body)).toEqual([]);
  await first.audit.log.checkpoint();
  const lines = await second.audit.store.leaves(0, 1e6);
  const factors = lines
    .map((line) => JSON.parse(line))
    .filter(({ action }) => action === 'personalization-prepare')
    .map(({ details }) => details.cardFactor);
  expect([factors.length, new Set(factors).size]).toEqual([count, count]);
  const report = await verifyExport(lines, await first.audit.store.checkpoints(0, 1e4), first.audit.log.publicKey);
  expect(report.faults).toEqual([]);
});

test('readiness tells its parts; metrics tell HSM operations, key versions and endpoints', async () => {
  const ready = await first.call('GET', '/readyz');
  expect([ready.status, ready.body.parts]).toEqual([200, { hsm: true, keys: true, audit: true, database: true }]);
  const { body } = await first.call('GET', '/metrics');
  expect(body).toMatch(/rhc_hsm_operation_seconds_count\{operation="prepare"\} [1-9]/);
  expect(body).toMatch(/rhc_key_uses_total\{slot="[^"]+",version="1",operation="load-onto-card"\} [1-9]/);
  expect(body).toMatch(
    /rhc_http_request_seconds_count\{endpoint="post \/v1\/personalization\/prepare",status="200"\} [1-9]/,
  );
});

test('a node that loses the database says so and works again by itself when it is back', async () => {
  const list = () => second.call('GET', '/v1/operators', { role: 'system-admin' });
  expect((await list()).status).toBe(200);
  await wire.cut();
  const refused = await list();
  expect([refused.status, refused.body.error.code, refused.body.error.retriable]).toEqual([503, 'DATABASE_AWAY', true]);
  expect(refused.body.error.nextStep.zh).toContain('稍后重试');
  const ready = await second.call('GET', '/readyz');
  expect([ready.status, ready.body.parts.database]).toEqual([503, false]);
  expect((await first.call('GET', '/v1/operators', { role: 'system-admin' })).status).toBe(200);
  await wire.join();
  expect((await list()).status).toBe(200);
});

test('a node that stops lets its requests finish; the other goes on', async () => {
  const running = Array.from({ length: 6 }, (_, i) =>
    second.call('POST', '/v1/personalization/prepare', { role: 'service', body: prepare(1_000 + i) }),
  );
  // Stopped when the first answer is out: the others are on their way.
  await Promise.race(running);
  const stopping = second.service.stop();
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  await stopping;
  await expect(second.call('GET', '/healthz')).rejects.toThrow();
  const answer = await first.call('POST', '/v1/personalization/prepare', { role: 'service', body: prepare(2_000) });
  expect(answer.status).toBe(200);
});
