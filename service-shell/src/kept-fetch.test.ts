import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { plainFetch } from './kept-fetch.ts';

let server: Server;
let base: string;
let connections: number;

beforeEach(async () => {
  connections = 0;
  server = createServer((request, response) => {
    if (request.url === '/silent') return;
    if (request.url === '/cut') {
      request.socket.destroy();
      return;
    }
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      response.statusCode = request.url === '/nothing' ? 204 : 418;
      response.setHeader('x-method', request.method ?? '');
      response.end(request.url === '/nothing' ? undefined : Buffer.concat(parts));
    });
  }).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('status, headers and body go both ways, over one connection', async () => {
  const send = plainFetch();
  const answer = await send(`${base}/echo`, { method: 'POST', body: '健康卡' });
  expect([answer.status, answer.headers.get('x-method'), await answer.text()]).toEqual([418, 'POST', '健康卡']);
  expect((await send(`${base}/nothing`)).status).toBe(204);
  expect(connections).toBe(1);
});

test('a service that does not answer in time is told apart from one that cannot be reached or hung up', async () => {
  const send = plainFetch();
  await expect(send(`${base}/silent`, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  await expect(send(`${base}/cut`)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  const gone = base;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(plainFetch()(gone)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});
