/** Every endpoint with every role and with nobody: who has no right hears 403 (401), and nothing else happens. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mayCall, openApiDocument } from '../../../service-shell/src/index.ts';
import type { Issuer } from '../../src/app.ts';
import { ROLES, type Role } from '../../src/domain/roles.ts';
import { API_TITLE, issuerEndpoints } from '../../src/http/endpoints.ts';
import { type Database, openDatabase } from '../../src/store/index.ts';
import { issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { type ServedIssuer, serveIssuer } from './serve-issuer.ts';

const table = issuerEndpoints({} as Issuer);

test('the document of the interface is the one of the table (npm run api writes it anew)', () => {
  const written = JSON.parse(readFileSync(join(process.cwd(), 'docs/api/card-issuer.json'), 'utf8'));
  expect(JSON.parse(JSON.stringify(openApiDocument(API_TITLE, table)))).toEqual(written);
});

test('every row names roles that exist, and every role may call something', () => {
  for (const { access } of table) {
    if (typeof access !== 'string') for (const role of access) expect(Object.keys(ROLES)).toContain(role);
    expect(access).not.toBe('public');
  }
});

describe('over HTTP', () => {
  let database: Database;
  let issuer: Issuer;
  let served: ServedIssuer;
  beforeAll(async () => {
    database = openDatabase(':memory:');
    issuer = await issuerWith(database, new TurnedClock());
    served = await serveIssuer(issuer);
  });
  afterAll(async () => {
    await served.stop();
    await issuer.stop();
    await database.destroy();
  });
  const call = async (row: (typeof table)[number], token: string | null) => {
    const stop = new AbortController();
    const answer = await fetch(`${served.baseUrl}${row.path.replaceAll(/:\w+/g, 'none')}`, {
      method: row.method.toUpperCase(),
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(row.method === 'get' ? {} : { body: '{}' }),
      signal: stop.signal,
    });
    const text = answer.headers.get('content-type')?.startsWith('application/json') ? await answer.text() : '';
    stop.abort();
    return { status: answer.status, code: text === '' ? null : (JSON.parse(text).error?.code ?? null) };
  };

  test.each(table.map((row) => [`${row.method} ${row.path}`, row] as const))('%s', async (_, row) => {
    expect(await call(row, null)).toEqual({ status: 401, code: 'UNAUTHORIZED' });
    expect(await call(row, 'wrong')).toEqual({ status: 401, code: 'UNAUTHORIZED' });
    let allowed = 0;
    for (const role of Object.keys(ROLES) as Role[]) {
      const may = mayCall(row.access, { id: 'x', name: 'x', roles: [role], via: 'token' });
      const { status, code } = await call(row, served.token(role));
      if (may) {
        allowed += 1;
        expect([role, code]).not.toEqual([role, 'FORBIDDEN']);
        // Also a refusal for want of a signer (503) is an answer of the operation itself.
        expect([status, code]).not.toEqual([500, 'INTERNAL']);
      } else expect([role, status, code]).toEqual([role, 403, 'FORBIDDEN']);
    }
    expect(allowed).toBeGreaterThan(0);
  });
});
