/**
 * Two pages of the desk in Chromium over a running house with two readers behind pcscd: a person says which reader is which,
 * and it stays so when the reader service was killed under it; a HIS page is paired by the code that the desk
 * shows, and revoking it there ends it at once. `RHC_PICTURES=folder` keeps what was seen.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { RunningHouse } from '../first-light/running-house.ts';

const LONG_MS = 180_000;
const SHOWN_MS = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'rhc-slots-'));
const house = new RunningHouse(join(folder, 'state'));
let browser: Browser;
let desk: Page;
let server: Server;
let his: string;

const hisPage = () => `<!doctype html><meta charset="utf-8"><title>HIS</title>
  <output id="result"></output><button id="read">read</button>
  <script src="${house.url('reader-agent')}/sdk/rhc-reader.js"></script><script>
  const reader = new RhcReader({ name: '门诊医生站', scopes: ['identity.read'] });
  const result = document.getElementById('result');
  document.getElementById('read').onclick = async () => {
    result.textContent = '';
    try { const reading = await reader.read(); result.textContent = 'read ' + reading.answer.identity.length; }
    catch (problem) { result.textContent = 'refused ' + problem.code; }
  };</script>`;

beforeAll(async () => {
  await house.untilRunning();
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(hisPage());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  his = `http://localhost:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  desk = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  await desk.goto(`${house.url('reader-agent')}/#token=${house.token('reader-agent')}`);
}, LONG_MS);
afterAll(async () => {
  await browser?.close();
  await new Promise((done) => server?.close(done));
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

async function picture(name: string): Promise<void> {
  const place = process.env.RHC_PICTURES;
  if (place !== undefined) await desk.screenshot({ path: join(place, `${name}.png`) });
}

const identity = () => house.ask('reader-agent', 'POST', '/v1/card/identity', {});
const profile = async () => (await house.ask('reader-agent', 'GET', '/v1/desk/profile')).body;

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  for (const deadline = Date.now() + SHOWN_MS; ; ) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`not within ${SHOWN_MS} ms: ${what}`);
    await pause(100);
  }
}

/** Of the row of that reader, by hand; lists that are closing are waited for. */
async function assign(reader: string, use: RegExp): Promise<void> {
  const open = desk.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)');
  await desk.locator('#readers tbody tr', { hasText: reader }).locator('.reader-role').click();
  await until('one list is open', async () => ((await open.count()) === 1 ? true : null));
  await open.locator('.ant-select-item-option', { hasText: use }).click();
  await until('the list is closed', async () => ((await open.count()) === 0 ? true : null));
}

test(
  'press to identify: the reader into which a card is put names itself, and tells what lies in it, how and how fast',
  async () => {
    const [, second] = (await profile()).readers.map(({ reader }: { reader: string }) => reader).sort();
    await desk.locator('.console-menu').getByText('读卡器', { exact: false }).first().click();
    await house.hand(2, 'eject');
    await until('one card', async () => ((await identity()).status === 200 ? true : null));
    await desk.locator('#identify-button').click();
    await desk.locator('#identify', { hasText: '请在要辨认' }).waitFor({ timeout: SHOWN_MS });
    await house.hand(2, 'insert');
    await desk.locator('#identify', { hasText: `就是它：${second}` }).waitFor({ timeout: SHOWN_MS });
    await desk.locator('#readers tbody tr', { hasText: second }).locator('.probe').click();
    await desk.locator('#probe', { hasText: /T=1.*B\/s.*3B8B8001/s }).waitFor({ timeout: SHOWN_MS });
    await picture('desk-identify');
  },
  LONG_MS,
);

test(
  'two cards lie here and nobody can tell which is meant; a person assigns the slots, and they outlive the reader service',
  async () => {
    const names = (await profile()).readers.map(({ reader }: { reader: string }) => reader).sort();
    expect(names).toHaveLength(2);
    const [first, second] = names as [string, string];
    expect((await identity()).body.error?.code).toBe('READER_CHOICE_NEEDED');
    await desk.locator('.console-menu').getByText('读卡器', { exact: false }).first().click();
    await desk.locator('#readers tbody tr').nth(1).waitFor({ timeout: SHOWN_MS });
    await assign(first, /card slot/);
    await until('the card slot', async () => ((await profile()).card === first ? true : null));
    await assign(second, /SAM slot/);
    await until('the SAM slot', async () => ((await profile()).sam === second ? true : null));
    await picture('desk-slots');
    expect((await identity()).status).toBe(200);
    // The other way round: a reader has one use, and a use one reader.
    await assign(second, /card slot/);
    await until('moved', async () => {
      const { card, sam } = await profile();
      return card === second && sam === null ? true : null;
    });
    expect((await identity()).body.error?.code).toBe('CARD_NOT_PERSONALIZED');
    await assign(first, /card slot/);
    await assign(second, /SAM slot/);
    await until('back', async () => {
      const { card, sam } = await profile();
      return card === first && sam === second ? true : null;
    });
    const [pcscd] = house.pids('pcscd', '--foreground');
    expect(pcscd).toBeDefined();
    process.kill(pcscd as number, 'SIGKILL');
    await until('the service is back', async () => {
      const answer = await identity();
      return answer.status === 200 ? true : null;
    });
    expect(await profile()).toMatchObject({ card: first, sam: second });
    await desk
      .locator('#readers tbody tr', { hasText: first })
      .locator('.reader-role', { hasText: '放卡' })
      .waitFor({ timeout: SHOWN_MS });
  },
  LONG_MS,
);

test(
  'a page asks, the desk shows who and the code, the clerk carries it over; revoked on the page, it is a stranger at once',
  async () => {
    const page = await browser.newPage();
    await page.goto(his);
    await page.locator('#read').click();
    await desk.locator('.console-menu').getByText('接入的网页').click();
    const ask = desk.locator('.pairing-request');
    await ask.waitFor({ timeout: SHOWN_MS });
    expect(await ask.textContent()).toContain('门诊医生站');
    expect(await ask.textContent()).toContain(his);
    expect(await ask.textContent()).toContain('读身份 read identity');
    expect(await ask.textContent()).not.toContain('写卡 write');
    await picture('desk-pairing');
    const code = ((await ask.locator('.pairing-code').textContent()) ?? '').replace(/\D/g, '');
    expect(code).toMatch(/^\d{6}$/);
    await page.locator('dialog input').fill(code);
    await page.keyboard.press('Enter');
    await until('the page has an answer', async () =>
      (await page.locator('#result').textContent()) === '' ? null : true,
    );
    expect(await page.locator('#result').textContent()).toMatch(/^read \d+$/);
    await desk.locator('#grants tbody tr', { hasText: '门诊医生站' }).waitFor({ timeout: SHOWN_MS });
    await ask.waitFor({ state: 'detached', timeout: SHOWN_MS });
    await picture('desk-paired');

    await desk.locator('#grants .revoke').click();
    await desk.locator('.ant-popconfirm .ant-btn-primary, .ant-popover .ant-btn-primary').first().click();
    await desk.locator('#grants tbody tr', { hasText: '门诊医生站' }).waitFor({ state: 'detached', timeout: SHOWN_MS });
    // The page's next read finds no grant: it has to ask anew, and without a code reads nothing.
    await page.locator('#read').click();
    await ask.waitFor({ timeout: SHOWN_MS });
    expect(await page.locator('#result').textContent()).toBe('');
    await ask.getByRole('button', { name: /拒绝/ }).click();
    await ask.waitFor({ state: 'detached', timeout: SHOWN_MS });
    await page.close();
  },
  LONG_MS,
);
