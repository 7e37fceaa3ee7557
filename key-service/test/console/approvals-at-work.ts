/** 审批: a request from the key tree, read, signed by two passkeys, carried out by keyboard; one that is refused. */
import { expect, test } from '@jest/globals';
import { type ConsoleHouse, fitsTheScreen, LONG_MS, picture } from './console-house.ts';
import { approverPage } from './console-roster.ts';

export function approvalsAtWork(house: ConsoleHouse): void {
  test(
    'approvals: asked from the key tree, read, approved by two passkeys, carried out, kept in the history',
    async () => {
      const security = await house.page('security-admin', 'keys/RK1.DF03/2');
      await security.getByRole('button', { name: /申请启用/, disabled: false }).press('Enter');
      await security.getByRole('dialog').getByLabel(/理由/).waitFor();
      await security.keyboard.type('年度更换读取密钥');
      await security.getByRole('dialog').getByRole('button', { name: /确定/ }).click();
      await security.waitForFunction(() => /^#\/approvals\/[0-9a-f-]{36}$/.test(location.hash));
      await security.getByText('申请人不能批准自己的请求').waitFor();
      expect(await security.getByRole('button', { name: /用通行密钥批准/ }).isDisabled()).toBe(true);
      expect(await security.getByRole('button', { name: /执行/ }).count()).toBe(0);
      const request = (await security.evaluate(() => location.hash)).slice(2);

      const first = await approverPage(house, 'officer-a');
      // It is called out where the officer looks first, and in the menu.
      const called = first
        .locator('li', { hasText: '等您批准' })
        .getByRole('button', { name: /审阅/, disabled: false });
      await called.press('Enter');
      await first.getByText('本浏览器已核对:所见即所签').waitFor();
      expect(await first.locator('.sentences').first().textContent()).toContain('RK1.DF03');
      expect((await first.locator('.signed-text .words small').textContent())?.split(' · ')).toHaveLength(8);
      await first.getByRole('button', { name: /用通行密钥批准/, disabled: false }).press('Enter');
      await first.locator('.decisions', { hasText: '李卫东' }).waitFor();
      expect(await fitsTheScreen(first)).toBe(true);
      await picture(first, 'approvals');

      const second = await approverPage(house, 'officer-b', request);
      await second.getByRole('button', { name: /用通行密钥批准/ }).click();
      await second.getByRole('button', { name: /执行/, disabled: false }).press('Enter');
      await second.getByText('已执行 executed').first().waitFor();
      await house.goTo(second, 'approvals/history');
      await second
        .getByRole('row', { name: /启用|变更密钥状态/ })
        .first()
        .waitFor();
      expect(await second.locator('.ant-table-tbody').textContent()).toMatch(/李卫东.*✓.*陈晓峰.*✓/);
      await house.goTo(second, 'approvals/roster');
      await second.getByText('令牌封印有效').waitFor();
      expect(await fitsTheScreen(second)).toBe(true);
      await picture(second, 'roster');
      const detail = await house.ask('officer-a', 'GET', '/v1/key-versions/RK1.DF03/2');
      expect(detail.state).toBe('active');
      for (const page of [security, first, second]) await page.context().close();
    },
    LONG_MS,
  );

  test(
    'approvals: what an officer refuses with a reason cannot be approved any more',
    async () => {
      const { approval } = await house.ask('security-admin', 'POST', '/v1/key-versions/RK1.DF02/2/move', {
        to: 'active',
        reason: '计划外的更换',
      });
      const page = await approverPage(house, 'officer-b', `approvals/${approval}`);
      await page.getByRole('button', { name: /^拒绝/, disabled: false }).press('Enter');
      await page.getByLabel(/理由/).fill('不在计划之内');
      await page.getByRole('dialog').getByRole('button', { name: /拒绝/ }).click();
      await page.getByText('已拒绝 refused').first().waitFor();
      expect(await page.getByRole('button', { name: /用通行密钥批准/ }).count()).toBe(0);
      await page.locator('.decisions', { hasText: '不在计划之内' }).waitFor();
      await page.context().close();
    },
    LONG_MS,
  );
}
