/**
 * `npm run simulator`, as a HIS developer meets it: each invented card does what its row says, every answer, event and page
 * carries the mark; the readers' page, the diagnostics bundle (nothing of the resident in it) and a failing dialogue that is
 * exported, redacted, and replayed. `RHC_PICTURES=folder` keeps what was seen.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { personalTraces } from './personal-traces.ts';
import { READER, Simulator, SimulatorPage } from './running-simulator.ts';

const LONG_MS = 120_000;
const SHOWN_MS = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'rhc-simulator-'));
const simulator = new Simulator(join(folder, 'main'), '--card', 'healthy');
let desk: SimulatorPage;
let page: Page;

beforeAll(async () => {
  desk = await SimulatorPage.of(simulator);
  ({ page } = desk);
}, LONG_MS);
afterAll(async () => {
  await desk?.close();
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

describe('cards', () => {
  test.each([
    ['healthy', { validity: { state: 'valid' }, genuine: true, hotlist: { state: 'clear' } }],
    ['lost', { validity: { state: 'valid' }, genuine: true, hotlist: { state: 'listed' } }],
    ['expired', { validity: { state: 'expired' }, genuine: true }],
    // Another province's list is not at this desk.
    ['foreign-province', { validity: { state: 'valid' }, genuine: true, hotlist: { state: 'unknown' } }],
    ['blocked', { error: { code: 'CARD_BLOCKED' } }],
    ['forged', { error: { code: 'CARD_NOT_GENUINE' } }],
    ['blank', { error: { code: 'CARD_NOT_PERSONALIZED' } }],
  ])('%s', async (card, expected) => {
    await simulator.insert(card);
    expect(await simulator.json('POST', '/v1/card/read', { stages: ['clinical'] })).toMatchObject(expected);
  });

  test('lost: what is on it is not written; slow: read whole, each command later than the last by its delay', async () => {
    await simulator.insert('lost');
    const { insertion } = await simulator.json('POST', '/v1/card/identity', {});
    const wish = { insertion, patch: { phone1: '13900000078' }, expected: {} };
    expect(await simulator.json('POST', '/v1/card/patch', wish)).toMatchObject({
      error: { code: 'CARD_LISTED', message: { zh: expect.stringContaining('已挂失') } },
    });
    await simulator.insert('slow');
    const slow = await simulator.json('POST', '/v1/card/read', { stages: [] });
    expect(slow).toMatchObject({ genuine: true, validity: { state: 'valid' } });
    expect(slow.timings.apdus).toBeGreaterThan(5);
    expect(slow.timings.totalMs).toBeGreaterThan(slow.timings.apdus * 100);
  });

  test('full: the oldest visit gives way; torn: unknown, and settled when it is put in again', async () => {
    const visit = { kind: 'outpatient', institutionName: '正定县人民医院', visitTime: '2026-11-25T09:00:00' };
    await simulator.insert('full');
    const { insertion } = await simulator.json('POST', '/v1/card/read', { stages: [] });
    const written = await simulator.json('POST', '/v1/card/visits', { insertion, visit });
    expect(written).toMatchObject({ complete: true, elements: [{ oldestErased: 'applied' }] });
    await simulator.insert('torn');
    const torn = await simulator.json('POST', '/v1/card/identity', {});
    const answer = await simulator.json('POST', '/v1/card/patch', {
      id: 'torn-1',
      insertion: torn.insertion,
      patch: { phone1: '13900000077' },
      expected: {},
    });
    expect(answer).toMatchObject({ settled: false, elements: [{ outcome: 'unknown' }] });
    await simulator.json('POST', '/v1/simulator/insert', { reader: READER, card: 'torn' });
    for (const deadline = Date.now() + SHOWN_MS; ; ) {
      const { settled, elements } = await simulator.json('GET', '/v1/writes/torn-1');
      if (settled) {
        expect(elements).toMatchObject([{ outcome: 'applied' }]);
        break;
      }
      if (Date.now() > deadline) throw new Error('not settled');
    }
  });
});

describe('the mark', () => {
  test('stands on every answer, on errors, on lines of a staged reading and on events', async () => {
    await simulator.insert('healthy');
    const asked: readonly (readonly ['GET' | 'POST', string, object?])[] = [
      ['GET', '/v1/status'],
      ['GET', '/v1/readers'],
      ['GET', '/v1/writes'],
      ['GET', '/v1/legacy'],
      ['GET', '/v1/pairing'],
      ['GET', '/v1/simulator'],
      ['GET', '/v1/diagnostics/dialogues'],
      ['POST', '/v1/card/identity', {}],
      ['POST', '/v1/card/fhir', {}],
      ['POST', '/v1/card/identity', { reader: 'none' }],
      ['GET', '/no/such/path'],
    ];
    for (const [method, path, body] of asked) {
      const answer = await simulator.ask(method, path, body);
      expect([path, answer.headers.get('x-rhc-simulator')]).toEqual([path, 'simulated cards and people; not for care']);
      expect([path, ((await answer.json()) as { simulator?: string }).simulator]).toEqual([
        path,
        expect.stringContaining('SIMULATOR'),
      ]);
    }
    const staged = await fetch(`${simulator.url}/v1/card/read`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${simulator.token}`,
        'content-type': 'application/json',
        'x-rhc-request': '1',
        accept: 'application/x-ndjson',
      },
      body: '{}',
    });
    const lines = (await staged.text()).trim().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(JSON.parse(line).simulator).toContain('SIMULATOR');
    const stop = new AbortController();
    const events = await fetch(`${simulator.url}/v1/events`, {
      headers: { authorization: `Bearer ${simulator.token}` },
      signal: stop.signal,
    });
    const { value } = (await events.body?.getReader().read()) ?? {};
    stop.abort();
    expect(new TextDecoder().decode(value)).toContain('SIMULATOR');
  });

  test(
    'is a band over every page; cards are put in by the panel',
    async () => {
      await page.goto(`${simulator.url}/#token=${simulator.token}`);
      await page.locator('.simulator-band', { hasText: 'SIMULATOR' }).waitFor({ timeout: SHOWN_MS });
      await page.locator('#light[data-state="good"]').waitFor({ timeout: SHOWN_MS });
      await page.locator('.console-menu').getByText('模拟器').click();
      const row = page.locator('#simulator-cards tr', { hasText: '过期卡' });
      await row.getByRole('button').first().click();
      await page.locator('.simulator-reader', { hasText: '过期卡' }).waitFor({ timeout: SHOWN_MS });
      await desk.picture('simulator-panel');
      expect(await page.locator('.simulator-band').isVisible()).toBe(true);
      await page.keyboard.press('Alt+1');
      await page.locator('#validity', { hasText: '已过期 EXPIRED' }).waitFor({ timeout: SHOWN_MS });
      expect(await page.locator('#headline').textContent()).toContain('卡已过期');
      await desk.picture('simulator-expired');
    },
    LONG_MS,
  );
});

test(
  'what forbids a procedure stands before every other flag, in full and with a sign',
  async () => {
    await simulator.insert('healthy');
    // The page reads the card that is put in, too.
    await page.locator('#validity', { hasText: '有效至' }).waitFor({ timeout: SHOWN_MS });
    await page.locator('#light[data-state="good"]').waitFor({ timeout: SHOWN_MS });
    const { insertion } = await simulator.json('POST', '/v1/card/identity', {});
    const wish = { insertion, patch: { pacemaker: true }, expected: {} };
    expect(await simulator.json('POST', '/v1/card/patch', wish)).toMatchObject({ complete: true });
    await page.keyboard.press('r');
    await page.locator('#alerts[role="alert"] .flag.first svg').waitFor({ timeout: SHOWN_MS });
    expect((await page.locator('#alerts .flag').allTextContents())[0]).toMatch(/心脏起搏器.*pacemaker/i);
  },
  LONG_MS,
);

test(
  'readers: press to identify, diagnostics of the one in which a card lies',
  async () => {
    await page.locator('.console-menu').getByText('读卡器').click();
    await page.locator('#identify-button').click();
    await page.locator('#identify', { hasText: '请在要辨认' }).waitFor({ timeout: SHOWN_MS });
    await simulator.json('POST', '/v1/simulator/insert', { reader: 'Simulator Reader 2', card: 'healthy' });
    await page.locator('#identify', { hasText: '就是它：Simulator Reader 2' }).waitFor({ timeout: SHOWN_MS });
    const reader = page.locator('#readers tr', { hasText: 'Simulator Reader 2' });
    await reader.locator('.probe').click();
    await page.locator('#probe', { hasText: 'T=CL' }).waitFor({ timeout: SHOWN_MS });
    expect(await page.locator('#probe').textContent()).toMatch(/T=1.*contactless.*11771 B\/s.*3B8B8001/s);
    await desk.picture('readers');
    await simulator.json('POST', '/v1/simulator/remove', { reader: 'Simulator Reader 2' });
  },
  LONG_MS,
);

test(
  'diagnostics bundle: whole, and nothing of the resident or of a key in it',
  async () => {
    await simulator.insert('healthy');
    const read = await simulator.json('POST', '/v1/card/read', {});
    await simulator.json('POST', '/v1/card/patch', {
      insertion: read.insertion,
      patch: { phone1: '13912345678', allergies: [{ substance: '磺胺', reaction: '呼吸困难' }] },
      expected: {},
    });
    // How long it takes is measured by `npm run bench`, at the end of a day.
    const answer = await simulator.ask('GET', '/v1/diagnostics/bundle');
    const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
    expect(Object.keys(files).sort()).toEqual(
      [
        'README.txt',
        'agent.log',
        'dialogues.json',
        'keys.json',
        'machine.json',
        'readers.json',
        'settings.json',
        'status.json',
      ].sort(),
    );
    const text = Object.values(files)
      .map((bytes) => strFromU8(bytes))
      .join('\n');
    const own = [...personalTraces(read), '13912345678', '磺胺', '呼吸困难', read.cardFactor, simulator.token];
    expect(own.length).toBeGreaterThan(30);
    expect(own.filter((trace) => text.toLowerCase().includes(trace.toLowerCase()))).toEqual([]);
    expect(JSON.parse(strFromU8(files['dialogues.json'] ?? new Uint8Array())).dialogues.length).toBeGreaterThan(2);
  },
  LONG_MS,
);

test(
  'a failing dialogue is exported without contents and fails in the same place when it is replayed',
  async () => {
    // An open page reads a new card too, and the fault would strike that.
    await page.goto('about:blank');
    await simulator.insert('healthy');
    // What the desk asks a new card by itself is over when this is: the fault must strike the summary.
    await simulator.json('POST', '/v1/card/read', { stages: [] });
    await simulator.json('POST', '/v1/simulator/faults', {
      reader: READER,
      faults: [{ kind: 'wrong-status', at: { command: 25 }, sw: 0x6f00, executed: false }],
    });
    const failed = await simulator.json('POST', '/v1/card/summary', {});
    expect(failed.error.code).toBeDefined();
    const recorded = await simulator.json('GET', '/v1/diagnostics/dialogues?failing=1');
    const { simulator: _mark, ...recording } = recorded;
    const last = recording.dialogues.at(-1);
    expect(last.exchanges.at(-1).sw).toBe('6F00');
    const path = join(folder, 'dialogue.json');
    writeFileSync(path, JSON.stringify({ ...recording, dialogues: [last] }));
    const again = new Simulator(join(folder, 'replay'), '--card', 'healthy', '--replay', path);
    try {
      await again.ready();
      const replayed = await again.json('POST', '/v1/card/summary', {});
      expect(replayed.error.code).toBe(failed.error.code);
      expect(again.output).not.toContain('differs at APDU');
      const seen = (await again.json('GET', '/v1/diagnostics/dialogues')).dialogues.at(-1);
      expect(seen.exchanges.map(({ header, sw }: { header: string; sw: string }) => [header, sw])).toEqual(
        last.exchanges.map(({ header, sw }: { header: string; sw: string }) => [header, sw]),
      );
    } finally {
      await again.stop();
    }
  },
  LONG_MS,
);
