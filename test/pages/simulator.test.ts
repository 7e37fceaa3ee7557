/**
 * `npm run simulator`, as a HIS developer meets it: each invented card does what its row says, every answer, event and page
 * carries the mark; the readers' page, the diagnostics bundle (nothing of the resident in it) and a failing dialogue that is
 * exported, redacted, and replayed. `RHC_PICTURES=folder` keeps what was seen.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import iconv from 'iconv-lite';
import { type Browser, chromium, type Page } from 'playwright-core';

const LONG_MS = 120_000;
const SHOWN_MS = 30_000;
const READER = 'Simulator Reader 1';
const folder = mkdtempSync(join(tmpdir(), 'rhc-simulator-'));

class Simulator {
  readonly #state: string;
  #child: ChildProcess;
  output = '';

  constructor(name: string, ...words: string[]) {
    this.#state = join(folder, name);
    this.#child = spawn(process.execPath, ['scripts/simulator.mjs', '--port', '0', '--state', this.#state, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += String(chunk);
      });
    }
  }
  async ready(): Promise<void> {
    for (const deadline = Date.now() + LONG_MS; !this.output.includes('Ctrl-C'); ) {
      if (this.#child.exitCode !== null || Date.now() > deadline) throw new Error(this.output);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  get url(): string {
    return /http:\/\/127\.0\.0\.1:\d+/.exec(this.output)?.[0] ?? '';
  }
  get token(): string {
    return readFileSync(join(this.#state, 'token'), 'utf8').trim();
  }
  ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', 'x-rhc-request': '1' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  // biome-ignore lint/suspicious/noExplicitAny: a foreign caller sees plain JSON
  async json(method: 'GET' | 'POST', path: string, body?: object): Promise<any> {
    return (await this.ask(method, path, body)).json();
  }
  insert(card: string): Promise<unknown> {
    return this.json('POST', '/v1/simulator/insert', { reader: READER, card, fresh: true });
  }
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

const simulator = new Simulator('main', '--card', 'healthy');
let browser: Browser;
let page: Page;

beforeAll(async () => {
  await simulator.ready();
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
}, LONG_MS);
afterAll(async () => {
  await browser?.close();
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

async function picture(name: string): Promise<void> {
  const place = process.env.RHC_PICTURES;
  if (place !== undefined) await page.screenshot({ path: join(place, `${name}.png`) });
}

describe('cards', () => {
  test.each([
    ['healthy', { validity: { state: 'valid' }, genuine: true }],
    ['expired', { validity: { state: 'expired' }, genuine: true }],
    ['foreign-province', { validity: { state: 'valid' }, genuine: true }],
    ['blocked', { error: { code: 'CARD_BLOCKED' } }],
    ['forged', { error: { code: 'CARD_NOT_GENUINE' } }],
    ['blank', { error: { code: 'CARD_NOT_PERSONALIZED' } }],
  ])('%s', async (card, expected) => {
    await simulator.insert(card);
    expect(await simulator.json('POST', '/v1/card/read', { stages: ['clinical'] })).toMatchObject(expected);
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
      await picture('simulator-panel');
      expect(await page.locator('.simulator-band').isVisible()).toBe(true);
      await page.keyboard.press('Alt+1');
      await page.locator('#validity', { hasText: '已过期 EXPIRED' }).waitFor({ timeout: SHOWN_MS });
      expect(await page.locator('#headline').textContent()).toContain('卡已过期');
      await picture('simulator-expired');
    },
    LONG_MS,
  );
});

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
    await picture('readers');
    await simulator.json('POST', '/v1/simulator/remove', { reader: 'Simulator Reader 2' });
  },
  LONG_MS,
);

/** Everything on the card that is somebody's, as text, in the card's own encoding and as hex of both. */
function traces(read: {
  identity: Datum[];
  contacts: Datum[];
  alerts: Datum[];
  allergies: object[];
  photo: string;
}): string[] {
  const texts = [...read.identity, ...read.contacts, ...read.alerts]
    .flatMap(({ value }) => (typeof value === 'string' && value.length > 3 ? [value] : []))
    .concat(read.allergies.flatMap((entry) => Object.values(entry) as string[]).filter((text) => text.length > 1));
  // Codes and dates that any card has are nobody's.
  const own = texts.filter((text) => /[^\x20-\x7e]/.test(text) || /\d{8,}/.test(text));
  const hex = (bytes: Buffer) => bytes.toString('hex');
  return own
    .flatMap((text) => [text, hex(Buffer.from(text)), hex(iconv.encode(text, 'gb18030'))])
    .concat(read.photo.slice(40, 120));
}
interface Datum {
  readonly value: string | boolean | null;
}

test(
  'diagnostics bundle: quick, whole, and nothing of the resident or of a key in it',
  async () => {
    await simulator.insert('healthy');
    const read = await simulator.json('POST', '/v1/card/read', {});
    await simulator.json('POST', '/v1/card/patch', {
      insertion: read.insertion,
      patch: { phone1: '13912345678', allergies: [{ substance: '磺胺', reaction: '呼吸困难' }] },
      expected: {},
    });
    const started = Date.now();
    const answer = await simulator.ask('GET', '/v1/diagnostics/bundle');
    const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(Object.keys(files).sort()).toEqual(
      [
        'README.txt',
        'agent.log',
        'dialogues.json',
        'machine.json',
        'readers.json',
        'settings.json',
        'status.json',
      ].sort(),
    );
    const text = Object.values(files)
      .map((bytes) => strFromU8(bytes))
      .join('\n');
    const own = [...traces(read), '13912345678', '磺胺', '呼吸困难', read.cardFactor, simulator.token];
    expect(own.length).toBeGreaterThan(30);
    expect(own.filter((trace) => text.toLowerCase().includes(trace.toLowerCase()))).toEqual([]);
    expect(JSON.parse(strFromU8(files['dialogues.json'] ?? new Uint8Array())).dialogues.length).toBeGreaterThan(2);
  },
  LONG_MS,
);

test(
  'a failing dialogue is exported without contents and fails in the same place when it is replayed',
  async () => {
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
    const again = new Simulator('replay', '--card', 'healthy', '--replay', path);
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
