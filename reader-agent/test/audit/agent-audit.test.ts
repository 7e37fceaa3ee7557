/** What an agent writes into its audit: pairing, refusals, profile, hotlist; over HTTP, and nothing of a person. */
import { expect, test } from '@jest/globals';
import request from 'supertest';
import { LocalAudit } from '../../src/audit/index.ts';
import { HotlistDesk } from '../../src/hotlist/index.ts';
import { memoryText, PairedPage } from '../paired-page.ts';
import { agentWithStandIns, deskHeaders } from '../stand-in-agent.ts';

function auditedAgent(append: (line: string) => void = () => undefined) {
  const audit = new LocalAudit({
    place: {
      note: memoryText(),
      read: () => null,
      append,
      cutTo: () => undefined,
      setAside: (name) => name,
      replace: () => undefined,
    },
    now: () => new Date('2026-11-26T01:00:00Z'),
    random: (length) => new Uint8Array(length).fill(7),
  });
  const hotlist = new HotlistDesk({
    place: { read: () => null, write: () => undefined },
    verify: () => false,
    source: null,
    now: () => new Date(),
    stopHours: 0,
  });
  const parts = agentWithStandIns({ more: { audit, hotlist } });
  const actions = () =>
    audit
      .latest(100)
      .map(({ action }) => action)
      .reverse();
  return { ...parts, audit, actions };
}

test('pairing, a wrong code, revocation, profile, hotlist and refusals stand in it, in order', async () => {
  const { callback, agent, audit, actions } = auditedAgent();
  const page = new PairedPage(callback, deskHeaders, 'https://his.example');
  await page.pair(['identity.read']);
  const asked = (await page.ask(['identity.read'])).body.request;
  const right = (await page.overview()).waiting[0]?.code ?? '';
  await page.confirm(asked, right === '000000' ? '000001' : '000000');
  await request(callback).post('/v1/pairing/refuse').set(deskHeaders).send({ request: asked });
  await request(callback).post('/v1/pairing/revoke').set(deskHeaders).send({ grant: page.grant });
  await request(callback).post('/v1/desk/profile').set(deskHeaders).send({ card: 'A', sam: null });
  await request(callback)
    .post('/v1/hotlist/import')
    .set({ ...deskHeaders, 'Content-Type': 'application/vnd.rhc.hotlist' })
    .send(Buffer.from('no hotlist'));
  for (let i = 0; i < 30; i += 1) await request(callback).get('/v1/card').set({ Host: 'evil.example' });
  await request(callback).get('/v1/audit').set({ Host: '127.0.0.1:8103' });
  agent.onRefused({ code: 'WEBSOCKET_403', origin: 'https://evil.example' });
  await agent.close();
  expect(actions()).toEqual([
    'chain-begun',
    'agent-started',
    'page-paired',
    'pairing-code-wrong',
    'pairing-refused',
    'page-revoked',
    'desk-profile-changed',
    'hotlist-refused',
    'requests-refused',
    'requests-refused',
    'requests-refused',
    'agent-stopped',
  ]);
  const refusals = audit
    .latest(4)
    .slice(1)
    .map(({ details }) => details);
  expect(refusals).toContainEqual({ code: 'HOST_REFUSED', origin: 'none', count: 30 });
  expect(refusals).toContainEqual({ code: 'UNAUTHORIZED', origin: 'none', count: 1 });
  expect(refusals).toContainEqual({ code: 'WEBSOCKET_403', origin: 'https://evil.example', count: 1 });
  expect(JSON.stringify(audit.latest(100))).not.toContain('挂号系统');
});

test('the desk page reads its state and entries; a paired page does not', async () => {
  const { callback } = auditedAgent();
  const state = await request(callback).get('/v1/audit').set(deskHeaders);
  expect(state.body).toMatchObject({ entries: 2, waiting: 2, damage: null, upload: null, failing: false });
  const { body } = await request(callback).get('/v1/audit/entries').set(deskHeaders);
  expect(body.entries[0]).toMatchObject({ sequence: 2, action: 'agent-started', details: { version: '0' } });
  const page = new PairedPage(callback, deskHeaders, 'https://his.example');
  await page.pair(['identity.read', 'summary.write', 'card.status']);
  expect((await page.get('/v1/audit').set(await page.bearer())).status).toBe(403);
});

test('where the audit cannot be written no page is paired, and a page is revoked all the same', async () => {
  let full = false;
  const { callback } = auditedAgent(() => {
    if (full) throw new Error('ENOSPC');
  });
  const page = new PairedPage(callback, deskHeaders, 'https://his.example');
  await page.pair(['identity.read']);
  full = true;
  const other = new PairedPage(callback, deskHeaders, 'https://other.example');
  const asked = (await other.ask(['identity.read'])).body.request;
  const code = (await other.overview()).waiting[0]?.code ?? '';
  const refused = await other.confirm(asked, code);
  expect(refused.status).toBe(503);
  expect(refused.body.error.code).toBe('AUDIT_UNAVAILABLE');
  await request(callback).post('/v1/pairing/revoke').set(deskHeaders).send({ grant: page.grant });
  expect((await page.overview()).grants).toEqual([]);
});
