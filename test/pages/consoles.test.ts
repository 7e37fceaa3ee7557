/**
 * The key console in Chromium, over a running house. `RHC_PICTURES=folder` keeps what was seen. The issuing console has
 * its suites in `card-issuer/test/console`.
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

async function open(token: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  await page.goto(`${house.url('key-service')}/#token=${token}`);
  return page;
}

const keyOperator = (role: string): string =>
  readFileSync(join(house.state, 'tokens/key-operators', `demo.${role}`), 'utf8').trim();

async function picture(page: Page, name: string): Promise<void> {
  const place = process.env.RHC_PICTURES;
  if (place !== undefined) await page.screenshot({ path: join(place, `${name}.png`) });
}

test(
  'key-service console: token, known answers, every slot with its check value',
  async () => {
    const page = await open(keyOperator('security-admin'));
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
