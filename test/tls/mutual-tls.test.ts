/**
 * `npm start -- --tls`: a card is issued and read while every service knows the others by certificates of the system's
 * own authority. Then: tokens open nothing among services, plain HTTP finds nobody, and an agent whose certificate is
 * revoked loses key-service at once.
 */
import { X509Certificate } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TlsMember } from '@rhc/key-service/client';
import { createLogger, requireTlsFolder, tlsFetch } from '@rhc/service-shell';
import { RunningHouse } from '../first-light/running-house.ts';

const LONG_MS = 300_000;
const folder = mkdtempSync(join(tmpdir(), 'rhc-tls-'));
const house = new RunningHouse(join(folder, 'state'), ['--tls']);
const at = (...names: string[]) => join(folder, 'state', ...names);
const identity = (service: 'card-issuer' | 'reader-agent') => requireTlsFolder(at(service, 'tls'));
const operator = (id: string) => readFileSync(at('tokens/key-operators', id), 'utf8').trim();
const address = (label: string) =>
  new RegExp(`${label}.*?(https://127\\.0\\.0\\.1:\\d+)/`).exec(house.output)?.[1] ?? '';

beforeAll(() => house.untilRunning(LONG_MS), LONG_MS);
afterAll(async () => {
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

const ask = async (send: typeof fetch, path: string, token?: string, body?: unknown) => {
  const answer = await send(`${address('密钥服务')}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
};

test('the card was issued and read; keys are for their owner only, codes are gone', () => {
  expect(house.output).toContain('every step held');
  for (const service of ['card-issuer', 'reader-agent'] as const) {
    expect(existsSync(at(service, 'enrolment-code'))).toBe(false);
    expect(new X509Certificate(identity(service).certificate).issuer).toContain('RHC TLS CA');
  }
});

test('among services a token opens nothing, a certificate opens what its role may, plain HTTP nobody answers', async () => {
  const bare = tlsFetch(() => ({ authority: identity('card-issuer').authority }));
  const token = readFileSync(at('tokens/key-service'), 'utf8').trim();
  expect((await ask(bare, '/v1/slots', token)).status).toBe(401);
  expect(
    (
      await ask(
        tlsFetch(() => identity('card-issuer')),
        '/v1/slots',
      )
    ).status,
  ).toBe(200);
  const desk = tlsFetch(() => identity('reader-agent'));
  expect((await ask(desk, '/v1/slots')).status).toBe(200);
  const wrongRole = await ask(desk, '/v1/personalization/prepare', undefined, {});
  expect([wrongRole.status, wrongRole.body.error.code]).toEqual([403, 'FORBIDDEN']);
  await expect(fetch(address('密钥服务').replace('https', 'http'))).rejects.toThrow();
  await expect(fetch(`${address('发卡台')}/healthz`)).rejects.toThrow();
  expect((await bare(`${address('发卡台')}/healthz`)).status).toBe(200);
});

test('a desk renews its certificate by itself when it is due, with a new key, and goes on with the new one', async () => {
  const old = identity('reader-agent');
  const copy = join(folder, 'desk-tls');
  cpSync(at('reader-agent/tls'), copy, { recursive: true });
  const desk = (now: () => Date) =>
    TlsMember.open({
      folder: copy,
      keyServiceUrl: address('密钥服务'),
      name: 'desk-1',
      codeFile: undefined,
      authorityFile: undefined,
      now,
      logger: createLogger('test', 'silent'),
    });
  const early = await desk(() => new Date());
  await early.refresh();
  expect(early.identity().certificate).toBe(old.certificate);
  const due = await desk(() => new Date(Date.now() + 61 * 24 * 3_600_000));
  await due.refresh();
  const renewed = due.identity();
  expect(new X509Certificate(renewed.certificate).serialNumber).not.toBe(
    new X509Certificate(old.certificate).serialNumber,
  );
  expect(renewed.key).not.toBe(old.key);
  expect(requireTlsFolder(copy).certificate).toBe(renewed.certificate);
  expect((await ask(due.fetch, '/v1/slots')).status).toBe(200);
});

test('a desk whose certificate is revoked is refused at its next call', async () => {
  const { serialNumber } = new X509Certificate(identity('reader-agent').certificate);
  const bare = tlsFetch(() => ({ authority: identity('card-issuer').authority }));
  const words = { reason: 'keyCompromise', note: '演练' };
  const path = `/v1/certificates/${serialNumber}/revocation`;
  expect((await ask(bare, path, operator('demo.security-admin'), words)).body.state).toBe('revoked');
  const desk = tlsFetch(() => identity('reader-agent'));
  const refused = await ask(desk, '/v1/slots');
  expect([refused.status, refused.body.error.code]).toEqual([401, 'CERTIFICATE_REFUSED']);
});
