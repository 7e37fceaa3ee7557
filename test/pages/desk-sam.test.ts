/**
 * A desk with a card and a SAM, both behind pcscd, in Chromium over a running house: the SAM's PIN is entered by a person,
 * the SAM serves while key-service is silent, is pulled and put back, and stays known when the reader service was killed. A
 * card on the hotlist never gets the green light, and a list that is too old stops the desk. `RHC_PICTURES=folder` keeps what
 * was seen.
 */
import { randomBytes } from 'node:crypto';
import fs, { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { SamImageFileMemory } from '../../virtual-card/src/sam/index.ts';
import { issuedPilotSam, PILOT_PIN, SAM_SERIAL, TERMINAL_NUMBER } from '../../virtual-card/test/support/pilot-sam.ts';
import { RunningHouse } from '../first-light/running-house.ts';

const LONG_MS = 240_000;
const SHOWN_MS = 20_000;
const CARD_READER = 'Virtual PCD 00 00';
const SAM_READER = 'Virtual PCD 00 01';
const WRONG_PIN = '654321';
const folder = mkdtempSync(join(tmpdir(), 'rhc-desk-sam-'));
const house = new RunningHouse(join(folder, 'state'));
const image = join(folder, 'sams/one.json');
const paused = new Set<number>();
let browser: Browser;
let desk: Page;

beforeAll(async () => {
  await house.untilRunning();
  const { memory } = await issuedPilotSam('intl-128', [1]);
  const content = memory.read();
  if (content === null) throw new Error('no SAM');
  const random = (length: number) => new Uint8Array(randomBytes(length));
  new SamImageFileMemory({ path: image, fileSystem: fs, random }).manufacture(content);
  await house.hand(2, `swap ${image}`);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  desk = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  await desk.goto(`${house.url('reader-agent')}/#token=${house.token('reader-agent')}`);
}, LONG_MS);
afterAll(async () => {
  keyServiceAnswers();
  await browser?.close();
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

/** As a network that swallows everything: connections stay open and nothing comes back. */
function keyServiceIsSilent(): void {
  for (const pid of house.pids('key-service/dist/main.js')) {
    process.kill(pid, 'SIGSTOP');
    paused.add(pid);
  }
  expect(paused.size).toBeGreaterThan(0);
}
function keyServiceAnswers(): void {
  for (const pid of paused) process.kill(pid, 'SIGCONT');
  paused.clear();
}

async function picture(name: string): Promise<void> {
  const place = process.env.RHC_PICTURES;
  if (place !== undefined) await desk.screenshot({ path: join(place, `${name}.png`) });
}

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  for (const deadline = Date.now() + SHOWN_MS; ; ) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`not within ${SHOWN_MS} ms: ${what}`);
    await pause(100);
  }
}

const open = (title: string) => desk.locator('.console-menu li', { hasText: title }).first().click();
const keys = async () => (await house.ask('reader-agent', 'GET', '/v1/desk/keys')).body;
const samState = (state: string) =>
  until(`the SAM is ${state}`, async () => {
    const { sam } = await keys();
    return sam.state === state ? sam : null;
  });
const read = async () => (await house.ask('reader-agent', 'POST', '/v1/card/read', { reader: CARD_READER })).body;
const putBack = async (reader: 1 | 2) => {
  await house.hand(reader, 'eject');
  await pause(1_000);
  await house.hand(reader, 'insert');
};
const shown = (id: string, text: string | RegExp) => desk.locator(id, { hasText: text }).waitFor({ timeout: SHOWN_MS });

test(
  'the SAM is found, its PIN asked for; a wrong PIN costs one try and says how many are left, the right one opens it',
  async () => {
    await samState('pin-needed');
    await open('密钥与 SAM');
    await desk.locator('#sam-pin').fill(WRONG_PIN);
    await desk.locator('#sam-pin-enter').click();
    await shown('#key-sources', 'PIN 不正确');
    await shown('body', '还可尝试 9 次');
    await picture('desk-sam-pin');
    await desk.locator('#sam-pin').fill(PILOT_PIN);
    await desk.keyboard.press('Enter');
    await shown('#key-sources', '可用 ready');
    await shown('#key-sources', SAM_SERIAL);
    await shown('#key-sources', TERMINAL_NUMBER);
    await desk.locator('#sam-versions tbody tr').first().waitFor({ timeout: SHOWN_MS });
    await picture('desk-sam-ready');
    expect(await samState('ready')).toMatchObject({ reader: SAM_READER, pinTriesLeft: 10 });
  },
  LONG_MS,
);

