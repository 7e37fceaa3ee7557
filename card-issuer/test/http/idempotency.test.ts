/** A call that is sent twice: every POST keeps its answer under the caller's key, or is safe to repeat for a reason told here. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Issuer } from '../../src/app.ts';
import { issuerEndpoints } from '../../src/http/endpoints.ts';
import { type Database, openDatabase } from '../../src/store/index.ts';
import { enrolled, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { type ServedIssuer, serveIssuer } from './serve-issuer.ts';

/** Without a key of the caller: why the second call makes nothing a second time. A new POST stands here or takes a key. */
const SAFE_TO_REPEAT: Readonly<Record<string, string>> = {
  '/v1/resident-candidates/different': 'a mark on a pair that exists',
  '/v1/residents/:id/unmerge': 'the merge is undone by a condition on its row; the second finds none',
  '/v1/residents/:id/consents/:consentId/withdraw': 'a condition on the row',
  '/v1/enrolment-checks': 'reads',
  '/v1/roster-imports': 'each row is known by its document number; the same file again takes none',
  '/v1/roster-imports/:id/pause': 'a state that is wanted',
  '/v1/roster-imports/:id/resume': 'a state that is wanted',
  '/v1/roster-imports/:id/cancel': 'a state that is wanted',
  '/v1/cards/:id/personalize': 'one run a card, as the database decides (two-clerks.test.ts)',
  '/v1/mailbox-updates/:id/withdraw': 'a condition on the row',
  '/v1/mailbox-changes/:id/start': 'a condition on the row',
  '/v1/mailbox-changes/:id/cancel': 'a condition on the row',
  '/v1/contacts': 'the same answer while nothing changed',
  '/v1/mailbox-results': 'results are known by their updates',
  '/v1/agent-events': 'events are known by their numbers in the chain',
  '/v1/mailbox-updates/:id/rekey-channel': 'commands for a challenge; nothing is kept',
  '/v1/approvals/:id/approve': 'decided once: a condition on the row, in the transaction of what is approved',
  '/v1/approvals/:id/refuse': 'decided once',
  '/v1/approvals/:id/withdraw': 'decided once',
  '/v1/bulk-runs/:id/pause': 'a state that is wanted',
  '/v1/bulk-runs/:id/resume': 'a state that is wanted',
  '/v1/bulk-runs/:id/cancel': 'a state that is wanted',
  '/v1/bulk-runs/:id/new-sample': 'a condition on the state of the run',
  '/v1/bulk-stations/release': 'a state that is wanted',
  '/v1/bulk-items/:id/retry': 'a condition on the state of the item',
  '/v1/bulk-items/:id/remove': 'a condition on the state of the item',
  '/v1/bulk-items/:id/position': 'a place that is wanted',
  '/v1/bureau/orders/:id/seal': 'a file that was made once never changes',
  '/v1/bureau/orders/:id/returns': 'a return file is known by its hash',
  '/v1/cards/:id/bureau-check': 'a check that passed is told again',
  '/v1/foreign-hotlists': 'a list is known by its province and version',
  '/v1/steering/capacity': 'reckons',
};

describe('every POST', () => {
  const posts = issuerEndpoints({} as Issuer).filter(({ method }) => method === 'post');
  const takesKey = (row: (typeof posts)[number]) => row.handle.toString().includes('idempotencyKey');

  test.each(posts.map((row) => [row.path, row] as const))('%s takes a key, or says why none is needed', (path, row) => {
    expect([path, takesKey(row), SAFE_TO_REPEAT[path] !== undefined]).toEqual([path, takesKey(row), !takesKey(row)]);
  });

  test('nothing is excused that does not exist', () => {
    const paths = posts.map(({ path }) => path);
    expect(Object.keys(SAFE_TO_REPEAT).filter((path) => !paths.includes(path))).toEqual([]);
    expect(posts.filter(takesKey).length).toBeGreaterThan(20);
  });
});

describe('the same key over HTTP', () => {
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
  const post = async (path: string, role: 'manager' | 'clerk', key: string, body: object) => {
    const answer = await fetch(`${served.baseUrl}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${served.token(role)}`,
        'idempotency-key': key,
      },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as { id?: string; error?: { code: string } } };
  };

  test('one consent and one location, each told again; another body is refused', async () => {
    const resident = await enrolled(issuer, 1);
    const calls = [
      {
        path: `/v1/residents/${resident}/consents`,
        bodies: [
          { purpose: 'health-record', basis: '书面同意' },
          { purpose: 'health-record', basis: '口头同意' },
        ],
        count: async () => (await issuer.residents.consents(resident)).length,
      },
      {
        path: '/v1/stock/locations',
        bodies: [{ name: '窗口一' }, { name: '窗口二' }],
        count: async () => (await issuer.stock.locations()).length,
      },
    ];
    for (const { path, bodies, count } of calls) {
      const before = await count();
      const [body = {}, other = {}] = bodies;
      // Two at the same moment, and one later.
      const both = await Promise.all([1, 2].map(() => post(path, 'manager', 'k1', body)));
      const later = await post(path, 'manager', 'k1', body);
      expect(later.status).toBeLessThan(300);
      expect(both.map(({ body: { id } }) => id)).toEqual([later.body.id, later.body.id]);
      expect((await post(path, 'manager', 'k1', other)).body.error?.code).toBe('IDEMPOTENCY_KEY_REUSED');
      expect((await count()) - before).toBe(1);
    }
  });
});
