/** Who may do what: every endpoint with every role, passkeys, sessions that end, lock-out, rate limits. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Endpoint, mayCall, unusedParts } from '@rhc/service-shell';
import { operatorsResponse, sessionResponse } from '../src/contract/index.ts';
import { EXCLUSIVE_ROLES, ROLES, type Role } from '../src/domain/roles.ts';
import { type EndpointParts, keyServiceEndpoints } from '../src/http/endpoints.ts';
import { RunningKeyService } from './running-service.ts';
import { SoftPasskey } from './soft-passkey.ts';

const ORIGIN = 'http://localhost:8101';
const house = new RunningKeyService();
const table = keyServiceEndpoints(unusedParts<EndpointParts>());

jest.setTimeout(60_000);
beforeAll(() => house.start(), 180_000);
afterAll(() => house.stop(), 20_000);

describe('every endpoint with every role', () => {
  const callers: (Role | null)[] = [null, ...(Object.keys(ROLES) as Role[])];

  test('the table names only roles that exist, and something for each of them', () => {
    const named = new Set(table.flatMap(({ access }) => (typeof access === 'string' ? [] : access)));
    expect([...named].filter((role) => !(role in ROLES))).toEqual([]);
    expect(Object.keys(ROLES).filter((role) => !named.has(role))).toEqual([]);
  });

  test.each(table.map((row) => [`${row.method} ${row.path}`, row] as [string, Endpoint]))(
    '%s',
    async (_name, row) => {
      for (const role of callers) {
        const path = row.path.replaceAll(/:\w+/g, 'none');
        const answer = await house.call(row.method.toUpperCase(), path, {
          ...(role === null ? {} : { role }),
          ...(row.method === 'get' ? {} : { body: {} }),
        });
        const principal = role === null ? null : ({ id: role, name: role, roles: [role], via: 'token' } as const);
        const refusal = { null: 'UNAUTHORIZED' }[String(role)] ?? 'FORBIDDEN';
        const refused = answer.body?.error?.code === refusal && [401, 403].includes(answer.status);
        expect({ role, refused }).toEqual({ role, refused: !mayCall(row.access, principal) });
      }
    },
    60_000,
  );

  test('a path without a row tells nobody that it is not there', async () => {
    expect((await house.call('GET', '/v1/none')).status).toBe(401);
    expect((await house.call('GET', '/v1/none', { role: 'service' })).status).toBe(404);
  });
});

/** A new operator with a passkey and then roles, as three people would do it. */
async function enrolled(id: string, roles: readonly Role[]): Promise<SoftPasskey> {
  const made = await house.call('POST', '/v1/operators', { role: 'system-admin', body: { id, name: '测试员' } });
  expect(made.status).toBe(201);
  const { body } = await house.call('POST', `/v1/operators/${id}/enrolment-code`, { role: 'system-admin' });
  const passkey = new SoftPasskey(ORIGIN);
  const options = await house.call('POST', '/v1/enrolment/passkey/options', { body: { code: body.code } });
  expect(options.status).toBe(200);
  const answer = {
    code: body.code.toLowerCase().replaceAll('-', ' '),
    challengeId: options.body.challengeId,
    response: passkey.register(options.body.options),
    label: '工作站',
  };
  expect(await house.call('POST', '/v1/enrolment/passkey', { body: answer })).toMatchObject({
    status: 201,
    body: { operator: id },
  });
  // The code is spent, and so is the challenge.
  const again = await house.call('POST', '/v1/enrolment/passkey', { body: answer });
  expect([again.status, again.body.error.code]).toEqual([403, 'ENROLMENT_CODE_REFUSED']);
  await house.call('PUT', `/v1/operators/${id}/roles`, { role: 'security-admin', body: { roles, reason: '任命' } });
  return passkey;
}

async function signIn(passkey: SoftPasskey, how: Parameters<SoftPasskey['assert']>[1] = {}) {
  const { body } = await house.call('POST', '/v1/sign-in/passkey/options', { body: {} });
  const response = passkey.assert(body.options, how);
  return house.call('POST', '/v1/sign-in/passkey', { body: { challengeId: body.challengeId, response } });
}

