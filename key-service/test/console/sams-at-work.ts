/** SAM 登记: ordered under a quorum, issued on a reader while the page counts, mailer once, delivered, returned, revoked. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { issueSam, KeyServiceClient } from '../../src/client/index.ts';
import { blankSam, powered } from '../blank-sam.ts';
import { type ConsoleHouse, fitsTheScreen, LONG_MS, picture } from './console-house.ts';
import { approveOverHttp, approverPage } from './console-roster.ts';

const HOSPITAL = '石家庄市第一医院';
const COUNT = 2;

export function samsAtWork(house: ConsoleHouse): void {
  test(
    'SAMs: an order waits for its approver; the register counts what the reader issues',
    async () => {
      const page = await house.page('security-admin', 'sams');
      await page.getByRole('button', { name: /新建任务/, disabled: false }).press('Enter');
      await page.getByLabel(/医疗机构/).waitFor();
      // The keyboard stands in the first field, and Tab goes through the form in its order.
      await page.keyboard.type(HOSPITAL);
      for (const text of ['13', '130101000001', String(COUNT), '新装读卡器两台']) {
        await page.keyboard.press('Tab');
        await page.keyboard.press('Control+a');
        await page.keyboard.type(text);
      }
      await picture(page, 'sam-order');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => /^#\/approvals\/[0-9a-f-]{36}$/.test(location.hash));
      await page.getByText(`为 ${HOSPITAL}(省 13)签发 ${COUNT} 张 SAM 卡`).waitFor();
      const officer = await approverPage(house, 'officer-a', (await page.evaluate(() => location.hash)).slice(2));
      await officer.getByRole('button', { name: /用通行密钥批准/ }).click();
      await officer.getByRole('button', { name: /执行/ }).click();
      await officer.getByText('已执行 executed').first().waitFor();

      await house.goTo(page, 'sams');
      const order = page.locator('.order-row', { hasText: HOSPITAL });
      await order.getByText(`0/${COUNT}`).waitFor();
      const { orders } = await house.ask('officer-a', 'GET', '/v1/sam-orders');
      const client = new KeyServiceClient({
        baseUrl: house.url,
        token: () => house.token('officer-a'),
        timeoutMs: LONG_MS,
      });
      for (let number = 1; number <= COUNT; number++) {
        await issueSam(client, powered(blankSam(number)), orders[0].orderId);
        await order.getByText(`${number}/${COUNT}`).waitFor();
      }
      expect(await fitsTheScreen(page)).toBe(true);
      await order.press('Enter');
      const mailers = page.getByRole('button', { name: /密码信封/ });
      await page.getByText(`共 ${COUNT} 份待打印`).waitFor();
      expect(await mailers.isEnabled()).toBe(true);
      await order.press('Enter');
      for (const done of [page, officer]) await done.context().close();
    },
    LONG_MS,
  );

  test(
    'SAMs: one is found, its mailer saved once, delivered, returned; its revocation waits for an approver',
    async () => {
      const page = await house.page('officer-a', 'sams');
      await page.getByLabel(/搜索/).fill('130101000002');
      await page.keyboard.press('Enter');
      const row = page.locator('tbody tr', { hasText: '130101000002' });
      await page.locator('tbody tr', { hasText: '130101000001' }).waitFor({ state: 'detached' });
      await row.getByRole('button').press('Enter');
      const drawer = page.locator('.ant-drawer');
      const mailer = drawer.getByRole('button', { name: /下载密码信封/ });
      const [file] = await Promise.all([page.waitForEvent('download'), mailer.click()]);
      expect(
        readFileSync(await file.path())
          .subarray(0, 5)
          .toString(),
      ).toBe('%PDF-');
      await drawer.getByText('密码信封已打印').waitFor();
      expect(await drawer.getByRole('button', { name: /密码信封已打印/ }).isDisabled()).toBe(true);

      await drawer.getByRole('button', { name: /登记交付/, disabled: false }).press('Enter');
      await page.getByLabel(/接收人/).waitFor();
      await page.keyboard.type('何护士长');
      await page.keyboard.press('Tab');
      await page.keyboard.type('机要通信');
      await page.keyboard.press('Enter');
      await drawer.getByText('已交付 delivered').waitFor();
      await picture(page, 'sam');
      await drawer.getByRole('button', { name: /登记退回/ }).click();
      await page.getByLabel(/理由/).fill('读卡器更换');
      await page.keyboard.press('Enter');
      await drawer.getByText('已退回 returned').waitFor();

      await drawer.getByRole('button', { name: /注销/ }).click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /提出申请/ })
        .waitFor();
      await page.getByLabel(/理由/).fill('卡片损坏');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => /^#\/approvals\/[0-9a-f-]{36}$/.test(location.hash));
      await approveOverHttp(house, (await page.evaluate(() => location.hash)).split('/')[2] ?? '', ['officer-b']);
      await house.goTo(page, 'sams');
      await page.locator('tbody tr', { hasText: '130101000002' }).getByText('已注销 revoked').waitFor();
      await page.locator('.order-row', { hasText: HOSPITAL }).waitFor();
      await picture(page, 'sams');
      await page.context().close();
    },
    LONG_MS,
  );
}
