/**
 * The desk page in Chromium at a desk with a SAM: card and SAM in virtual readers behind pcscd, the SAM issued by a key-service on
 * SoftHSM2. The PIN is entered, the network goes, the card is reported lost, the list grows too old, the SAM is blocked.
 * `RHC_PICTURES=folder` keeps what was seen.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { DeskOnPcscd } from '../../reader-agent/test/terminal-keys/desk-on-pcscd.ts';

const LONG_MS = 180_000;
const SHOWN_MS = 20_000;
const WRONG_PIN = '918273';
const desk = new DeskOnPcscd();
const said: string[] = [];
let browser: Browser;
let page: Page;

beforeAll(async () => {
  await desk.open();
  await desk.startAgent();
  await desk.bringHotlist({ listed: false, hoursAgo: 2 });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  page.on('console', (message) => said.push(message.text()));
  await page.goto(`${desk.url}/#token=${desk.token}`);
  await desk.insert('sam');
}, LONG_MS);
afterAll(async () => {
  await browser?.close();
  await desk.close();
}, LONG_MS);

async function picture(name: string): Promise<void> {
  const place = process.env.RHC_PICTURES;
  if (place !== undefined) await page.screenshot({ path: join(place, `${name}.png`) });
}
const shown = (selector: string, hasText?: string | RegExp) =>
  page.locator(selector, hasText === undefined ? {} : { hasText }).waitFor({ timeout: SHOWN_MS });
const gone = (selector: string) => page.locator(selector).waitFor({ state: 'detached', timeout: SHOWN_MS });
const light = (state: string) => shown(`#light[data-state="${state}"]`);
const textOf = async (selector: string) => (await page.locator(selector).textContent()) ?? '';

async function typePin(pin: string): Promise<void> {
  await page.locator('#sam-pin').fill(pin);
  await page.locator('#sam-pin').press('Enter');
}
const menu = (words: string) => page.locator('.console-menu').getByText(words, { exact: false }).first().click();

test(
  'the SAM asks for its PIN in a dialogue that says the tries; a wrong one costs one, the right one opens it',
  async () => {
    await shown('#sam-band', '等待输入 PIN，还可尝试 10 次');
    // A SAM is no card: the page waits for one, and offers no choice between them.
    await shown('#headline', '请放入居民健康卡');
    expect(await page.locator('#desk-readers').count()).toBe(0);
    await page.locator('#sam-pin-open').click();
    await shown('.ant-modal', '还可尝试 10 次');
    expect(await page.locator('#sam-pin').getAttribute('type')).toBe('password');
    await typePin(WRONG_PIN);
    await shown('#sam-pin-error', 'PIN错误');
    await shown('.ant-modal', '还可尝试 9 次');
    await picture('sam-pin');
    await typePin(desk.sam.pin);
    await gone('.ant-modal');
    await gone('#sam-band');
    expect((await desk.keys()).sam).toMatchObject({ state: 'ready', pinTriesLeft: 10 });
    const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
    for (const place of [await page.content(), kept, said.join('\n'), desk.logs()])
      for (const pin of [desk.sam.pin, WRONG_PIN]) expect(place).not.toMatch(new RegExp(`(?<!\\d)${pin}(?!\\d)`));
  },
  LONG_MS,
);

test(
  'a card is read, and the page says whose keys served it and which version',
  async () => {
    await desk.insert('card');
    await light('good');
    await shown('#key-use[data-source="sam+key-service"]', 'SAM + 密钥服务');
    expect(await textOf('#key-use')).toMatch(/版本 version v1\b/);
    expect(await textOf('#genuine')).toContain('真卡');
    expect(await page.locator('#network-band').count()).toBe(0);
    await picture('sam-online');
  },
  LONG_MS,
);

test(
  'without network: the banner tells the age of the list and when the desk stops; the SAM alone serves, unchecked',
  async () => {
    desk.unplug();
    await page.keyboard.press('r');
    await shown('#key-use[data-source="sam"]');
    await light('good');
    await shown('#network-band', /离线.*由 SAM 读卡，不查真伪.*挂失名单已有 2 小时，22 小时后停止服务/);
    expect(await textOf('#genuine')).toContain('未查真伪');
    await picture('sam-offline');
  },
  LONG_MS,
);

test(
  'a card that was reported lost never gets the green light',
  async () => {
    await desk.bringHotlist({ listed: true, hoursAgo: 2 });
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { lampStates: seen });
      const lamp = document.getElementById('light');
      new MutationObserver(() => seen.push(lamp?.dataset.state ?? '')).observe(lamp as Node, { attributes: true });
    });
    await page.keyboard.press('r');
    await shown('#hotlist', '已挂失');
    await shown('#timing');
    expect(await textOf('#headline')).toContain('此卡已挂失或停用');
    expect(await textOf('#next-step')).toContain('请另行核实来人身份');
    expect(await page.locator('#write-button').isDisabled()).toBe(true);
    const states = await page.evaluate(() => (window as unknown as { lampStates: string[] }).lampStates);
    expect(states).toContain('bad');
    expect(states).not.toContain('good');
    expect(await page.locator('html').getAttribute('data-sound')).toBe('error');
    await picture('sam-listed');
  },
  LONG_MS,
);

test(
  'the hard stop: no card is served, and the banner says since when and what to do; a new list ends it',
  async () => {
    await desk.bringHotlist({ listed: false, hoursAgo: 25 });
    await page.keyboard.press('r');
    await shown('#headline', '挂失名单过旧');
    await light('bad');
    expect(await page.locator('#card').count()).toBe(0);
    await shown('#network-band[data-kind="error"]', /25 小时，超过 24 小时.*已停止服务/);
    await picture('sam-stopped');
    await desk.bringHotlist({ listed: false });
    await page.keyboard.press('r');
    await light('good');
    await gone('#network-band[data-kind="error"]');
    // Back online without a card being read: the desk asks by itself.
    desk.plug();
    await gone('#network-band');
  },
  LONG_MS,
);

test(
  'readers and keys have pages of their own: the SAM’s slot, the keys of the last card by slot, the versions held',
  async () => {
    await menu('读卡器');
    const row = page.locator('#readers tbody tr', { hasText: desk.stack.readers[1] });
    await row.getByText('SAM', { exact: true }).waitFor({ timeout: SHOWN_MS });
    await row.locator('.reader-role').click();
    await page
      .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option', { hasText: /SAM slot/ })
      .click();
    await desk.until('the SAM slot', async () => {
      const { body } = await desk.ask('GET', '/v1/desk/profile');
      return body.sam === desk.stack.readers[1] ? true : null;
    });
    await desk.samIs('ready');
    await picture('sam-slots');
    await menu('密钥与 SAM');
    await shown('#last-use', /SAM.*版本 version v1.*RK1\.DDF1 v1/);
    expect(await page.locator('#sam-versions tbody tr').count()).toBe(10);
    // By the card's slots, as every other page names keys.
    for (const slot of await page.locator('#sam-versions tbody code').allTextContents())
      expect(slot).toMatch(/^(MK|STK|RK1|RK2|UK1|UK2)\.(MF|DDF1|DF0[123])$/);
    await picture('sam-keys');
    await page.keyboard.press('Alt+1');
    await shown('#light');
  },
  LONG_MS,
);

test(
  'one try left is never spent; blocked, the page asks for no PIN and says who helps',
  async () => {
    await desk.changeSam(await desk.samWithWrongTries(8));
    await shown('#sam-band', '还可尝试 2 次');
    await page.locator('#sam-pin-open').click();
    await typePin(WRONG_PIN);
    await shown('#sam-pin-last', '只剩最后一次');
    expect(await page.locator('#sam-pin').count()).toBe(0);
    await picture('sam-last-try');
    await page.keyboard.press('Escape');
    await desk.changeSam(await desk.samWithWrongTries(10));
    await shown('#sam-band[data-kind="error"]', /已锁死.*省级密钥中心/);
    expect(await page.locator('#sam-pin-open').count()).toBe(0);
    await picture('sam-blocked');
  },
  LONG_MS,
);

test('nothing on the page was forbidden to it by its own policy', () => {
  expect(said.filter((line) => /Content.Security.Policy/i.test(line))).toEqual([]);
});
