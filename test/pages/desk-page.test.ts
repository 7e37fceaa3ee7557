/**
 * The clinic's desk page in Chromium over a running house, with a card in a virtual reader through pcscd: what is shown,
 * what is masked, what is written, and that nothing of a card stays when it is taken out. `RHC_PICTURES=folder` keeps what
 * was seen.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { RunningHouse } from '../first-light/running-house.ts';
import { earlierVisits } from './earlier-visits.ts';

const LONG_MS = 180_000;
const SHOWN_MS = 20_000;
/** What virtual-card itself leaves between two cards. */
const EMPTY_MS = 1_000;
const ID_NUMBER = '130101195803129021';
const folder = mkdtempSync(join(tmpdir(), 'rhc-desk-'));
const house = new RunningHouse(join(folder, 'state'));
let browser: Browser;
let page: Page;

/** Of the one card that is left. */
async function insertion(): Promise<number> {
  for (const deadline = Date.now() + SHOWN_MS; ; ) {
    const { readers } = (await house.ask('reader-agent', 'GET', '/v1/readers')).body;
    const cards = readers.flatMap(({ card }: { card: { insertion: number } | null }) => card ?? []);
    if (cards.length === 1) return cards[0].insertion;
    if (Date.now() > deadline) throw new Error(`${cards.length} cards`);
    await pause(50);
  }
}