test(
  'key-service silent: the card is read with the SAM’s keys, and the page says so, that genuineness is unchecked, and how old the list is',
  async () => {
    const online = await until('online', async () => {
      const answer = await read();
      return answer.genuine === true ? answer : null;
    });
    keyServiceIsSilent();
    await open('读卡');
    await putBack(1);
    await shown('#timing', /SAM（不查真伪/);
    await shown('#headline', '读卡完成');
    await shown('#genuine', '离线，未查真伪');
    await shown('#hotlist', /不在挂失名单 \d+ 版 · <1\/168 小时/);
    await picture('desk-sam-offline');
    const offline = await read();
    expect(offline).toMatchObject({ genuine: false, timings: { keySource: 'sam', keyServiceCalls: 0 } });
    expect(offline.identity).toEqual(online.identity);
  },
  LONG_MS,
);

test(
  'pulled while nothing else serves: a sentence; put back it is opened with the PIN of before; the same after pcscd was killed',
  async () => {
    await house.hand(2, 'eject');
    await samState('absent');
    const none = await read();
    expect(none.error?.code).toMatch(
      /^(KEY_SERVICE_UNAVAILABLE|KEY_SERVICE_UNREACHABLE|KEY_SERVICE_SLOW|SAM_UNAVAILABLE)$/,
    );
    expect(none.error.nextStep.zh.length).toBeGreaterThan(4);
    await house.hand(2, 'insert');
    await samState('ready');
    expect((await read()).timings?.keySource).toBe('sam');
    const [pcscd] = house.pids('pcscd', '--foreground');
    process.kill(pcscd as number, 'SIGKILL');
    await until('read again', async () => ((await read()).timings?.keySource === 'sam' ? true : null));
    expect(await samState('ready')).toMatchObject({ reader: SAM_READER });
  },
  LONG_MS,
);

test(
  'a card that was reported lost gets the red light as soon as the list says so, offline too, and is not written on',
  async () => {
    keyServiceAnswers();
    await until('key-service is back', async () => ((await read()).genuine === true ? true : null));
    const { cards } = (await house.ask('card-issuer', 'GET', '/v1/cards')).body;
    const card = cards.find(({ state }: { state: string }) => state === 'active');
    const lost = { move: 'report-lost', reason: 'lost' };
    const moved = await fetch(`${house.url('card-issuer')}/v1/cards/${card.id}/moves`, {
      method: 'POST',
      headers: { authorization: `Bearer ${house.token('card-issuer-clerk')}`, 'content-type': 'application/json' },
      body: JSON.stringify(lost),
    });
    expect([moved.status, await moved.text()]).toEqual([200, expect.anything()]);
    const { version } = (await house.ask('card-issuer', 'POST', '/v1/hotlist')).body;
    expect((await house.ask('reader-agent', 'POST', '/v1/hotlist/refresh', {})).body.version).toBe(version);
    keyServiceIsSilent();
    await putBack(1);
    await shown('#headline', '此卡已挂失或停用');
    await shown('#next-step', '联系发卡机构');
    await shown('#hotlist', `已挂失或停用 LISTED`);
    expect(await desk.locator('#light').getAttribute('data-state')).toBe('bad');
    await picture('desk-listed');
    const { insertion } = await read();
    const written = await house.ask('reader-agent', 'POST', '/v1/card/patch', {
      reader: CARD_READER,
      insertion,
      patch: { asthma: true },
      expected: {},
    });
    expect([written.status, written.body.error?.code]).toEqual([409, 'CARD_LISTED']);
  },
  LONG_MS,
);

test('neither PIN nor what was typed for it stands in a log or file of the agent', () => {
  const left = ['log', 'reader-agent'].flatMap((name) =>
    readdirSync(join(house.state, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  expect(left.length).toBeGreaterThan(3);
  for (const path of left) {
    const text = readFileSync(path, 'latin1');
    for (const pin of [PILOT_PIN, WRONG_PIN])
      expect([path, new RegExp(`\\b${pin}\\b`).test(text)]).toEqual([path, false]);
  }
});
