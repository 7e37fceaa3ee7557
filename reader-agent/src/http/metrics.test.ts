/** `/metrics` of the agent: for whoever watches the desk on this machine, and nothing of a card in it. */
import { expect, test } from '@jest/globals';
import request from 'supertest';
import { agentWithStandIns, OURS } from '../../test/stand-in-agent.ts';

const HOST = { Host: '127.0.0.1:8103' };

test('readers, cards, what is open; what is not known is not told; nothing of the card', async () => {
  const { agent, port } = agentWithStandIns();
  port.plug('Desk reader of room 3');
  port.insert('Desk reader of room 3', OURS);
  port.remove('Desk reader of room 3');
  port.insert('Desk reader of room 3', Uint8Array.of(0x3b, 0x00));
  const { status, text, headers } = await request(agent.app.callback()).get('/metrics').set(HOST);
  expect([status, headers['content-type']]).toEqual([200, expect.stringContaining('text/plain')]);
  for (const line of [
    'rhc_agent_readers 2',
    'rhc_agent_cards 1',
    'rhc_agent_pcsc_running 1',
    'rhc_agent_open_writes 0',
    'rhc_agent_insertions_total{card="health"} 1',
    'rhc_agent_insertions_total{card="other"} 1',
  ])
    expect(text).toContain(line);
  expect(text).toContain('process_resident_memory_bytes');
  // No hotlist, no queue, no audit, no clock were set up: no number pretends otherwise.
  expect(text).not.toMatch(/^rhc_agent_(hotlist_age_hours|events_waiting|audit_waiting|clock_off_seconds) /m);
  expect(text).not.toMatch(/room 3|张三|000000002A/);
  await agent.close();
});

test('a page of another origin, or by another host name, does not get it', async () => {
  const { agent } = agentWithStandIns();
  const ask = () => request(agent.app.callback()).get('/metrics');
  expect((await ask().set(HOST).set('Origin', 'https://his.example')).status).toBe(403);
  expect((await ask().set('Host', 'rebound.example')).status).not.toBe(200);
  expect((await ask().set(HOST).set('Sec-Fetch-Site', 'cross-site')).status).toBe(403);
  await agent.close();
});
