import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import Router from '@koa/router';
import { SecretBytes } from '@rhc/card/bytes';
import request from 'supertest';
import { z } from 'zod';
import { createHttpApp } from './http-app.ts';
import { createLogger } from './logger.ts';
import { parseInput } from './parse-input.ts';

const TOKEN = 'a'.repeat(64);

function makeApp(extra: { allowedOrigins?: string[]; maxBodyBytes?: number } = {}) {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const router = new Router();
  router.post('/v1/echo', (ctx) => {
    ctx.body = parseInput(z.strictObject({ count: z.int().max(5), name: z.string() }), ctx.request.body);
  });
  router.get('/v1/boom', () => {
    throw new Error('secret detail of the database');
  });
  router.get('/v1/broken/:id', () => {
    throw new Error('broken');
  });
  router.get('/v1/open', (ctx) => {
    ctx.body = { open: true };
  });
  const { app } = createHttpApp({
    service: 'test',
    logger: createLogger('test', 'info', sink),
    router,
    token: new SecretBytes(new TextEncoder().encode(TOKEN)),
    publicPaths: ['/v1/open'],
    ...extra,
  });
  return { callback: app.callback(), lines };
}
const authorized = { Authorization: `Bearer ${TOKEN}`, Host: '127.0.0.1:1' };

describe('http app', () => {
  test('names each faulty field and its rule, never its value', async () => {
    const { callback } = makeApp();
    const answer = await request(callback).post('/v1/echo').set(authorized).send({ count: 9, nmae: 'x' });
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toBe('INPUT_INVALID');
    expect(answer.body.error.fields.map((fault: { field: string }) => fault.field).sort()).toEqual([
      'count',
      'name',
      'nmae',
    ]);
    expect(answer.body.error.nextStep.zh).toMatch(/改正/);
  });

  test('malformed JSON and an oversized body have sentences of their own', async () => {
    const { callback } = makeApp({ maxBodyBytes: 100 });
    const malformed = await request(callback)
      .post('/v1/echo')
      .set(authorized)
      .set('Content-Type', 'application/json')
      .send('{"count":');
    expect([malformed.status, malformed.body.error.code]).toEqual([400, 'BODY_NOT_JSON']);
    const large = await request(callback)
      .post('/v1/echo')
      .set(authorized)
      .send({ count: 1, name: 'x'.repeat(200) });
    expect([large.status, large.body.error.code]).toEqual([413, 'BODY_TOO_LARGE']);
  });

  test.each([
    ['no token', { Host: '127.0.0.1' }, 401, 'UNAUTHORIZED'],
    ['a wrong token', { Host: '127.0.0.1', Authorization: `Bearer ${'b'.repeat(64)}` }, 401, 'UNAUTHORIZED'],
    ['a rebinding Host', { ...authorized, Host: 'evil.example' }, 421, 'HOST_REFUSED'],
    ['a foreign Origin', { ...authorized, Origin: 'https://evil.example' }, 403, 'ORIGIN_REFUSED'],
    ['Origin null', { ...authorized, Origin: 'null' }, 403, 'ORIGIN_REFUSED'],
  ])('%s is refused', async (_what, headers, status, code) => {
    const answer = await request(makeApp().callback).post('/v1/echo').set(headers).send({ count: 1, name: 'x' });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('an unexpected error is logged, not told', async () => {
    const { callback, lines } = makeApp();
    const answer = await request(callback).get('/v1/boom').set(authorized);
    expect([answer.status, answer.body.error.code]).toEqual([500, 'INTERNAL']);
    expect(JSON.stringify(answer.body)).not.toContain('secret detail');
    expect(lines.join('')).toContain('secret detail');
    expect(lines.join('')).toContain(answer.body.requestId);
  });

  test('the log says the pattern of a path, never what a caller put into it', async () => {
    const { callback, lines } = makeApp();
    for (const path of [
      '/v1/broken/130101199001010000',
      '/v1/nothing/130101199001010000/%E7%8E%8B?phone=13900000001',
    ]) {
      expect((await request(callback).get(path).set(authorized)).status).toBeGreaterThanOrEqual(400);
      expect((await request(callback).get(path).set('Host', 'localhost')).status).toBe(401);
    }
    const paths = lines.map((line) => JSON.parse(line).path);
    expect(paths).toEqual(['/v1/broken/:id', '/v1/broken/*', '/v1/nothing/*/*', '/v1/nothing/*/*']);
    expect(lines.join('')).not.toMatch(/130101199001010000|13900000001|%E7/);
  });

  test('public path, health and strict page headers', async () => {
    const { callback } = makeApp();
    const open = await request(callback).get('/v1/open').set('Host', 'localhost:8101');
    expect([open.status, open.body]).toEqual([200, { open: true }]);
    expect(open.headers['content-security-policy']).toContain("default-src 'none'");
    expect((await request(callback).get('/healthz').set('Host', 'localhost')).body).toEqual({
      service: 'test',
      alive: true,
    });
    const unknown = await request(callback).get('/v1/nothing').set(authorized);
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'ROUTE_UNKNOWN']);
  });
});

describe('logger', () => {
  test('censors fields that could carry secrets or people', () => {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    createLogger('t', 'info', sink).info(
      { pin: '123456', request: { idNumber: '130101199001010000', path: '/ok' } },
      'x',
    );
    expect(lines.join('')).not.toMatch(/123456|130101199001010000/);
    expect(lines.join('')).toContain('/ok');
  });
});
