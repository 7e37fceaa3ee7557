/** 审计日志, after all that the other pages have done: every entry has words, one is found by its action and proved. */
import { expect, test } from '@jest/globals';
import { actionText } from '../../web/audit/audit-words.ts';
import { type ConsoleHouse, fitsTheScreen, LONG_MS, picture } from './console-house.ts';

export function auditAtWork(house: ConsoleHouse): void {
  test(
    'audit: every action of the whole day has Chinese words; an entry is found, opened and proved by keyboard',
    async () => {
      const page = await house.page('audit-admin', 'audit');
      const lines: { action: string }[] = await page.evaluate(async (token) => {
        const answer = await fetch('/v1/audit/leaves?from=0&limit=10000', {
          headers: { authorization: `Bearer ${token}` },
        });
        return (await answer.text())
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { action: string });
      }, house.token('audit-admin'));
      const actions = [...new Set(lines.map(({ action }) => action))];
      expect(actions.length).toBeGreaterThan(20);
      expect(actions.filter((action) => !/\p{Script=Han}/u.test(actionText(action).zh))).toEqual([]);

      await page.getByText('签名有效 signature valid').waitFor();
      const wanted = lines.findLastIndex(({ action }) => action === 'approval-executed');
      await page.getByLabel(/跳到序号/).focus();
      await page.keyboard.type(String(wanted));
      await page.keyboard.press('Enter');
      await page.getByText(new RegExp(`证明成立:第 ${wanted} 条`)).waitFor();
      await picture(page, 'audit-proof');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => location.hash === '#/audit');
      const row = page.locator(`tr[data-row-key="${wanted}"]`);
      await row.getByText('执行完毕').waitFor();
      await row.getByRole('button', { name: /展开|Expand/, disabled: false }).press('Enter');
      await page.locator('td .leaf-line', { hasText: 'approval-executed' }).waitFor();
      expect(await fitsTheScreen(page)).toBe(true);
      await page.reload();
      await page.getByText(/只增未改/).waitFor();
      await picture(page, 'audit');
      await page.context().close();
    },
    LONG_MS,
  );

  test(
    'overview, tree and health after it all: states that changed, what waits, what was measured',
    async () => {
      const { approval } = await house.ask('security-admin', 'POST', '/v1/key-versions/UK2.DF02/2/move', {
        ...{ to: 'active', reason: '下月更换' },
      });
      const page = await house.page('officer-a', 'overview');
      const waits = page.locator('li', { hasText: '等您批准' }).first();
      await waits.waitFor();
      await page.locator('li', { hasText: '将销毁' }).first().waitFor();
      expect(await fitsTheScreen(page)).toBe(true);
      await picture(page, 'overview');
      await house.goTo(page, 'keys/RK1.DF03/2');
      await page.locator('.ant-timeline', { hasText: '启用' }).first().waitFor();
      expect(await fitsTheScreen(page)).toBe(true);
      await picture(page, 'key-version');
      await page.getByRole('button', { name: /泄露波及面/, disabled: false }).press('Enter');
      await page.getByRole('dialog').getByText('应当做的事').waitFor();
      await picture(page, 'blast-radius');
      await page.keyboard.press('Escape');
      await house.goTo(page, 'health');
      await page.locator('code', { hasText: '/v1/approvals' }).first().waitFor();
      await page.locator('code', { hasText: 'describe-roots' }).first().waitFor();
      expect(await fitsTheScreen(page)).toBe(true);
      await picture(page, 'health');
      await house.ask('officer-b', 'POST', `/v1/approvals/${approval}/refuse`, { reason: '尚早' });
      await page.context().close();
    },
    LONG_MS,
  );
}