beforeAll(async () => {
  await house.untilRunning();
  // The second reader is emptied: the API calls of this test then mean the only card.
  await house.hand(2, 'eject');
  for (const visit of earlierVisits) {
    const { status, body } = await house.ask('reader-agent', 'POST', '/v1/card/visits', {
      insertion: await insertion(),
      visit,
    });
    expect([status, body.complete]).toEqual([200, true]);
  }
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  await page.goto(`${house.url('reader-agent')}/#token=${house.token('reader-agent')}`);
}, LONG_MS);
afterAll(async () => {
  await browser?.close();
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

async function picture(name: string): Promise<void> {
  const place = process.env.RHC_PICTURES;
  if (place !== undefined) await page.screenshot({ path: join(place, `${name}.png`) });
}
const textOf = async (selector: string) => (await page.locator(selector).textContent()) ?? '';
const light = (state: string) => page.locator(`#light[data-state="${state}"]`).waitFor({ timeout: SHOWN_MS });

test(
  'a card in the reader: alerts in full, identity masked, photo blurred, visits newest first',
  async () => {
    await light('good');
    const alerts = await textOf('#alerts');
    for (const words of ['青霉素 → 皮疹伴喉头水肿', '糖尿病', '心脏病', 'A型', '高血压二期'])
      expect(alerts).toContain(words);
    const identity = await textOf('#identity');
    expect(identity).toContain('王＊＊');
    expect(identity).toContain('女 Female');
    const whole = await textOf('body');
    for (const secret of ['王淑兰', ID_NUMBER, '0311-00000001', '李建国']) expect(whole).not.toContain(secret);
    expect(await page.locator('#photo').evaluate((image) => getComputedStyle(image).filter)).toContain('blur');
    expect(
      await page.locator('#photo').evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).toBeGreaterThan(50);
    const times = await page.locator('#visits time').allTextContents();
    expect(times).toEqual(['2026-11-20 09:10', '2026-08-03 15:40', '2025-12-01']);
    // A loud tone for alerts; a person may not hear it, so the page says that it was played.
    expect(await page.locator('html').getAttribute('data-sound')).toBe('alert');
    expect(await textOf('#visits')).toContain('未签名 unsigned');
    expect(await textOf('#genuine')).toContain('真卡');
    expect(await textOf('#validity')).toMatch(/有效至 valid to \d{4}-\d{2}-\d{2}/);
    expect(await textOf('#timing')).toMatch(/\d+ ms.*\d+ APDU/);
    // The address bar holds no token, and the clerk need not scroll for what counts.
    expect(new URL(page.url()).hash).toBe('');
    const bottom = await page.locator('#write-button').evaluate((e) => e.getBoundingClientRect().bottom);
    expect(bottom).toBeLessThanOrEqual(768);
    await picture('desk-masked');
  },
  LONG_MS,
);

test('shown as long as the key is held', async () => {
  await page.keyboard.down('s');
  expect(await textOf('#identity')).toContain('王淑兰');
  expect(await textOf('#identity')).toContain(ID_NUMBER);
  expect(await page.locator('#photo').evaluate((image) => getComputedStyle(image).filter)).toBe('none');
  await picture('desk');
  await page.keyboard.up('s');
  expect(await textOf('#identity')).not.toContain(ID_NUMBER);
});

test(
  'by keyboard alone: a new phone and a new allergy are written, read back and shown',
  async () => {
    await page.keyboard.press('w');
    await page.locator('#phone:focus').waitFor({ timeout: SHOWN_MS });
    await page.keyboard.type('13900001234');
    await page.keyboard.press('Tab');
    await page.keyboard.type('头孢');
    await page.keyboard.press('Tab');
    await page.keyboard.type('荨麻疹');
    await page.keyboard.press('Enter');
    await page.locator('#outcome [data-outcome="applied"]').nth(1).waitFor({ timeout: SHOWN_MS });
    expect(await page.locator('#outcome li').count()).toBe(2);
    await light('good');
    expect(await textOf('#alerts')).toContain('头孢 → 荨麻疹');
    const { body } = await house.ask('reader-agent', 'POST', '/v1/card/read', {});
    expect(body.allergies.map(({ substance }: { substance: string }) => substance)).toEqual(['头孢', '青霉素', '花粉']);
    expect(body.identity).toContainEqual(expect.objectContaining({ id: 'phone1', value: '13900001234' }));
    await picture('desk-written');
  },
  LONG_MS,
);

test(
  'a value that does not fit is refused with the field and the rule, the card unchanged',
  async () => {
    await page.locator('#substance').fill('一二三四五六七八九十一');
    await page.locator('#substance').press('Enter');
    await page.locator('#outcome .bad').first().waitFor({ timeout: SHOWN_MS });
    expect(await textOf('#outcome')).toMatch(/allergies\[0\]\.substance.*20 字节/);
    await page.locator('#substance').fill('');
  },
  LONG_MS,
);

test(
  'pulled in the middle of a write: unknown is said, settled when the card is back',
  async () => {
    const card = await house.hand(1, 'tear 1 after');
    expect(card.ok).toBe(true);
    await page.locator('#phone').fill('13900005678');
    await page.locator('#phone').press('Enter');
    await page.locator('#open-writes').waitFor({ timeout: SHOWN_MS });
    expect(await textOf('#open-writes')).toMatch(/1 次写卡结果未确认/);
    expect(await page.locator('#card').count()).toBe(0);
    await picture('desk-unknown');
    await house.hand(1, 'eject');
    await light('idle');
    // The light is out since the tear: pcscd, which looks every 400 ms, has to see the empty reader first.
    await pause(EMPTY_MS);
    await house.hand(1, 'insert');
    await page.locator('#open-writes', { hasText: '已确认' }).waitFor({ timeout: SHOWN_MS });
    expect(await textOf('#open-writes')).toContain('本人电话 phone ✓ 已写入');
    await light('good');
  },
  LONG_MS,
);

test(
  'taken out: nothing of the card is left in the page, its form or its picture',
  async () => {
    await page.locator('#phone').fill('13900009999');
    await house.hand(1, 'eject');
    await light('idle');
    expect(await page.locator('#card').count()).toBe(0);
    const markup = await page.content();
    for (const trace of ['王', '青霉素', '头孢', '正定县', ID_NUMBER, '1390000', 'data:image']) {
      expect(markup).not.toContain(trace);
    }
    expect(await page.locator('#displaced').count()).toBe(0);
    expect(await page.locator('#phone').count()).toBe(0);
    expect(await page.evaluate(() => JSON.stringify(Object.values(sessionStorage)))).not.toContain('王');
    await picture('desk-removed');
  },
  LONG_MS,
);

test(
  'a blank in the other reader does not stand in the way, whichever comes first',
  async () => {
    await house.hand(2, 'insert');
    await page.locator('#headline', { hasText: '还没有完成个人化' }).waitFor({ timeout: SHOWN_MS });
    await house.hand(1, 'insert');
    await light('good');
    expect(await textOf('#identity')).toContain('王＊＊');
    expect(await page.locator('#phone').inputValue()).toBe('');
    await page.locator('#desk-readers', { hasText: '空白卡 blank' }).waitFor({ timeout: SHOWN_MS });
    // The blank again, and now last: the page looks at it and comes back to the resident's card.
    await house.hand(2, 'eject');
    await house.hand(2, 'insert');
    await page.locator('#desk-readers', { hasText: '空白卡 blank' }).waitFor({ timeout: SHOWN_MS });
    await light('good');
    expect(await textOf('#identity')).toContain('王＊＊');
    await picture('desk-two-readers');
    await house.hand(2, 'eject');
    await page.locator('#desk-readers').waitFor({ state: 'detached', timeout: SHOWN_MS });
    await light('good');
  },
  LONG_MS,
);

test(
  'a visit is written by keyboard and stands in the timeline; the summary on paper is whole and gone afterwards',
  async () => {
    await page.keyboard.press('v');
    await page.locator('#institution').fill('正定县人民医院');
    await page.locator('#department').fill('全科');
    await page.locator('#diagnosis').fill('急性咽炎');
    await page.locator('#diagnosis').press('Enter');
    await page.locator('#outcome [data-outcome="applied"]').waitFor({ timeout: SHOWN_MS });
    await page.locator('#visits', { hasText: '急性咽炎' }).waitFor({ timeout: SHOWN_MS });
    await light('good');
    // What is on paper: seen at the moment in which the browser would print.
    const printed = await page.evaluate(async () => {
      let paper = '';
      window.print = () => {
        paper = document.querySelector('.sheet')?.textContent ?? '';
      };
      document.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', bubbles: true }));
      return paper;
    });
    for (const words of ['王淑兰', ID_NUMBER, '青霉素', '急性咽炎', '李建国']) expect(printed).toContain(words);
    expect(printed).not.toContain('精神病');
    expect(await page.locator('.sheet').count()).toBe(0);
  },
  LONG_MS,
);

test(
  'an update that the counter put in waits for its card, is written at contact, and the mailbox line says so',
  async () => {
    const { cards } = (await house.ask('card-issuer', 'GET', '/v1/cards')).body;
    const { id } = cards.find(({ state }: { state: string }) => state === 'active');
    const path = `/v1/cards/${id}/mailbox`;
    const states = async () =>
      (await house.askAsClerk('GET', path)).body.updates.map(({ state }: { state: string }) => state);
    await house.hand(1, 'eject');
    await light('idle');
    const patch = { kind: 'patch', patch: { phone2: '13977776666' }, expected: [] };
    for (const content of [patch, { kind: 'notice', notice: 'see-counter' }])
      expect((await house.askAsClerk('POST', path, { content })).status).toBe(201);
    expect(await states()).toEqual(['waiting', 'waiting']);
    expect(await page.locator('#mailbox').count()).toBe(0);
    await page.evaluate(() => {
      const seen = new Set<string>();
      Object.assign(window, { mailboxLines: seen });
      new MutationObserver(() => {
        const line = document.getElementById('mailbox');
        if (line !== null) seen.add(`${line.dataset.state}: ${line.textContent}`);
      }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    });
    await pause(EMPTY_MS);
    await house.hand(1, 'insert');
    await page.locator('#mailbox[data-state="done"]').waitFor({ timeout: SHOWN_MS });
    expect(await textOf('#mailbox')).toMatch(/到发卡窗口核对登记信息.*1 项更新已写入卡中 1 update\(s\) written/);
    const lines = await page.evaluate(() => [...(window as unknown as { mailboxLines: Set<string> }).mailboxLines]);
    expect(lines[0]).toMatch(/^working: .*正在把发卡系统的更新写入卡中，请勿取出/);
    // What it is about and what became of it, never what it says.
    expect(lines.join()).not.toContain('1397777');
    await picture('desk-mailbox');
    const { body } = await house.ask('reader-agent', 'POST', '/v1/card/read', {});
    expect(body.identity).toContainEqual(expect.objectContaining({ id: 'phone2', value: '13977776666' }));
    for (const deadline = Date.now() + SHOWN_MS; (await states()).some((state: string) => state !== 'applied'); ) {
      if (Date.now() > deadline) throw new Error(`the counter does not hear of it: ${await states()}`);
      await pause(100);
    }
    await house.hand(1, 'eject');
    await light('idle');
    expect(await page.locator('#mailbox').count()).toBe(0);
  },
  LONG_MS,
);

test(
  'writes, self-test and events have pages of their own; mute is kept',
  async () => {
    await page.keyboard.press('m');
    expect(await page.locator('#mute').getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Alt+2');
    await page.locator('#writes tbody tr', { hasText: '已写入' }).first().waitFor({ timeout: SHOWN_MS });
    expect(await textOf('#writes')).not.toContain('13900001234');
    await picture('desk-writes');
    await page.locator('.console-menu', { hasText: '浏览器自检' }).getByText('浏览器自检').click();
    await page.locator('#self-test-verdict', { hasText: '可以使用' }).waitFor({ timeout: SHOWN_MS });
    await picture('desk-self-test');
    await page.locator('.console-menu').getByText('事件').click();
    await page.locator('#events tbody tr', { hasText: '读卡完成' }).first().waitFor({ timeout: SHOWN_MS });
    expect(await textOf('#events')).not.toContain('王');
    await picture('desk-events');
  },
  LONG_MS,
);
