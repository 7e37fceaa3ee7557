/** Ceremonies over HTTP on real SoftHSM2 tokens: rehearsal by one caller, real ones by people with rights of their own. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseLeaf } from '../src/audit/leaf.ts';
import type { CeremonyResponse } from '../src/contract/ceremony.ts';
import { type CeremonyTestRoom, ceremonyTestRoom } from './ceremony-room.ts';

let room: CeremonyTestRoom;
beforeAll(async () => {
  room = await ceremonyTestRoom();
}, 120_000);
afterAll(async () => {
  await room?.close();
}, 30_000);

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const leaves = async () =>
  (await room.audit.store.leaves(0, 1e9)).map((line) => parseLeaf(line) as NonNullable<ReturnType<typeof parseLeaf>>);

/** Acts for whoever the rehearsal waits for, as the console does by hand. */
async function playThrough(id: string): Promise<CeremonyResponse> {
  for (;;) {
    const view = await room.view('admin', id);
    const next = view.current?.waitingFor[0];
    if (view.current === null || next === undefined) return view;
    const as = next.person ?? `排演 ${next.role}`;
    const answer =
      next.what === 'take-role'
        ? await room.call('admin', 'POST', `/v1/ceremonies/${id}/roles`, { role: next.role, as })
        : await room.call('admin', 'POST', `/v1/ceremonies/${id}/steps/${view.current.step}`, { as });
    expect(answer).toMatchObject({ status: 200 });
  }
}

describe('a rehearsal of the pilot', () => {
  let id: string;
  let ended: CeremonyResponse;

  test('from an empty scratch token to active keys, marked, apart from the real ones', async () => {
    const before = (await room.call('service', 'GET', '/v1/key-versions')).body;
    const opened = await room.call('admin', 'POST', '/v1/ceremonies', { script: 'pilot', mode: 'rehearsal' });
    expect(opened.status).toBe(201);
    id = opened.body.id;
    ended = await playThrough(id);
    expect(ended).toMatchObject({
      state: 'completed',
      mode: 'rehearsal',
      token: { label: expect.stringMatching(/^REHEARSAL/) },
    });
    const keys = ended.steps.flatMap((step) => step.keys);
    expect(keys).toHaveLength(52);
    expect(keys.filter(({ state }) => state === 'active')).toHaveLength(26);
    expect(keys[0]).toMatchObject({ kcvMethod: 'ENC0', words: { zh: expect.any(Array) } });
    expect((await room.call('service', 'GET', '/v1/key-versions')).body).toEqual(before);
    expect(existsSync(join(room.state, 'rehearsal', id))).toBe(false);
  }, 120_000);

  test('its minutes have their hash in the log, and every event its leaf', async () => {
    const text = await (await room.raw('auditor', `/v1/ceremonies/${id}/minutes.json`)).text();
    const minutes = JSON.parse(text);
    expect(minutes).toMatchObject({ ceremony: id, mark: { zh: expect.stringContaining('排演') } });
    expect(ended.minutes?.sha256).toBe(sha256(text));
    const log = await leaves();
    expect(
      log.find(({ action, details }) => action === 'ceremony-minutes' && details.ceremony === id)?.details.sha256,
    ).toBe(sha256(text));
    for (const event of minutes.events) {
      expect(log[event.log.index]).toMatchObject({ action: event.action, details: event.details });
    }
  });

  test.each(['minutes', 'hand-over'])(
    '%s as PDF with the font in it and the JSON beside it',
    async (which) => {
      const response = await room.raw('admin', `/v1/ceremonies/${id}/${which}.pdf`);
      const pdf = Buffer.from(await response.arrayBuffer());
      expect(response.headers.get('content-type')).toContain('application/pdf');
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      expect(pdf.includes('FontFile')).toBe(true);
      expect(pdf.includes('EmbeddedFile')).toBe(true);
    },
    30_000,
  );
});
