/** Custodians with rights of their own, real mode, any three of five: parts never leave the token, and nobody sees another's. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { splitSecret } from '../src/domain/ceremony/shamir.ts';
import { type CeremonyTestRoom, ceremonyTestRoom, type PersonName } from './ceremony-room.ts';
import { kcv } from './pilot-room.ts';

let room: CeremonyTestRoom;
let id: string;
const VERSION = 3;
const KEYS = [`MK.MF#${VERSION}`, `TMK#${VERSION}`, `CVK#${VERSION}`];
const STAFF: readonly [PersonName, string][] = [
  ['admin', 'administrator'],
  ['custodian1', 'custodian'],
  ['custodian2', 'custodian'],
  ['custodian3', 'custodian'],
  ['witness', 'witness'],
  ['officerA', 'officer-a'],
  ['officerB', 'officer-b'],
  ['auditor', 'auditor'],
];
/** Numbers of the shares in the envelopes of those present: not 1, 2, 3. */
const SHARES: Readonly<Record<string, number>> = { custodian1: 2, custodian2: 3, custodian3: 5 };

const secretOf = (key: string) => createHash('sha256').update(`secret of ${key}`).digest().subarray(0, 16);
const sharesOf = (key: string) => {
  let drawn = 0;
  const random = (length: number) =>
    Uint8Array.from(createHash('sha256').update(`${key}/${++drawn}`).digest()).slice(0, length);
  return splitSecret(secretOf(key), 3, 5, random);
};
const share = (who: string, key: string) => sharesOf(key)[(SHARES[who] as number) - 1]?.bytes as Uint8Array;
const enter = (who: string, key: string, more: Record<string, string> = {}, bytes = share(who, key)) =>
  room.part(who, id, { step: 'import', key, index: String(SHARES[who]), ...more }, bytes);
const act = (who: PersonName, step: string, body: unknown = {}) =>
  room.call(who, 'POST', `/v1/ceremonies/${id}/steps/${step}`, body);

beforeAll(async () => {
  room = await ceremonyTestRoom();
}, 240_000);
afterAll(async () => {
  await room?.close();
}, 60_000);

test('only people with the right take a role, each one, each under their own name', async () => {
  const order = { script: 'components-m-of-n', mode: 'real' };
  expect((await room.call('officerA', 'POST', '/v1/ceremonies', { ...order, keyVersion: VERSION })).status).toBe(403);
  expect((await room.call('admin', 'POST', '/v1/ceremonies', order)).body.error.code).toBe('CEREMONY_STEP_REFUSED');
  const opened = await room.call('admin', 'POST', '/v1/ceremonies', { ...order, keyVersion: VERSION });
  expect(opened.status).toBe(201);
  id = opened.body.id;
  const take = (who: PersonName, role: string, as?: string) =>
    room.call(who, 'POST', `/v1/ceremonies/${id}/roles`, { role, as });
  expect((await take('officerA', 'custodian')).body.error.code).toBe('CEREMONY_ROLE_REFUSED');
  expect((await take('admin', 'witness', 'somebody')).body.error.code).toBe('CEREMONY_AS_REFUSED');
  for (const [who, role] of STAFF) expect(await take(who, role)).toMatchObject({ status: 200 });
  expect((await take('officerA', 'officer-b')).body.error.code).toBe('CEREMONY_ROLE_REFUSED');
  expect((await act('admin', 'roll-call')).status).toBe(200);
  expect((await act('auditor', 'token')).body.error.code).toBe('CEREMONY_NOT_YOUR_TURN');
  expect((await act('admin', 'token')).status).toBe(200);
  expect((await act('witness', 'token')).body.current.step).toBe('import');
}, 60_000);

test('a part is entered by its custodian only, compared with its envelope, and refused without a trace', async () => {
  const key = KEYS[0] as string;
  expect((await enter('custodian1', key, { checkValue: '000000' })).body.error).toMatchObject({
    code: 'CEREMONY_PART_REFUSED',
  });
  expect((await enter('custodian1', key, {}, new Uint8Array(15))).body.error.code).toBe('CEREMONY_PART_REFUSED');
  expect((await enter('custodian1', key, { index: '6' })).body.error.code).toBe('CEREMONY_PART_REFUSED');
  const officer = await room.part('officerA', id, { step: 'import', key }, share('custodian1', key));
  expect(officer.body.error.code).toBe('CEREMONY_NOT_YOUR_TURN');
  expect((await room.hsm.run('describe-parts', { group: `${id}/${key}` })).parts).toEqual([]);

  const first = await enter('custodian1', key, { checkValue: kcv(Buffer.from(share('custodian1', key))) });
  expect(first).toMatchObject({ status: 200, body: { index: 2, words: { zh: expect.any(Array) } } });
  expect(await enter('custodian1', key)).toMatchObject({ status: 200 });
  expect((await enter('custodian2', key, { index: '2' })).body.error.code).toBe('CEREMONY_PART_REFUSED');
  const seen = async (who: PersonName) => (await room.view(who, id)).steps[2]?.keys[0]?.parts[0]?.kcv ?? null;
  expect([await seen('custodian1'), await seen('custodian2'), await seen('auditor')]).toEqual([
    first.body.kcv,
    null,
    null,
  ]);
}, 60_000);

