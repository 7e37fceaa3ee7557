/**
 * Approvals over HTTP on SQLite and PostgreSQL with a real token. The last tests play a database administrator who
 * writes whatever they like: approvals, keys, states, an older roster.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type PostgresCluster, startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { approvalListResponse, approvalResponse, rosterResponse } from '../src/contract/index.ts';
import { requestChallenge } from '../src/domain/quorum/request.ts';
import { type Officer, p256Officer, passkeyOfficer, rosterOf } from './officers.ts';
import { temporaryFolder } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';
import { openServiceRoom, type ServiceRoom } from './service-room.ts';

jest.setTimeout(60_000);

let postgres: PostgresCluster;
beforeAll(async () => {
  postgres = await startPostgresCluster({ parentDir: '/tmp' });
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
}, 60_000);

const a = p256Officer('operator:a', ['officer']);
const b = passkeyOfficer('operator:b', ['officer']);
const c = p256Officer('operator:c', ['officer']);
const auditor = p256Officer('operator:auditor', ['audit-admin']);
const security = 'operator:security';
const callers = {
  [a.id]: ['officer'],
  [b.id]: ['officer'],
  [c.id]: ['officer'],
  [auditor.id]: ['audit-admin'],
  [security]: ['security-admin'],
  'service:issuer': ['service'],
};
const reason = 'the drill of this test';

function evidence(officer: Officer, canonical: string) {
  const approval = officer.approve(canonical);
  return approval.kind === 'p256'
    ? { kind: 'p256', credential: approval.credential, signature: approval.signature }
    : { kind: 'webauthn', response: approval.response };
}

describe.each(['sqlite', 'postgresql'] as const)('on %s', (engine) => {
  const state = temporaryFolder();
  let room: ServiceRoom;
  beforeAll(async () => {
    await pilotState(state);
    const location = engine === 'sqlite' ? join(state, 'key-service.sqlite') : postgres.url;
    room = await openServiceRoom({ state, location, callers, now: () => new Date() });
    await room.foundRoster((tokenSerial) =>
      rosterOf(
        [a, b, c, auditor].map(({ person }) => person),
        { tokenSerial },
      ),
    );
  }, 180_000);
  afterAll(async () => {
    await room?.close();
    rmSync(state, { recursive: true, force: true });
  }, 20_000);

  const ask = async (operation: string, parameters: object, who = security) => {
    const { status, body } = await room.call(who, 'POST', '/v1/approvals', {
      reason,
      steps: [{ operation, parameters }],
    });
    expect(status).toBe(201);
    return approvalResponse.parse(body).approval;
  };
  const approve = (officer: Officer, { id, canonical }: { id: string; canonical: string }) =>
    room.call(officer.id, 'POST', `/v1/approvals/${id}/approve`, evidence(officer, canonical));
  const execute = (id: string) => room.call(security, 'POST', `/v1/approvals/${id}/execute`);
  const roots = async () => (await room.hsm.run('describe-roots', null)).map(({ root }) => root);

  test('asked, shown in words, approved by passkey and by key, executed once, kept in the log', async () => {
    const asked = await ask('generate-root', { root: 'RK1.DDF1#7', usage: 'derive', suite: 'intl-128' });
    expect(asked.text[0]?.zh).toContain('在密码机内生成根密钥 RK1.DDF1#7');
    expect(asked.mayApprove.map(({ person }) => person)).toEqual([a.id, b.id, c.id]);
    const options = await room.call(b.id, 'POST', `/v1/approvals/${asked.id}/options`);
    expect(options.body.options).toMatchObject({
      challenge: requestChallenge(asked.canonical),
      userVerification: 'required',
    });
    expect((await execute(asked.id)).body.error.code).toBe('APPROVAL_MISSING');
    const first = approvalResponse.parse((await approve(a, asked)).body).approval;
    expect(first).toMatchObject({ complete: false, requirements: [{ role: 'officer', count: 2, approved: 1 }] });
    expect((await approve(b, asked)).body.approval.complete).toBe(true);
    const done = approvalResponse.parse((await execute(asked.id)).body).approval;
    expect(done).toMatchObject({ state: 'executed', outcome: [{ root: 'RK1.DDF1#7', created: true }] });
    expect(await roots()).toContain('RK1.DDF1#7');
    expect((await execute(asked.id)).body.error.code).toBe('APPROVAL_USED');
    const leaves = await room.audit.store.leaves(0, 10_000);
    for (const action of ['approval-requested', 'approval-given', 'approval-step', 'approval-executed']) {
      expect(leaves.some((line) => line.includes(`"action":"${action}"`) && line.includes(asked.id))).toBe(true);
    }
  });

  test('not by somebody else’s key, not by the requester, not by a service, not after a refusal', async () => {
    const asked = await ask('destroy-root', { root: 'RK1.DDF1#2' }, a.id);
    const stolen = await room.call(c.id, 'POST', `/v1/approvals/${asked.id}/approve`, evidence(b, asked.canonical));
    expect(stolen.body.error.code).toBe('APPROVER_UNKNOWN');
    expect((await approve(a, asked)).body.error.code).toBe('APPROVAL_SELF');
    expect((await room.call('service:issuer', 'POST', `/v1/approvals/${asked.id}/execute`)).status).toBe(403);
    const refused = await room.call(c.id, 'POST', `/v1/approvals/${asked.id}/refuse`, {
      reason: 'not in office hours',
    });
    expect(refused.body.approval).toMatchObject({ state: 'refused', decisions: [{ person: c.id, kind: 'refusal' }] });
    expect((await approve(b, asked)).body.error.code).toBe('APPROVAL_CLOSED');
    const list = approvalListResponse.parse((await room.call(auditor.id, 'GET', '/v1/approvals?state=refused')).body);
    expect(list.approvals.map(({ id }) => id)).toContain(asked.id);
  });

  test('what the policy table does not name is refused, and so are unknown requests', async () => {
    const { body } = await room.call(security, 'POST', '/v1/approvals', {
      reason,
      steps: [{ operation: 'issue-sam', parameters: { count: 1, batch: 'x' } }],
    });
    expect(body.error.code).toBe('APPROVAL_FORBIDDEN');
    const unknown = await room.call(security, 'GET', '/v1/approvals/00000000-0000-4000-8000-000000000000');
    expect(unknown.body.error.code).toBe('APPROVAL_UNKNOWN');
  });

  test('a passkey is registered by its owner, waits as a candidate, and counts once the roster took it up', async () => {
    const before = rosterResponse.parse((await room.call(security, 'GET', '/v1/roster')).body);
    expect(before).toMatchObject({ sealed: true, roster: { version: 1 } });
    const options = await room.call(c.id, 'POST', '/v1/roster/enrolment/options');
    expect(options.body.options).toMatchObject({ rp: { id: 'keys.example.test' }, user: { name: c.id } });
    const bogus = {
      id: 'AAAA',
      rawId: 'AAAA',
      type: 'public-key',
      response: { clientDataJSON: 'e30', attestationObject: 'oA' },
    };
    const wrong = await room.call(c.id, 'POST', '/v1/roster/enrolment', { response: bogus });
    expect(wrong.body.error.code).toBe('APPROVAL_INVALID');
    const d = p256Officer('operator:d', ['officer']);
    const change = await room.call(security, 'POST', '/v1/roster/changes', {
      people: [...(before.roster?.people ?? []), d.person],
      policies: before.roster?.policies,
      webauthn: before.roster?.webauthn,
      recoveryKey: null,
      reason,
    });
    const asked = approvalResponse.parse(change.body).approval;
    expect(asked.text[0]?.en).toContain('version 2');
    await approve(a, asked);
    await approve(b, asked);
    expect((await execute(asked.id)).body.error.code).toBe('APPROVAL_MISSING');
    await approve(auditor, asked);
    expect((await execute(asked.id)).body.approval.state).toBe('executed');
    const after = rosterResponse.parse((await room.call(security, 'GET', '/v1/roster')).body);
    expect(after.roster).toMatchObject({ version: 2, previous: before.sha256 });
    expect(after.roster?.people.map(({ id }) => id)).toContain(d.id);
  });

  describe('a database administrator', () => {
    const root = 'RK1.DDF1#2';
    afterAll(async () => expect(await roots()).toContain(root));

    test('inserts approvals that nobody gave', async () => {
      const asked = await ask('destroy-root', { root });
      const real = a.approve(asked.canonical);
      const forge = (person: string, evidenceOf: object) => ({
        request_id: asked.id,
        person,
        name: person,
        kind: 'p256',
        evidence: JSON.stringify(evidenceOf),
        at: new Date().toISOString(),
      });
      await room
        .database('approval_decisions')
        .insert([
          forge(a.id, { kind: 'p256', credential: `key-of-${a.id}`, signature: 'ab'.repeat(64) }),
          forge(c.id, { ...real, credential: `key-of-${c.id}` }),
        ]);
      expect((await execute(asked.id)).body.error.code).toBe('APPROVAL_INVALID');
      await room.database('approval_requests').where({ id: asked.id }).update({ state: 'executing', run: asked.id });
      const step = room.keyService.approvals.runStep(asked.id, 0, { name: 'destroy-root', input: { root } });
      await expect(step).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    });

    test('changes the request after it was approved', async () => {
      const asked = await ask('destroy-root', { root: 'RK1.DDF1#99' });
      await approve(a, asked);
      await approve(b, asked);
      const document = asked.canonical.replace('RK1.DDF1#99', root);
      await room.database('approval_requests').where({ id: asked.id }).update({ document });
      expect((await execute(asked.id)).body.error.code).toBe('APPROVAL_INVALID');
    });

    test('swaps a public key in the roster, or puts the older roster back', async () => {
      const asked = await ask('destroy-root', { root });
      const rows = await room.database('rosters').orderBy('version').select();
      const [older, present] = rows;
      const thief = p256Officer(a.id, ['officer']);
      const key = (officer: Officer) => officer.person.credentials[0]?.publicKey ?? '';
      const swapped = present.document.replace(key(a), key(thief));
      expect(swapped).not.toBe(present.document);
      for (const row of [{ document: swapped }, { document: older.document, seal: older.seal }]) {
        await room.database('rosters').where({ sha256: present.sha256 }).update(row);
        await room.database('approval_decisions').where({ request_id: asked.id }).delete();
        const { kind, credential, signature } = thief.approve(asked.canonical) as {
          kind: 'p256';
          credential: string;
          signature: string;
        };
        const forged = { kind, credential, signature };
        const decision = { request_id: asked.id, person: a.id, name: a.id, kind, at: new Date().toISOString() };
        await room.database('approval_decisions').insert({ ...decision, evidence: JSON.stringify(forged) });
        await room.database('approval_requests').where({ id: asked.id }).update({ state: 'executing', run: asked.id });
        const step = room.keyService.approvals.runStep(asked.id, 0, { name: 'destroy-root', input: { root } });
        await expect(step).rejects.toMatchObject({ code: 'ROSTER_REFUSED' });
      }
      await room.database('rosters').where({ sha256: present.sha256 }).update(present);
    });

    test('opens an executed request again', async () => {
      const asked = await ask('destroy-root', { root: 'RK1.DDF1#7' });
      await approve(a, asked);
      await approve(c, asked);
      await execute(asked.id);
      expect(await roots()).not.toContain('RK1.DDF1#7');
      const again = await ask('generate-root', { root: 'RK1.DDF1#7', usage: 'derive', suite: 'intl-128' });
      await approve(a, again);
      await approve(c, again);
      await execute(again.id);
      await room.database('approval_requests').where({ id: asked.id }).update({ state: 'open', run: null });
      expect((await execute(asked.id)).body.error.code).toBe('APPROVAL_USED');
      expect(await roots()).toContain('RK1.DDF1#7');
    });
  });
});
