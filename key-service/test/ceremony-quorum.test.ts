/**
 * Real ceremonies on a token that has a roster (SoftHSM2): nothing happens without the people's signatures for this very
 * step, whatever the database says; what was signed serves once; and a ceremony goes on another day.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ApprovalView } from '../src/contract/approvals.ts';
import type { CeremonyResponse } from '../src/contract/ceremony.ts';
import { approvalStore } from '../src/store/approval-store.ts';
import { type CeremonyTestRoom, ceremonyTestRoom, type PersonName } from './ceremony-room.ts';
import { type Officer, p256Officer, passkeyOfficer, rosterOf } from './officers.ts';

jest.setTimeout(120_000);
const DAY_MS = 86_400_000;
let room: CeremonyTestRoom;
const a = p256Officer('operator:officerA', ['officer']);
const b = passkeyOfficer('operator:officerB', ['officer']);
const admin = p256Officer('operator:admin', ['security-admin']);
const auditor = p256Officer('operator:auditor', ['audit-admin']);

beforeAll(async () => {
  room = await ceremonyTestRoom();
  const people = [a, b, admin, auditor].map(({ person }) => person);
  await room.foundRoster((tokenSerial) => rosterOf(people, { tokenSerial }));
}, 120_000);
afterAll(async () => {
  await room?.close();
}, 30_000);

const names = { [a.id]: 'officerA', [b.id]: 'officerB', [admin.id]: 'admin' } as Record<string, PersonName>;
const approvals = () => approvalStore(room.database);
const roots = async () => new Map((await room.hsm.run('describe-roots', null)).map(({ root, kcv }) => [root, kcv]));
const eventsOf = (id: string) => room.database('ceremony_events').where({ ceremony: id });

async function opened(script: string, keyVersion: number): Promise<string> {
  const answer = await room.call('admin', 'POST', '/v1/ceremonies', { script, mode: 'real', keyVersion });
  expect(answer).toMatchObject({ status: 201 });
  const id: string = answer.body.id;
  for (const { role, count } of answer.body.rolesNeeded as CeremonyResponse['rolesNeeded']) {
    for (const person of SEATS[role].slice(0, count)) {
      expect(await room.call(person, 'POST', `/v1/ceremonies/${id}/roles`, { role })).toMatchObject({ status: 200 });
    }
  }
  await acted(id, 'roll-call', 'admin');
  await acted(id, 'token', 'admin', 'witness');
  return id;
}
const SEATS: Record<CeremonyResponse['rolesNeeded'][number]['role'], PersonName[]> = {
  administrator: ['admin'],
  custodian: ['custodian1', 'custodian2', 'custodian3'],
  witness: ['witness'],
  'officer-a': ['officerA'],
  'officer-b': ['officerB'],
  auditor: ['auditor'],
};
const act = (who: PersonName, id: string, step: string, body: object = {}) =>
  room.call(who, 'POST', `/v1/ceremonies/${id}/steps/${step}`, body);
async function acted(id: string, step: string, ...people: PersonName[]): Promise<void> {
  for (const who of people) expect({ step, ...(await act(who, id, step)) }).toMatchObject({ status: 200 });
}
async function ask(id: string, step: string, more: object = {}): Promise<string> {
  const body = { step, reason: '测试 test', ...more };
  const answer = await room.call('admin', 'POST', `/v1/ceremonies/${id}/approval`, body);
  expect(answer).toMatchObject({ status: 200, body: { approval: { request: { complete: false, approvedBy: [] } } } });
  return answer.body.approval.request.id;
}
const approvalOf = async (approval: string): Promise<ApprovalView> =>
  (await room.call('admin', 'GET', `/v1/approvals/${approval}`)).body.approval;
async function approve(approval: string, ...officers: Officer[]): Promise<void> {
  const { canonical } = await approvalOf(approval);
  for (const officer of officers) {
    const given = officer.approve(canonical);
    const { kind } = given;
    const body = kind === 'p256' ? given : { kind, response: given.response };
    const who = names[officer.id] as PersonName;
    expect(await room.call(who, 'POST', `/v1/approvals/${approval}/approve`, body)).toMatchObject({ status: 200 });
  }
}

describe('generation', () => {
  let id: string;
  let approval: string;
  const MADE = 'MK.MF#9';

  test('without a request, with one approval, with a request from elsewhere: refused before anything is written', async () => {
    id = await opened('generation', 9);
    const before = { roots: await roots(), events: await eventsOf(id) };
    expect((await act('officerA', id, 'generate')).body.error.code).toBe('CEREMONY_APPROVAL_MISSING');
    approval = await ask(id, 'generate');
    await approve(approval, a);
    expect((await act('officerA', id, 'generate')).body.error.code).toBe('APPROVAL_MISSING');
    const other = await room.call('admin', 'POST', '/v1/approvals', {
      steps: (await approvalOf(approval)).steps,
      reason: 'the same operations, but for no ceremony',
    });
    await approve(other.body.approval.id, a, b);
    expect((await act('officerA', id, 'generate')).body.error.code).toBe('APPROVAL_MISSING');
    expect(await room.hsm.run('generate-root', { root: MADE, usage: 'derive' }).catch((error) => error.code)).toBe(
      'APPROVAL_REQUIRED',
    );
    expect({ roots: await roots(), events: await eventsOf(id) }).toEqual(before);
  });

  test('people sign the ceremony, its script and the step, and read them', async () => {
    const { canonical, ceremony, text } = await approvalOf(approval);
    const view = await room.view('admin', id);
    const place = { id, script: 'generation', scriptSha256: view.hash, step: 'generate', round: 0 };
    expect(JSON.parse(canonical).ceremony).toEqual(place);
    expect(ceremony).toEqual(place);
    expect(text.map(({ zh }) => zh).join()).toContain(MADE);
  });

  test('rows forged in the database change nothing: approvals, state, text', async () => {
    const before = await roots();
    const row = await room.database('approval_requests').where({ id: approval }).first();
    const { canonical } = await approvalOf(approval);
    const stranger = passkeyOfficer(b.id, ['officer']);
    await approvals().decide(approval, {
      ...{ person: b.id, name: b.id, kind: 'webauthn', reason: null, at: new Date() },
      approval: stranger.approve(canonical),
    });
    expect((await act('officerA', id, 'generate')).body.error.code).toBe('APPROVAL_INVALID');
    await room.database('approval_requests').where({ id: approval }).update({ state: 'executing', run: randomUUID() });
    expect((await act('officerA', id, 'generate')).body.error.code).toBe('APPROVAL_INVALID');
    await room.database('approval_decisions').where({ request_id: approval, person: b.id }).delete();
    expect((await act('officerA', id, 'generate')).body.error.code).toBe('APPROVAL_MISSING');
    const lighter = canonical.replace('"count":2', '"count":1');
    await room.database('approval_requests').where({ id: approval }).update({ document: lighter });
    expect((await act('officerA', id, 'generate')).body.error.code).toBe('APPROVAL_INVALID');
    await room.database('approval_requests').where({ id: approval }).update(row);
    expect(await roots()).toEqual(before);
  });

  test('with a quorum it is done, over an interruption and on another day; the minutes name the approvers', async () => {
    await approve(approval, b);
    const early = await room.call('admin', 'POST', `/v1/approvals/${approval}/execute`);
    expect(early.body.error.code).toBe('APPROVAL_NOT_EXECUTABLE');
    await acted(id, 'generate', 'officerA');
    await room.call('admin', 'POST', `/v1/ceremonies/${id}/interrupt`, { reason: '停电 power is out' });
    await room.restart(2 * DAY_MS);
    expect((await act('officerB', id, 'generate')).body.error.code).toBe('CEREMONY_NOT_OPEN');
    await room.call('admin', 'POST', `/v1/ceremonies/${id}/resume`, { reason: '次日继续 the next day' });
    await acted(id, 'generate', 'officerB');
    expect([...(await roots()).keys()]).toContain(MADE);
    expect((await approvalOf(approval)).state).toBe('executed');
    const events = (await eventsOf(id)).map(({ event }) => (typeof event === 'string' ? JSON.parse(event) : event));
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'approved', step: 'generate', approval, approvers: [a.id, b.id] }),
    );
  });

  test('what was signed serves once, in its own step only', async () => {
    const record = await approvals().find(approval);
    const sealed = await approvals().rosterBy(JSON.parse(record?.text ?? '').roster.sha256);
    const place = JSON.parse(record?.text ?? '').ceremony;
    const signed = record?.decisions.flatMap((each) => (each.approval === null ? [] : [each.approval])) ?? [];
    const replayed = (more: object, run = randomUUID()) =>
      room.hsm
        .run('approved', {
          authority: { roster: sealed as never, request: record?.text ?? '', approvals: signed, run },
          step: 0,
          operation: { name: 'generate-root', input: { root: MADE, usage: 'derive', suite: 'intl-128' } },
          ...more,
        })
        .then(
          ({ recalled }) => recalled,
          (error) => error.code,
        );
    expect(await replayed({ place: null })).toBe('APPROVAL_INVALID');
    expect(await replayed({})).toBe('APPROVAL_INVALID');
    expect(await replayed({ place: { ...place, round: 1 } })).toBe('APPROVAL_INVALID');
    expect(await replayed({ place })).toBe('APPROVAL_USED');
    // Opened again by hand it names no step that is still to be done.
    await room.database('approval_requests').where({ id: approval }).update({ state: 'open', run: null });
    expect((await act('officerA', id, 'generate')).body.error.code).toBe('CEREMONY_STEP_REFUSED');
    await room.database('approval_requests').where({ id: approval }).update({ state: 'executed', run: record?.run });
  });

  test('a rejection destroys under a quorum of its own, and what is made anew is approved anew', async () => {
    const before = (await roots()).get(MADE);
    const reject = { accept: false, keys: [MADE], reason: '读数不符 they differ' };
    expect((await act('officerA', id, 'confirm', reject)).body.error.code).toBe('CEREMONY_APPROVAL_MISSING');
    expect((await roots()).get(MADE)).toEqual(before);
    const rejection = await ask(id, 'confirm', { reject: [MADE] });
    await approve(rejection, a, b);
    expect((await room.view('admin', id)).approval).toMatchObject({
      needed: false,
      request: { rejects: true, keys: [MADE] },
    });
    expect(await act('officerA', id, 'confirm', reject)).toMatchObject({
      status: 200,
      body: { current: { step: 'generate' } },
    });
    expect((await roots()).has(MADE)).toBe(false);
    expect((await act('officerA', id, 'generate')).body.error.code).toBe('CEREMONY_APPROVAL_MISSING');
    const again = await ask(id, 'generate');
    expect((await approvalOf(again)).steps).toHaveLength(1);
    await approve(again, a, b);
    await acted(id, 'generate', 'officerA', 'officerB');
    expect((await roots()).get(MADE)).not.toEqual(before);
    await acted(id, 'confirm', 'officerA', 'witness');
  });

  test('activation too, and then the ceremony ends with minutes that say so', async () => {
    await room.database('key_versions').where({ state: 'active' }).update({ state: 'deactivated' });
    expect((await act('officerA', id, 'activate')).body.error.code).toBe('CEREMONY_APPROVAL_MISSING');
    const activation = await ask(id, 'activate');
    await approve(activation, a, b);
    await acted(id, 'activate', 'officerA', 'officerB');
    const versions = await room.database('key_versions').where({ version: 9, state: 'active' });
    expect(versions.length).toBeGreaterThan(10);
    await acted(id, 'sign', 'admin', 'witness', 'officerA', 'officerB', 'auditor');
    const minutes = (await (await room.raw('auditor', `/v1/ceremonies/${id}/minutes.json`)).json()) as {
      events: { action: string; details: { approval?: string } }[];
    };
    const told = minutes.events.filter(({ action }) => action === 'ceremony-approved');
    expect(told.map(({ details }) => details.approval)).toContain(activation);
    expect(told).toHaveLength(4);
  });
});

describe('parts of custodians', () => {
  const shares = [1, 2, 3].map((index) => new Uint8Array(16).fill(index));
  const keys = ['MK.MF#11', 'TMK#11', 'CVK#11'];
  const enter = (id: string, place: number, key: string, index = place) =>
    room.part(
      `custodian${place}` as PersonName,
      id,
      { step: 'import', key, index: String(index) },
      Uint8Array.from(shares[place - 1] as Uint8Array),
    );

  test('are taken under a quorum; a request that expired in an interruption is asked for again', async () => {
    const id = await opened('components-m-of-n', 11);
    expect((await enter(id, 1, 'TMK#11')).body.error.code).toBe('CEREMONY_APPROVAL_MISSING');
    expect(await room.hsm.run('describe-parts', { group: `${id}/TMK#11` })).toEqual({ parts: [] });
    const first = await ask(id, 'import');
    await approve(first, a, b);
    expect(await enter(id, 1, 'TMK#11')).toMatchObject({ status: 200 });
    const wrong = { step: 'import', key: 'TMK#11', reason: '输错了 wrong one' };
    expect((await room.call('custodian1', 'POST', `/v1/ceremonies/${id}/components/discard`, wrong)).status).toBe(200);
    expect(await enter(id, 1, 'TMK#11')).toMatchObject({ status: 200 });
    await room.call('admin', 'POST', `/v1/ceremonies/${id}/interrupt`, { reason: '下班 end of the day' });
    await room.restart(10 * DAY_MS);
    await room.call('admin', 'POST', `/v1/ceremonies/${id}/resume`, { reason: '继续 on' });
    expect((await enter(id, 2, 'TMK#11')).body.error.code).toBe('CEREMONY_APPROVAL_MISSING');
    const second = await ask(id, 'import');
    await approve(second, a, b);
    for (const key of keys)
      for (const place of [1, 2, 3]) expect(await enter(id, place, key)).toMatchObject({ status: 200 });
    expect([...(await roots()).keys()]).toEqual(expect.arrayContaining(keys));
    expect((await approvalOf(second)).state).toBe('executed');
    const group = `${id}/TMK#11`;
    const kept = await room.hsm.run('describe-parts', { group });
    // A rejection that is refused loses nothing.
    const reject = { accept: false, keys: ['TMK#11'], reason: '不符 they differ' };
    expect((await act('officerA', id, 'confirm', reject)).body.error.code).toBe('CEREMONY_APPROVAL_MISSING');
    expect(await room.hsm.run('describe-parts', { group })).toEqual(kept);
    expect(kept.parts).toHaveLength(3);
    await acted(id, 'confirm', 'officerA', 'witness');
  });
});

test('a rehearsal asks nobody', async () => {
  const { body } = await room.call('admin', 'POST', '/v1/ceremonies', { script: 'pilot', mode: 'rehearsal' });
  expect(body.approval).toBeNull();
  const refused = await room.call('admin', 'POST', `/v1/ceremonies/${body.id}/approval`, {
    step: 'roll-call',
    reason: 'why not',
  });
  expect(refused.body.error.code).toBe('CEREMONY_STEP_REFUSED');
});