test('interrupted and resumed, a wrong part discarded, and the third share makes the key', async () => {
  const [key] = KEYS as [string];
  const reason = { reason: '停电 power cut' };
  expect((await room.call('admin', 'POST', `/v1/ceremonies/${id}/interrupt`, reason)).body.state).toBe('interrupted');
  expect((await enter('custodian2', key)).body.error.code).toBe('CEREMONY_NOT_OPEN');
  expect((await room.call('admin', 'POST', `/v1/ceremonies/${id}/resume`, reason)).body.state).toBe('open');

  expect((await enter('custodian2', key, {}, new Uint8Array(16).fill(1))).status).toBe(200);
  expect((await enter('custodian2', key)).body.error.code).toBe('CEREMONY_PART_REFUSED');
  const discard = { step: 'import', key, reason: '输错 typed wrongly' };
  expect((await room.call('custodian2', 'POST', `/v1/ceremonies/${id}/components/discard`, discard)).status).toBe(200);
  expect((await enter('custodian2', key)).status).toBe(200);
  expect((await enter('custodian3', key)).status).toBe(200);
  const view = await room.view('witness', id);
  expect(view.steps[2]?.keys[0]).toMatchObject({ key, state: 'made', kcv: kcv(secretOf(key)) });
  expect(view.exceptions).toHaveLength(1);
}, 60_000);

test('a value that people do not agree with is made again; what stands stays', async () => {
  const [first, second, third] = KEYS as [string, string, string];
  for (const key of [second, third]) {
    // All three of CVK's parts belong to another key: every check value of theirs is right, the key is not.
    const from = key === third ? 'another key' : key;
    for (const who of Object.keys(SHARES)) expect((await enter(who, key, {}, share(who, from))).status).toBe(200);
  }
  expect((await room.view('admin', id)).current?.step).toBe('confirm');
  expect((await act('custodian1', 'confirm')).body.error.code).toBe('CEREMONY_NOT_YOUR_TURN');
  expect((await act('officerA', 'confirm')).status).toBe(200);
  const rejected = await act('witness', 'confirm', { accept: false, keys: [third], reason: '与信封不符 not the one' });
  expect(rejected.body.current).toMatchObject({ step: 'import' });
  for (const who of Object.keys(SHARES)) expect((await enter(who, third)).status).toBe(200);
  expect((await act('officerA', 'confirm')).status).toBe(200);
  expect((await act('witness', 'confirm')).body.current.step).toBe('sign');
  const { keys = [] } = (await room.view('admin', id)).steps[2] ?? {};
  expect(keys.map((each) => [each.key, each.state, each.kcv])).toEqual(
    [first, second, third].map((key) => [key, 'confirmed', kcv(secretOf(key))]),
  );
  const inToken = await room.hsm.run('describe-roots', null);
  expect(inToken.filter(({ root }) => KEYS.includes(root))).toHaveLength(3);
}, 120_000);

test('it ends with minutes; nothing of a part is left in token, database or files', async () => {
  for (const who of ['admin', 'witness', 'officerA', 'officerB', 'auditor'] as const) await act(who, 'sign');
  expect(await room.view('admin', id)).toMatchObject({ state: 'completed', minutes: { words: expect.anything() } });
  const { versions } = (await room.call('service', 'GET', '/v1/key-versions')).body;
  const own = versions.filter(({ version }: { version: number }) => version === VERSION);
  expect(own.map(({ state }: { state: string }) => state)).toEqual(['pre-active', 'pre-active', 'pre-active']);
  for (const key of KEYS) {
    expect((await room.hsm.run('describe-parts', { group: `${id}/${key}` })).parts).toEqual([]);
  }
  const secrets = KEYS.flatMap((key) => [
    secretOf(key),
    ...Object.keys(SHARES).map((who) => Buffer.from(share(who, key))),
  ]);
  const files = readdirSync(room.state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    if (statSync(path).size === 0) continue;
    const content = readFileSync(path);
    for (const secret of secrets) {
      expect([
        path,
        content.includes(secret),
        content.toString('latin1').toLowerCase().includes(secret.toString('hex')),
      ]).toEqual([path, false, false]);
    }
  }
}, 120_000);
