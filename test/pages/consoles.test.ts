/**
 * The consoles of card-issuer and key-service in Chromium, over a running house: a card is issued by pressing one button,
 * and what the chip proved is on the screen. `RHC_PICTURES=folder` keeps what was seen.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { RunningHouse } from '../first-light/running-house.ts';

const LONG_MS = 180_000;
const folder = mkdtempSync(join(tmpdir(), 'rhc-consoles-'));
const house = new RunningHouse(join(folder, 'state'));
let browser: Browser;

beforeAll(async () => {
  await house.untilRunning();
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}, LONG_MS);
afterAll(async () => {
  await browser?.close();
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

async function open(service: 'card-issuer' | 'key-service', token = house.token(service)): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  await page.goto(`${house.url(service)}/#token=${token}`);
  return page;
}

const keyOperator = (role: string): string =>
  readFileSync(join(house.state, 'tokens/key-operators', `demo.${role}`), 'utf8').trim();

async function picture(page: Page, name: string): Promise<void> {
  const place = process.env.RHC_PICTURES;
  if (place !== undefined) await page.screenshot({ path: join(place, `${name}.png`) });
}

test(
  'issuing console: one button makes a card; progress, verdict and state are told',
  async () => {
    const page = await open('card-issuer', house.token('card-issuer-clerk'));
    const row = page.locator('#residents tr', { hasText: '李建国' });
    await row.getByRole('button', { name: '发卡' }).click();
    await page.locator('#card-verdict.good').waitFor({ timeout: 60_000 });
    expect(await page.locator('#card-title').textContent()).toMatch(/李建国.*待领 personalized.*5201000000000002/);
    expect(await page.locator('#card-verdict').textContent()).toMatch(/回读 26644 字节一致，真卡/);
    expect(await page.locator('#card-progress').textContent()).toMatch(
      /(\d+)\/\1 APDU · [1-4] 批 batches · 密钥服务 [1-3] 次/,
    );
    await row.getByRole('button', { name: '启用' }).click();
    await page.locator('#card-title .state.active').waitFor();
    await picture(page, 'issuing');
    // Loss by phone: suspended with a receipt; found again: active, both in the card's history.
    const confirmMove = async (name: string, state: string) => {
      await page.locator('#card-moves').getByRole('button', { name }).click();
      if (name === '口头挂失') await picture(page, 'life-cycle-form');
      await page.locator('#move').getByRole('button', { name: '确定' }).click();
      await page.locator(`#card-title .state.${state}`).waitFor();
      await page.locator('#card-receipt', { hasText: '回执 Receipt' }).waitFor();
    };
    await confirmMove('口头挂失', 'suspended');
    expect(await page.locator('#card-receipt').textContent()).toMatch(
      /电话口头挂失 loss told by phone · ¥0\.00 · 有效至/,
    );
    await confirmMove('解除挂失', 'active');
    await page.locator('#card-history summary').click();
    expect(await page.locator('#card-history-list').textContent()).toMatch(/口头挂失 Suspend · .* · clerk:wang\.fang/);
    await picture(page, 'life-cycle');
    // The token has left the address bar.
    expect(new URL(page.url()).hash).toBe('');
    await page.close();
  },
  LONG_MS,
);

test(
  'issuing console: a card that cannot be made is told with its next step',
  async () => {
    const page = await open('card-issuer');
    await page.locator('#residents tr', { hasText: '张喆' }).getByRole('button', { name: '发卡' }).click();
    await page.locator('#problem').waitFor();
    expect(await page.locator('#problem').textContent()).toMatch(/\p{Script=Han}.*→ .*\p{Script=Han}/u);
    await page.close();
  },
  LONG_MS,
);

test(
  'issuing console: the report of a roster is downloaded, and nothing is enrolled by it',
  async () => {
    const page = await open('card-issuer');
    await page.locator('#residents tr').first().waitFor();
    const before = await page.locator('#status').textContent();
    await page.locator('#roster').setInputFiles(join(process.cwd(), 'test-vectors/residents/pilot-roster.csv'));
    const download = page.waitForEvent('download');
    await page.locator('#import-file').click();
    const file = readFileSync(await (await download).path(), 'utf8');
    expect(file.split('\r\n')[0]).toContain('行,结果,姓名,字段,规则,下一步');
    expect(file).toContain('拒绝');
    await page.reload();
    await page.locator('#residents tr').first().waitFor();
    expect(await page.locator('#status').textContent()).toBe(before);
    await page.close();
  },
  LONG_MS,
);

test(
  'issuing console: without a token it asks for one and shows nothing',
  async () => {
    const page = await open('card-issuer', 'wrong');
    await page.locator('#sign-in').waitFor();
    expect(await page.locator('#desk').isHidden()).toBe(true);
    expect(await page.locator('#residents tr').count()).toBe(0);
    await page.close();
  },
  LONG_MS,
);

test(
  'key-service console: token, known answers, every slot with its check value',
  async () => {
    const page = await open('key-service', keyOperator('security-admin'));
    await page.getByText('SoftHSM v2').waitFor();
    expect(await page.locator('body').textContent()).toContain('已知答案测试');
    await page.keyboard.press('Alt+2');
    await page.getByRole('treeitem', { name: /RK1\.DDF1 v1 启用 active,校验值 KCV 9ECB18/ }).waitFor();
    const states = await page.locator('.legend').textContent();
    for (const word of ['启用 active', '预置 pre-active']) expect(states).toContain(word);
    await picture(page, 'key-service');
    await page.close();
  },
  LONG_MS,
);
