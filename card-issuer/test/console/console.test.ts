/**
 * The issuing console in Chromium over a running house: every page opens for its people, fits 1366 × 768, and the browser
 * complains of nothing. `RHC_PICTURES=docs/images/card-issuer` makes the pictures anew.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fitsTheScreen, IssuerConsoleHouse, LONG_MS, picture } from './console-house.ts';
import { PAGES } from './pages.ts';

const house = new IssuerConsoleHouse();
beforeAll(() => house.open(), LONG_MS);
afterAll(() => house.close(), LONG_MS);

/** Pages whose own tests take the picture, with work on them. */
const PICTURED_AT_WORK = ['imports', 'jobs', 'stock', 'dashboard', 'approvals', 'hotlist', 'administration'];

test(
  'a token opens the console, a wrong one is told with its next step and shows nothing',
  async () => {
    const page = await house.page(null);
    await page.getByLabel(/访问令牌/).waitFor();
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('令牌无效。').waitFor();
    await picture(page, 'sign-in');
    expect(await page.locator('.console-menu').count()).toBe(0);
    await page.getByLabel(/访问令牌/).fill(house.token('clerk'));
    await page.keyboard.press('Enter');
    await page.locator('.signed-in', { hasText: '王芳' }).waitFor();
    // Out again: nothing of the console stays.
    await page.locator('.signed-in').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: /退出登录/ }).click();
    await page.getByLabel(/访问令牌/).waitFor();
    expect(await page.locator('.console-menu').count()).toBe(0);
    await page.context().close();
  },
  LONG_MS,
);

test(
  'every page opens for its people, fits the screen, and the browser complains of nothing',
  async () => {
    for (const { path, person, words } of PAGES) {
      const page = await house.page(person, path);
      await page.locator('.console-content').getByText(words).first().waitFor();
      await page.waitForLoadState('networkidle').catch(() => undefined);
      expect({ path, fits: await fitsTheScreen(page) }).toEqual({ path, fits: true });
      if (!PICTURED_AT_WORK.includes(path)) await picture(page, path.replaceAll('/', '-'));
      await page.context().close();
    }
    expect(house.complaints).toEqual([]);
  },
  LONG_MS,
);
