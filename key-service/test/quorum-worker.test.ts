/** The gate in the HSM worker, on a real token: what is refused, whatever the service and its database say. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { attachHsm } from '../src/attach.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import type { ApprovalStep, Roster } from '../src/contract/approvals.ts';
import type { Approval, Authority } from '../src/domain/quorum/judge.ts';
import { type ApprovalRequest, requestText } from '../src/domain/quorum/request.ts';
import { requirementsOf, rosterHash, rosterText, type SealedRoster } from '../src/domain/quorum/roster.ts';
import type { ApprovedOperation } from '../src/hsm/port.ts';
import type { HsmWorkerPool } from '../src/hsm/worker-pool.ts';
import { POLICIES, p256Officer, passkeyOfficer, rosterOf } from './officers.ts';
import { config, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';

jest.setTimeout(60_000);

const state = temporaryFolder();
const folder = stateFolder(state);
const a = p256Officer('operator:a', ['officer']);
const b = passkeyOfficer('operator:b', ['officer']);
const c = p256Officer('operator:c', ['officer']);
const auditor = p256Officer('operator:auditor', ['audit-admin']);
const custodian = p256Officer('operator:custodian', ['custodian']);
const everybody = [a, b, c, auditor, custodian].map(({ person }) => person);
let hsm: HsmWorkerPool;
let roster: Roster;
let sealed: SealedRoster;

beforeAll(async () => {
  await pilotState(state);
  hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers: 2 });
  roster = rosterOf(everybody, { tokenSerial: hsm.token.serial });
  sealed = await hsm.run('found-roster', { roster: rosterText(roster) });
}, 180_000);
afterAll(async () => {
  await hsm?.close();
  rmSync(state, { recursive: true, force: true });
}, 20_000);

const destroy = (root: string): ApprovedOperation => ({ name: 'destroy-root', input: { root } });
const destroyStep = (root: string): ApprovalStep => ({ operation: 'destroy-root', parameters: { root } });

function requestOf(steps: ApprovalStep[], more: Partial<ApprovalRequest> = {}, under: Roster = roster): string {
  const operations = steps.map(({ operation }) => operation);
  return requestText({
    format: 'rhc-approval-1',
    id: randomUUID(),
    tokenSerial: hsm.token.serial,
    requester: 'operator:requester',
    reason: 'a test',
    createdAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    roster: { version: under.version, sha256: rosterHash(rosterText(under)) },
    policy: requirementsOf(under, operations),
    steps,
    ...more,
  });
}
const authority = (request: string, approvals: Approval[], more: Partial<Authority> = {}): Authority => ({
  roster: sealed,
  request,
  approvals,
  run: randomUUID(),
  ...more,
});
const run = (given: Authority, operation: ApprovedOperation | null, step = 0) =>
  hsm.run('approved', { authority: given, step, operation });
const hasRoot = async (root: string) => (await hsm.run('describe-roots', null)).some((each) => each.root === root);

describe('without a quorum', () => {
  const root = 'RK1.DDF1#2';
  afterAll(async () => expect(await hasRoot(root)).toBe(true));

  test('the plain operations are refused, and so is a second foundation', async () => {
    await expect(hsm.run('destroy-root', { root })).rejects.toMatchObject({ code: 'APPROVAL_REQUIRED' });
    await expect(hsm.run('generate-root', { root: 'RK1.DDF1#9', usage: 'derive' })).rejects.toMatchObject({
      code: 'APPROVAL_REQUIRED',
    });
    await expect(hsm.run('import-root', { root, usage: 'derive', pilotTexts: ['x', 'y'] })).rejects.toMatchObject({
      code: 'APPROVAL_REQUIRED',
    });
    const other = { ...roster, people: roster.people.slice(0, 4) };
    await expect(hsm.run('found-roster', { roster: rosterText(other) })).rejects.toMatchObject({
      code: 'ROSTER_PRESENT',
    });
    await expect(hsm.run('replace-roster', { roster: rosterText(other) })).rejects.toMatchObject({
      code: 'APPROVAL_REQUIRED',
    });
  });

  test('the seal cannot be asked for as a signature', async () => {
    const digest = new Uint8Array(32);
    await expect(hsm.run('sign', { pair: 'QUORUM.SEAL#1', digest })).rejects.toMatchObject({
      code: 'KEY_PAIR_RESERVED',
    });
  });

  test('one approval, twice the same person, the wrong roles, the requester: not enough', async () => {
    const request = requestOf([destroyStep(root)]);
    for (const approvals of [[], [a.approve(request)], [a.approve(request), a.approve(request)]]) {
      await expect(run(authority(request, approvals), destroy(root))).rejects.toMatchObject({
        code: 'APPROVAL_MISSING',
      });
    }
    const wrong = [a.approve(request), custodian.approve(request), auditor.approve(request)];
    await expect(run(authority(request, wrong), destroy(root))).rejects.toMatchObject({ code: 'APPROVAL_MISSING' });
    const own = requestOf([destroyStep(root)], { requester: a.id });
    await expect(run(authority(own, [a.approve(own), c.approve(own)]), destroy(root))).rejects.toMatchObject({
      code: 'APPROVAL_SELF',
    });
  });

  test('approvals of another request, another operation, another root, a lighter policy, past its time', async () => {
    const request = requestOf([destroyStep(root)]);
    const other = requestOf([destroyStep('RK1.DDF1#1')]);
    const both = (text: string) => [a.approve(text), b.approve(text)];
    await expect(run(authority(request, both(other)), destroy(root))).rejects.toMatchObject({
      code: 'APPROVAL_INVALID',
    });
    await expect(run(authority(other, both(other)), destroy(root))).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    await expect(run(authority(request, both(request)), destroy(root), 1)).rejects.toMatchObject({
      code: 'APPROVAL_INVALID',
    });
    await expect(run(authority(request, both(request)), null)).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    const light = requestOf([destroyStep(root)], { policy: [{ role: 'officer', count: 1 }] });
    await expect(run(authority(light, [a.approve(light)]), destroy(root))).rejects.toMatchObject({
      code: 'APPROVAL_INVALID',
    });
    const past = { createdAt: '2026-01-01T00:00:00.000Z', expiresAt: '2026-01-02T00:00:00.000Z' };
    const late = requestOf([destroyStep(root)], past);
    await expect(run(authority(late, both(late)), destroy(root))).rejects.toMatchObject({ code: 'APPROVAL_EXPIRED' });
    const long = requestOf([destroyStep(root)], { expiresAt: '2099-01-01T00:00:00.000Z' });
    await expect(run(authority(long, both(long)), destroy(root))).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    const elsewhere = requestOf([destroyStep(root)], { tokenSerial: '0000' });
    await expect(run(authority(elsewhere, both(elsewhere)), destroy(root))).rejects.toMatchObject({
      code: 'APPROVAL_INVALID',
    });
  });

  test('a passkey that was not asked on our page, or did not ask for PIN or finger', async () => {
    const request = requestOf([destroyStep(root)]);
    const faults = [
      { origin: 'https://evil.example' },
      { rpId: 'evil.example' },
      { flags: 0x01 },
      { challenge: Buffer.alloc(32).toString('base64url') },
    ];
    for (const fault of faults) {
      const approvals = [a.approve(request), b.approveWith(request, fault)];
      await expect(run(authority(request, approvals), destroy(root))).rejects.toMatchObject({
        code: 'APPROVAL_INVALID',
      });
    }
  });

  test('a roster that the token did not seal: another key, another policy, a stranger', async () => {
    const thief = p256Officer(a.id, ['officer']);
    const stranger = p256Officer('operator:stranger', ['officer']);
    const forged: Roster[] = [
      { ...roster, people: roster.people.map((person) => (person.id === a.id ? thief.person : person)) },
      { ...roster, people: [...roster.people, stranger.person] },
      {
        ...roster,
        policies: {
          ...POLICIES,
          'destroy-root': [
            { role: 'officer', count: 2 },
            { role: 'custodian', count: 1 },
          ],
        },
      },
      { ...roster, version: 2, previous: rosterHash(rosterText(roster)) },
    ];
    for (const each of forged) {
      const text = rosterText(each);
      const request = requestOf([destroyStep(root)], {}, each);
      const approvals = [thief.approve(request), b.approve(request), c.approve(request), custodian.approve(request)];
      const given = authority(request, approvals, { roster: { text, seal: sealed.seal } });
      await expect(run(given, destroy(root))).rejects.toMatchObject({ code: 'ROSTER_REFUSED' });
    }
    const request = requestOf([destroyStep(root)]);
    const unsealed = authority(request, [a.approve(request), b.approve(request)], {
      roster: { text: sealed.text, seal: '00'.repeat(64) },
    });
    await expect(run(unsealed, destroy(root))).rejects.toMatchObject({ code: 'ROSTER_REFUSED' });
  });
});

test('with a quorum it happens once: the same run is recalled, another run is a replay', async () => {
  const root = 'RK1.DF03#2';
  const request = requestOf([destroyStep(root), { operation: 'move-key', parameters: { slot: 'RK1.DF03' } }]);
  const given = authority(request, [a.approve(request), b.approve(request)]);
  expect(await run(given, destroy(root))).toEqual({
    approvers: [a.id, b.id],
    output: { destroyed: true },
    recalled: false,
  });
  expect(await hasRoot(root)).toBe(false);
  expect(await run(given, destroy(root))).toMatchObject({ output: { destroyed: true }, recalled: true });
  expect(await run(given, null, 1)).toMatchObject({ output: null, recalled: false });
  const replay = authority(request, given.approvals as Approval[]);
  await expect(run(replay, destroy(root))).rejects.toMatchObject({ code: 'APPROVAL_USED' });
});

test('many runs of one request at once: at most one does it', async () => {
  const root = 'RK1.DF03#7';
  const step: ApprovalStep = { operation: 'generate-root', parameters: { root, usage: 'derive', suite: 'intl-128' } };
  const request = requestOf([step]);
  const approvals = [a.approve(request), b.approve(request)];
  const make: ApprovedOperation = { name: 'generate-root', input: { root, usage: 'derive' } };
  const tries = await Promise.allSettled(Array.from({ length: 6 }, () => run(authority(request, approvals), make)));
  const done = tries.filter((each) => each.status === 'fulfilled' && !each.value.recalled);
  expect(done.length).toBeLessThanOrEqual(1);
  for (const each of tries) if (each.status === 'rejected') expect(each.reason.code).toBe('APPROVAL_USED');
  if (done.length === 0) await run(authority(request, approvals), make);
  expect(await hasRoot(root)).toBe(true);
});

test('a worker killed in the middle of an approved operation: it is done once', async () => {
  const root = 'RK1.DF03#8';
  const request = requestOf([{ operation: 'generate-root', parameters: { root, usage: 'derive', suite: 'intl-128' } }]);
  const given = authority(request, [a.approve(request), b.approve(request)]);
  const running = run(given, { name: 'generate-root', input: { root, usage: 'derive' } });
  for (const pid of hsm.workerPids) process.kill(pid, 'SIGKILL');
  const first = await running;
  expect(first.output).toMatchObject({ root });
  const again = await run(given, { name: 'generate-root', input: { root, usage: 'derive' } });
  expect(again).toMatchObject({ recalled: true, output: { kcv: (first.output as { kcv: Uint8Array }).kcv } });
});

test('the roster changes under quorum; after that the older one is worth nothing, sealed as it is', async () => {
  const older = { sealed, roster };
  const next: Roster = { ...roster, version: 2, previous: rosterHash(sealed.text), people: roster.people.slice(0, 4) };
  const text = rosterText(next);
  const parameters = { version: 2, sha256: rosterHash(text), people: next.people.map(({ name }) => name).join('、') };
  const request = requestOf([{ operation: 'replace-roster', parameters }]);
  const operation: ApprovedOperation = { name: 'replace-roster', input: { roster: text } };
  const officers = [a.approve(request), b.approve(request)];
  await expect(run(authority(request, officers), operation)).rejects.toMatchObject({ code: 'APPROVAL_MISSING' });
  const { output } = await run(authority(request, [...officers, auditor.approve(request)]), operation);
  sealed = output as SealedRoster;
  roster = next;
  expect(await hsm.run('roster-in-force', null)).toEqual({ version: 2, sha256: rosterHash(text), pilot: false });
  const stale = requestOf([destroyStep('RK1.DDF1#2')], {}, older.roster);
  const given = authority(stale, [a.approve(stale), b.approve(stale)], { roster: older.sealed });
  await expect(run(given, destroy('RK1.DDF1#2'))).rejects.toMatchObject({ code: 'ROSTER_REFUSED' });
  const fresh = requestOf([destroyStep('RK1.DF02#2')]);
  expect(await run(authority(fresh, [a.approve(fresh), b.approve(fresh)]), destroy('RK1.DF02#2'))).toMatchObject({
    output: { destroyed: true },
  });
});

test('unsound rosters are refused before anybody could seal them', async () => {
  const faults: [Partial<Roster>, string][] = [
    [{ people: [{ ...a.person, roles: ['officer', 'custodian'] }, b.person, c.person, auditor.person] }, 'must not be'],
    [{ people: [a.person, { ...b.person, id: a.id }, c.person, auditor.person] }, 'people occur twice'],
    [
      { people: [a.person, { ...b.person, credentials: a.person.credentials }, c.person, auditor.person] },
      'occur twice',
    ],
    [{ people: [a.person, custodian.person, auditor.person] }, 'not enough people'],
    [{ policies: { ...POLICIES, 'destroy-root': [{ role: 'officer', count: 1 }] } }, 'at least two'],
  ];
  for (const [fault, said] of faults) {
    const text = rosterText({ ...roster, version: 3, ...fault });
    await expect(hsm.run('found-roster', { roster: text })).rejects.toMatchObject({
      code: 'ROSTER_INVALID',
      fields: [{ rule: { en: expect.stringContaining(said) } }],
    });
  }
});
