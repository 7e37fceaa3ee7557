import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { z } from 'zod';
import { endpoint, endpointRouter } from './endpoints.ts';
import { createHttpApp, readRawBody } from './http-app.ts';
import { createLogger } from './logger.ts';
import { openApiDocument } from './open-api.ts';
import { tokenRegisterAuthenticator } from './principal.ts';

const text = { zh: '测试', en: 'test' };
const table = [
  endpoint({
    method: 'get',
    path: '/v1/open',
    access: 'public',
    tag: 't',
    summary: text,
    handle: () => ({ ok: true }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/cards/:id',
    access: ['clerk'],
    tag: 't',
    summary: text,
    status: 201,
    body: z.strictObject({ reason: z.string().min(1) }),
    response: z.object({ id: z.string(), reason: z.string(), by: z.string() }),
    handle: ({ params, body, principal }) => ({ id: params.id, reason: body.reason, by: principal?.id }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/cards/:id/files',
    access: ['clerk'],
    tag: 't',
    summary: text,
    rawBody: true,
    handle: async ({ ctx }) => ({ bytes: (await readRawBody(ctx.req, 100)).length }),
  }),
  endpoint({ method: 'get', path: '/v1/log', access: ['auditor'], tag: 't', summary: text, handle: () => ({}) }),
];

function makeApp() {
  const tokenSha256 = createHash('sha256').update('clerk-token').digest('hex');
  const { app } = createHttpApp({
    service: 'test',
    logger: createLogger('test', 'silent'),
    endpoints: table,
    authenticate: tokenRegisterAuthenticator([{ id: 'operator:clerk', name: '办事员', roles: ['clerk'], tokenSha256 }]),
  });
  return app.callback();
}
const clerk = { Authorization: 'Bearer clerk-token', Host: '127.0.0.1' };

describe('an endpoint table', () => {
  test.each([
    ['a public row, nobody', 'get', '/v1/open', { Host: '127.0.0.1' }, 200],
    ['a closed row, nobody', 'post', '/v1/cards/7', { Host: '127.0.0.1' }, 401],
    ['a closed row, a token nobody has', 'post', '/v1/cards/7', { ...clerk, Authorization: 'Bearer x' }, 401],
    ['a row of another role', 'get', '/v1/log', clerk, 403],
    ['a path without a row, nobody', 'get', '/v1/none', { Host: '127.0.0.1' }, 401],
    ['a path without a row', 'get', '/v1/none', clerk, 404],
  ] as const)('%s: %s %s', async (_name, method, path, headers, status) => {
    const answer = await request(makeApp())[method](path).set(headers);
    expect(answer.status).toBe(status);
  });

  test('a row that reads its body itself gets every byte, JSON too, below a path with an id', async () => {
    const answer = await request(makeApp()).post('/v1/cards/7/files').set(clerk).send({ file: 'AAAA' });
    expect([answer.status, answer.body]).toEqual([200, { bytes: '{"file":"AAAA"}'.length }]);
  });

  test('parses what goes in and says who called', async () => {
    const app = makeApp();
    const bad = await request(app).post('/v1/cards/7').set(clerk).send({ raeson: 'x' });
    expect(bad.status).toBe(400);
    expect(bad.body.error.fields.map((fault: { field: string }) => fault.field)).toContain('raeson');
    const good = await request(app).post('/v1/cards/7').set(clerk).send({ reason: 'x' });
    expect(good.status).toBe(201);
    expect(good.body).toEqual({ id: '7', reason: 'x', by: 'operator:clerk' });
  });

  test('two rows of one path are refused', () => {
    const row = table[0];
    expect(() => endpointRouter(row === undefined ? [] : [row, row])).toThrow('declared twice');
  });

  test('is an OpenAPI document', () => {
    const title = { title: 'test', version: '1', description: text };
    const document = JSON.parse(JSON.stringify(openApiDocument(title, table)));
    expect(Object.keys(document.paths)).toEqual(['/v1/open', '/v1/cards/{id}', '/v1/cards/{id}/files', '/v1/log']);
    const post = document.paths['/v1/cards/{id}'].post;
    expect(post['x-access']).toEqual(['clerk']);
    expect(post.parameters[0]).toMatchObject({ name: 'id', in: 'path' });
    expect(post.requestBody.content['application/json'].schema.required).toEqual(['reason']);
    expect(Object.keys(post.responses)).toEqual(['201', 'default']);
  });
});
