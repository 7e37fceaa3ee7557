/**
 * The key console in Chromium over a real key-service (SoftHSM2, SQLite): every page fits 1366 × 768 without a complaint of
 * the browser; the main paths go by keyboard alone. `RHC_PICTURES=docs/images/key-service` makes the pictures anew.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConsoleHouse, fitsTheScreen, LONG_MS, picture, virtualPasskey } from './console-house.ts';

const house = new ConsoleHouse();
beforeAll(() => house.open(), LONG_MS);
afterAll(() => house.close(), LONG_MS);

test(
  'every page opens for its people, fits the screen, and the browser complains of nothing',
  async () => {
    const security = await house.page('security-admin');
    for (const [path, words] of [
      ['overview', '密码机与令牌'],
      ['keys', '河北省密钥体系'],
      ['ceremony', '已完成 completed'],
      ['approvals', '待批准的请求'],
      ['rotation', '轮换'],
      ['sams', '发行任务'],
      ['audit', '检查点(在本浏览器中核对)'],
      ['certificates', '已签发的证书'],
      ['operators', '不能兼任的角色'],
      ['health', '密码机护照'],
    ] as const) {
      await house.goTo(security, path);
      await security.locator('.console-content').getByText(words).first().waitFor();
      await security.waitForLoadState('networkidle').catch(() => undefined);
      expect({ path, fits: await fitsTheScreen(security) }).toEqual({ path, fits: true });
      // Pictures of the other pages are made where something has happened on them: at-work.test.ts.
      if (['keys', 'ceremony', 'operators'].includes(path)) await picture(security, path);
    }
    await security.context().close();
    expect(house.complaints).toEqual([]);
  },
  LONG_MS,
);

test(
  'a new operator registers a passkey by a one-time code and signs in with it, by keyboard alone',
  async () => {
    await house.ask('system-admin', 'POST', '/v1/operators', { id: 'gao.yuan', name: '高远' });
    const { code } = await house.ask('system-admin', 'POST', '/v1/operators/gao.yuan/enrolment-code', {});
    const page = await house.page(null);
    await virtualPasskey(page);
    await page.getByRole('tab', { name: /首次登记/ }).waitFor();
    await picture(page, 'sign-in');
    await page.getByRole('tab', { name: /登录/ }).first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByLabel(/一次性登记码/).focus();
    await page.keyboard.type(code);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText(/gao\.yuan 的通行密钥已登记/).waitFor();
    await house.ask('security-admin', 'PUT', '/v1/operators/gao.yuan/roles', { roles: ['officer'], reason: '测试' });
    await page.getByRole('tab', { name: /首次登记/ }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /用通行密钥登录/ }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.signed-in', { hasText: '高远' }).waitFor();
    // Out again: the session is over at the service as well.
    await page.locator('.signed-in').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: /退出登录/ }).click();
    await page.getByRole('button', { name: /用通行密钥登录/ }).waitFor();
    await page.context().close();
  },
  LONG_MS,
);

test(
  'a wrong token is told with its next step, and shows nothing',
  async () => {
    const page = await house.page(null);
    await page.getByLabel(/访问令牌/).focus();
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await page.locator('.fault', { hasText: '令牌无效' }).waitFor();
    expect(await page.locator('.fault').textContent()).toMatch(/→ .*\p{Script=Han}/u);
    expect(await page.locator('.console-menu').count()).toBe(0);
    await page.context().close();
  },
  LONG_MS,
);

test(
  'the key tree is walked by arrows; Enter opens a version, plus and minus zoom',
  async () => {
    const page = await house.page('officer-a');
    await page.keyboard.press('Alt+2');
    const first = page.getByRole('treeitem', { name: /IRK\.DDF1 v1 启用 active/ });
    await first.waitFor();
    await first.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#/keys/STK.DF02/2');
    await page.locator('.kcv-large').waitFor();
    expect(await page.locator('.kcv-large').textContent()).toMatch(/^[0-9A-F]{6}$/);
    const width = () => page.locator('svg.tree').evaluate((svg) => svg.getBoundingClientRect().width);
    const before = await width();
    await page.keyboard.press('+');
    expect(await width()).toBeGreaterThan(before);
    await page.keyboard.press('0');
    expect(await width()).toBe(before);
    await page.context().close();
  },
  LONG_MS,
);

test(
  'the audit log is proved in the browser: signature, growth, inclusion; an altered entry is not proved',
  async () => {
    const page = await house.page('audit-admin', 'audit');
    await page.getByText('签名有效 signature valid').waitFor();
    await page.getByText(/首次在此浏览器核对/).waitFor();
    await house.ask('system-admin', 'POST', '/v1/operators', { id: 'xu.jing', name: '许静' });
    await page.getByRole('button', { name: /重新核对/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/只增未改 grown and never changed/).waitFor();
    await house.goTo(page, 'audit/3');
    await page.getByText(/证明成立:第 3 条/).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => location.hash === '#/audit');
    // A server that alters an entry on the way cannot prove it.
    await page.route('**/v1/audit/proof/inclusion*', async (route) => {
      const answer = await route.fetch();
      const proof = (await answer.json()) as { leaf: string };
      await route.fulfill({
        json: { ...proof, leaf: proof.leaf.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)) },
      });
    });
    await house.goTo(page, 'audit/4');
    await page.getByText('证明不成立 not proved').waitFor();
    await page.context().close();
  },
  LONG_MS,
);

test(
  'a log that has shrunk or was rewritten since this browser saw it is called out',
  async () => {
    const page = await house.page('audit-admin', 'audit');
    await page.getByText('签名有效 signature valid').waitFor();
    const seen = (change: { size?: number; root?: string }) =>
      page.evaluate((changed) => {
        const old = JSON.parse(localStorage.getItem('rhc-audit-seen') ?? '{}') as Record<string, unknown>;
        localStorage.setItem('rhc-audit-seen', JSON.stringify({ ...old, ...changed }));
      }, change);
    await seen({ root: 'AB'.repeat(32), size: 10 });
    await page.getByRole('button', { name: /重新核对/ }).click();
    await page.getByText(/旧记录被改动/).waitFor();
    await seen({ size: 1_000_000 });
    await page.getByRole('button', { name: /重新核对/ }).click();
    await page.getByText(/日志变短了/).waitFor();
    await page.context().close();
  },
  LONG_MS,
);

test(
  'operators: added, given a role, disabled and taken back; a code is shown once',
  async () => {
    const page = await house.page('system-admin', 'operators');
    await page.getByRole('button', { name: /新增操作员/ }).click();
    await page.getByLabel(/姓名/).fill('林秋');
    await page.keyboard.press('Tab');
    await page.keyboard.type('lin.qiu');
    await page.keyboard.press('Enter');
    const row = page.locator('tr', { hasText: 'lin.qiu' });
    await row.waitFor();
    await row.getByRole('button', { name: /登记码/ }).click();
    await page.locator('.code-large').waitFor();
    expect((await page.locator('.code-large').textContent())?.length).toBeGreaterThan(8);
    await page.keyboard.press('Escape');
    await row.getByRole('button', { name: /停用/ }).click();
    await row.getByText('停用 disabled').waitFor();
    await page.getByRole('button', { name: /撤销/ }).click();
    await row.getByText('启用 active').waitFor();
    await page.context().close();
  },
  LONG_MS,
);