describe('people', () => {
  test('a passkey opens a session that says who it is, may what the role may, and ends at sign-out', async () => {
    const passkey = await enrolled('zhang.auditor', ['audit-admin']);
    const { status, body } = await signIn(passkey);
    expect([status, body.principal]).toEqual([
      200,
      { id: 'operator:zhang.auditor', name: '测试员', roles: ['audit-admin'], via: 'session' },
    ]);
    const { token } = body;
    const session = sessionResponse.parse((await house.call('GET', '/v1/session', { token })).body);
    expect(session.principal?.roles).toEqual(['audit-admin']);
    expect(session.session?.startedAt).toBe(body.session.startedAt);
    expect((await house.call('GET', '/v1/audit/leaves', { token })).status).toBe(200);
    expect((await house.call('POST', '/v1/operators', { token, body: {} })).status).toBe(403);
    expect((await house.call('DELETE', '/v1/session', { token })).status).toBe(204);
    expect((await house.call('GET', '/v1/audit/leaves', { token })).status).toBe(401);
    expect((await house.call('GET', '/v1/session', { token })).body.principal).toBeNull();
  });

  test('nobody holds roles that exclude one another: not by the interface, not in the database', async () => {
    await enrolled('qian.roles', []);
    for (const pair of EXCLUSIVE_ROLES) {
      const body = { roles: pair, reason: '兼任' };
      const answer = await house.call('PUT', '/v1/operators/qian.roles/roles', { role: 'security-admin', body });
      expect([answer.status, answer.body.error.code]).toEqual([409, 'OPERATOR_ROLES_EXCLUSIVE']);
      const columns = Object.fromEntries(pair.map((role) => [role.replace('-', '_'), 1]));
      const refused = await house
        .database('operators')
        .where({ id: 'qian.roles' })
        .update(columns)
        .then(
          () => null,
          (error: { message: string }) => error.message,
        );
      // Not `rejects.toThrow`: the add-on's errors are of the realm that loaded it first, and no Error to Jest here.
      expect(refused).toMatch(/CHECK/);
    }
  });

  test('nobody changes their own roles or state; a code is given only to whoever holds no role', async () => {
    await house.call('POST', '/v1/operators', { role: 'system-admin', body: { id: 'security-admin', name: '自己' } });
    const body = { roles: ['officer'], reason: '自授' };
    const own = await house.call('PUT', '/v1/operators/security-admin/roles', { role: 'security-admin', body });
    expect([own.status, own.body.error.code]).toEqual([403, 'FORBIDDEN']);
    await enrolled('sun.officer', ['officer']);
    const code = await house.call('POST', '/v1/operators/sun.officer/enrolment-code', { role: 'system-admin' });
    expect([code.status, code.body.error.code]).toEqual([409, 'OPERATOR_HOLDS_ROLES']);
  });

  test('a code kept back is worthless once roles are given', async () => {
    await house.call('POST', '/v1/operators', { role: 'system-admin', body: { id: 'wu.later', name: '后来' } });
    const { body } = await house.call('POST', '/v1/operators/wu.later/enrolment-code', { role: 'system-admin' });
    const roles = { roles: ['officer'], reason: '任命' };
    await house.call('PUT', '/v1/operators/wu.later/roles', { role: 'security-admin', body: roles });
    for (const path of ['/v1/enrolment/passkey/options', '/v1/enrolment/pkcs12']) {
      const more = path.endsWith('pkcs12') ? { password: 'long enough' } : {};
      const answer = await house.call('POST', path, { body: { code: body.code, ...more } });
      expect([answer.status, answer.body.error.code]).toEqual([409, 'OPERATOR_HOLDS_ROLES']);
    }
  });

  test('a session ends with the roles it was opened for, when idle, and at its absolute end', async () => {
    const passkey = await enrolled('li.officer', ['officer']);
    const open = async () => (await signIn(passkey)).body.token as string;
    const alive = async (token: string) => (await house.call('GET', '/v1/slots', { token })).status === 200;
    let token = await open();
    expect(await alive(token)).toBe(true);
    const body = { roles: ['security-admin'], reason: '调岗' };
    await house.call('PUT', '/v1/operators/li.officer/roles', { role: 'security-admin', body });
    expect(await alive(token)).toBe(false);

    token = await open();
    house.aheadMs += 14 * 60_000;
    expect(await alive(token)).toBe(true);
    house.aheadMs += 14 * 60_000;
    expect(await alive(token)).toBe(true);
    house.aheadMs += 16 * 60_000;
    expect(await alive(token)).toBe(false);

    token = await open();
    let hops = 0;
    for (; await alive(token); hops++) house.aheadMs += 10 * 60_000;
    expect(hops).toBe(48);

    token = await open();
    const off = { state: 'disabled', reason: '离职' };
    await house.call('PUT', '/v1/operators/li.officer/state', { role: 'system-admin', body: off });
    expect(await alive(token)).toBe(false);
    expect((await signIn(passkey)).status).toBe(401);
  });

  test('five forged answers lock the operator out; a good one counts again when the lock lapses', async () => {
    const passkey = await enrolled('zhou.locked', ['officer']);
    for (let i = 0; i < 5; i++) expect((await signIn(passkey, { forged: true })).status).toBe(401);
    const locked = await signIn(passkey);
    expect([locked.status, locked.body.error.code]).toEqual([429, 'LOCKED_OUT']);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(890);
    house.aheadMs += 16 * 60_000;
    expect((await signIn(passkey)).status).toBe(200);
  });

  test('an answer without user verification, to another challenge, or given twice signs nobody in', async () => {
    const passkey = await enrolled('zheng.strict', ['officer']);
    expect((await signIn(passkey, { verified: false })).status).toBe(401);
    const { body } = await house.call('POST', '/v1/sign-in/passkey/options', { body: {} });
    const other = passkey.assert({ challenge: Buffer.alloc(32, 7).toString('base64url') });
    const send = (response: unknown) =>
      house.call('POST', '/v1/sign-in/passkey', { body: { challengeId: body.challengeId, response } });
    expect((await send(other)).status).toBe(401);
    expect((await send(passkey.assert(body.options))).status).toBe(401);
  });

  test('a wrong code burns after five tries; what happened is in the log', async () => {
    await house.call('POST', '/v1/operators', { role: 'system-admin', body: { id: 'he.burnt', name: '试错' } });
    const { body } = await house.call('POST', '/v1/operators/he.burnt/enrolment-code', { role: 'system-admin' });
    const wrong = `${body.code.slice(0, -1)}${body.code.endsWith('0') ? '1' : '0'}`;
    const ask = async (code: string) =>
      (await house.call('POST', '/v1/enrolment/passkey/options', { body: { code } })).status;
    for (let i = 0; i < 5; i++) expect(await ask(wrong)).toBe(403);
    expect(await ask(body.code)).toBe(403);
    const leaves = (await house.audit.store.leaves(0, 1e6)).map((line) => JSON.parse(line).action);
    for (const action of ['operator-signed-in', 'operator-locked-out', 'enrolment-code-burned', 'passkey-registered']) {
      expect(leaves).toContain(action);
    }
    const everything = JSON.stringify(await house.database('enrolments'));
    expect(everything).not.toContain(body.code.replaceAll('-', ''));
    const { operators } = operatorsResponse.parse((await house.call('GET', '/v1/operators', { role: 'officer' })).body);
    expect(operators.find(({ id }) => id === 'zhang.auditor')?.passkeys).toHaveLength(1);
  });
});

describe('rate limits', () => {
  const limited = new RunningKeyService({
    limits: { perSecond: { service: 1_000, terminal: 5 }, otherwise: 10, perTerminal: 5 },
    state: house.state,
    node: 'limited',
  });
  beforeAll(() => limited.start(), 180_000);
  afterAll(() => limited.stop(true), 20_000);

  const flood = async (count: number, headers: Record<string, string>, role?: string) => {
    const answers = await Promise.all(
      Array.from({ length: count }, () =>
        limited.call('GET', '/v1/session', { headers, ...(role === undefined ? {} : { role }) }),
      ),
    );
    return answers.filter(({ status }) => status === 429);
  };

  test('meet one caller, one terminal of a service, nobody; never another', async () => {
    const refused = await flood(60, {}, 'officer');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.body.error.code).toBe('RATE_LIMITED');
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await flood(3, {}, 'custodian')).toEqual([]);
    expect((await flood(60, { 'x-rhc-terminal': 'desk-1' }, 'service')).length).toBeGreaterThan(0);
    expect(await flood(3, { 'x-rhc-terminal': 'desk-2' }, 'service')).toEqual([]);
    expect((await flood(60, {})).length).toBeGreaterThan(0);
  }, 180_000);
});
