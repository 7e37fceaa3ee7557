/** SAMs under quorum on real SoftHSM2: a roster that names issue-sam and revoke-sam, orders and revocations that it approves. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { issueSam, KeyServiceClient } from '../src/client/index.ts';
import { approvalResponse } from '../src/contract/index.ts';
import { blankSam, powered } from './blank-sam.ts';
import { type Officer, POLICIES, p256Officer, rosterOf } from './officers.ts';
import { temporaryFolder } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';
import { openServiceRoom, type ServiceRoom } from './service-room.ts';

jest.setTimeout(120_000);

const a = p256Officer('operator:a', ['officer']);
const b = p256Officer('operator:b', ['officer']);
const c = p256Officer('operator:c', ['officer']);
const auditor = p256Officer('operator:auditor', ['audit-admin']);
const security = 'operator:security';
const callers = {
  ...Object.fromEntries([a, b, c].map(({ id }) => [id, ['officer']])),
  [auditor.id]: ['audit-admin'],
  [security]: ['security-admin'],
};
const reason = 'readers of the new clinics';
const two = [{ role: 'officer' as const, count: 2 }];
const COUNT = 12;
const order = {
  provinceCode: '13',
  institution: '石家庄市第一医院',
  firstTerminalNumber: '130101000001',
  count: COUNT,
};
const state = temporaryFolder();
let room: ServiceRoom;

beforeAll(async () => {
  await pilotState(state);
  const location = join(state, 'key-service.sqlite');
  room = await openServiceRoom({ state, location, callers, now: () => new Date(), sams: true });
  const people = [a, b, c, auditor].map(({ person }) => person);
  const policies = { ...POLICIES, 'issue-sam': two, 'revoke-sam': two };
  await room.foundRoster((tokenSerial) => rosterOf(people, { tokenSerial, policies }));
}, 180_000);
afterAll(async () => {
  await room?.close();
  rmSync(state, { recursive: true, force: true });
}, 60_000);

const approve = async (officer: Officer, id: string) => {
  const { canonical } = (await room.call(security, 'GET', `/v1/approvals/${id}`)).body.approval;
  return room.call(officer.id, 'POST', `/v1/approvals/${id}/approve`, officer.approve(canonical));
};
const execute = (id: string) => room.call(security, 'POST', `/v1/approvals/${id}/execute`);
const askForOrder = async (more: Partial<typeof order> = {}) => {
  const { status, body } = await room.call(security, 'POST', '/v1/sam-orders/requests', { ...order, ...more, reason });
  expect(status).toBe(202);
  return body.approval as string;
};
const orders = async () => (await room.call(security, 'GET', '/v1/sam-orders')).body.orders;
const sams = async () => (await room.call(security, 'GET', '/v1/sams')).body.sams;
const leavesOf = async (action: string) =>
  (await room.audit.store.leaves(0, 10_000)).filter((line) => line.includes(`"action":"${action}"`));

test('nobody orders alone, and a forged row does not make a quorum', async () => {
  const alone = await room.call(a.id, 'POST', '/v1/sam-orders', order);
  expect(alone).toMatchObject({ status: 403, body: { error: { code: 'APPROVAL_REQUIRED' } } });
  const asked = await askForOrder();
  expect((await execute(asked)).body.error.code).toBe('APPROVAL_MISSING');
  await approve(a, asked);
  expect((await execute(asked)).body.error.code).toBe('APPROVAL_MISSING');
  // A database administrator says that it is being carried out: the worker judges the approvals anew.
  await room.database('approval_requests').where({ id: asked }).update({ state: 'executing', run: asked });
  await expect(room.keyService.approvals.runStep(asked, 0, null)).rejects.toMatchObject({ code: 'APPROVAL_MISSING' });
  expect(await orders()).toEqual([]);
});

test('steps that could never be carried out are refused before anybody approves them', async () => {
  const ask = (operation: string, parameters: object) =>
    room.call(security, 'POST', '/v1/approvals', { reason, steps: [{ operation, parameters }] });
  const { body } = await ask('issue-sam', { count: 1, batch: 'x' });
  expect(body.error.code).toBe('APPROVAL_PARAMETERS');
  expect(body.error.fields.map(({ field }: { field: string }) => field)).toContain('institution');
  expect((await ask('revoke-sam', { sam: '13010000000000009999' })).body.error.code).toBe('SAM_UNKNOWN');
});

test('an approved order stands once, whoever asks again or dies in between', async () => {
  const asked = await askForOrder();
  const { approval } = approvalResponse.parse((await room.call(a.id, 'GET', `/v1/approvals/${asked}`)).body);
  expect(approval.text[0]?.zh).toBe('为 石家庄市第一医院(省 13)签发 12 张 SAM 卡,首个终端号 130101000001');
  await approve(a, asked);
  await approve(b, asked);
  // Begun and cut off: the order is made, its answer is lost.
  await room.keyService.approvals.begin(asked, security);
  await room.keyService.approvals.runStep(asked, 0, null);
  await room
    .database('approval_requests')
    .where({ id: asked })
    .update({ created_at: new Date(0).toISOString() });
  await room.keyService.tick();
  const done = approvalResponse.parse((await room.call(a.id, 'GET', `/v1/approvals/${asked}`)).body).approval;
  expect(done).toMatchObject({ state: 'executed', outcome: [{ orderId: `${asked}-0`, total: COUNT }] });
  // The row says that it was not finished: carried out once more, it finds the order standing.
  await room.database('approval_requests').where({ id: asked }).update({ state: 'executing' });
  await room.keyService.tick();
  expect((await room.call(a.id, 'GET', `/v1/approvals/${asked}`)).body.approval.state).toBe('executed');
  expect((await execute(asked)).body.error.code).toBe('APPROVAL_USED');
  // Opened again by a database administrator: another run of it is refused by the token's mark.
  await room.database('approval_requests').where({ id: asked }).update({ state: 'open', run: null });
  expect((await execute(asked)).body.error.code).toBe('APPROVAL_USED');
  expect(await orders()).toMatchObject([{ orderId: `${asked}-0`, orderedBy: security, total: COUNT }]);
  expect(await sams()).toHaveLength(COUNT);
  expect(await leavesOf('sam-order')).toHaveLength(1);
});

test('its SAMs are issued, with progress; one is revoked by quorum, once', async () => {
  const client = new KeyServiceClient({ baseUrl: room.baseUrl, token: () => a.id, timeoutMs: 60_000 });
  const [{ orderId }] = await orders();
  const blanks = Array.from({ length: COUNT }, (_, index) => blankSam(2_000 + index));
  const seen: number[] = [];
  for (const blank of blanks) {
    expect(await issueSam(client, powered(blank), orderId)).toMatchObject({ done: true });
    seen.push((await orders())[0].progress.issued);
  }
  expect(seen).toEqual(blanks.map((_, index) => index + 1));
  const [first, second] = await sams();
  const alone = await room.call(a.id, 'POST', `/v1/sams/${first.samSerial}/revocation`, { reason });
  expect(alone.body.error.code).toBe('APPROVAL_REQUIRED');
  const path = `/v1/sams/${first.samSerial}/revocation/requests`;
  const asked = (await room.call(a.id, 'POST', path, { reason })).body.approval;
  expect((await approve(a, asked)).body.error.code).toBe('APPROVAL_SELF');
  await approve(b, asked);
  await approve(c, asked);
  expect((await execute(asked)).body.approval).toMatchObject({
    state: 'executed',
    outcome: [{ revoked: first.samSerial }],
  });
  const { sam, moves } = (await room.call(a.id, 'GET', `/v1/sams/${first.samSerial}`)).body;
  expect(sam.state).toBe('revoked');
  expect(moves.at(-1)).toMatchObject({ what: 'revoked', actor: a.id });
  expect(moves.at(-1).note).toContain(`${asked}: ${b.id}, ${c.id}`);
  expect((await sams())[1]).toMatchObject({ samSerial: second.samSerial, state: 'issued' });
  expect((await room.call(a.id, 'POST', path, { reason })).body.error.code).toBe('SAM_MOVE_REFUSED');
  expect(await leavesOf('sam-revoked')).toHaveLength(1);
});

test('an order whose terminal numbers are taken fails with the reason, and leaves nothing', async () => {
  const asked = await askForOrder({ firstTerminalNumber: '130101000012', count: 5 });
  await approve(a, asked);
  await approve(b, asked);
  expect((await execute(asked)).body.error.code).toBe('SAM_TERMINAL_TAKEN');
  const failed = (await room.call(a.id, 'GET', `/v1/approvals/${asked}`)).body.approval;
  expect(failed).toMatchObject({ state: 'failed', failure: { code: 'SAM_TERMINAL_TAKEN' } });
  expect(await orders()).toHaveLength(1);
});
