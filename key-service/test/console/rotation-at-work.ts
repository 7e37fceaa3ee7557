/** 轮换看板: planned by keyboard with its dry run, prepared under a quorum; another one watched to its retirement. */
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type ConsoleHouse, fitsTheScreen, LONG_MS, picture } from './console-house.ts';
import { approveOverHttp, approverPage } from './console-roster.ts';

const SLOT = 'RK1.DDF1';

/** China's wall clock as the date picker takes it. */
const clock = (aheadMs: number): string =>
  new Date(Date.now() + aheadMs + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
const DAY_MS = 86_400_000;

async function choose(page: Page, label: RegExp, value: string): Promise<void> {
  await page.getByLabel(label).last().fill(value);
  await page.keyboard.press('Enter');
}
const approvalShown = async (page: Page): Promise<string> => {
  await page.waitForFunction(() => /^#\/approvals\/[0-9a-f-]{36}$/.test(location.hash));
  return page.evaluate(() => location.hash.slice('#/approvals/'.length));
};

export function rotationAtWork(house: ConsoleHouse): void {
  test(
    'rotation: a plan says what is wrong, then what would happen; prepared once a quorum has approved',
    async () => {
      const page = await house.page('security-admin', 'rotation');
      await page.getByRole('button', { name: /计划轮换/, disabled: false }).press('Enter');
      await page.getByLabel(/密钥位/).focus();
      await page.keyboard.type('UK1.DF03');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await choose(page, /启用时间/, clock(-DAY_MS));
      await page.getByLabel(/理由/).fill('年度轮换,先石家庄');
      await page.getByRole('button', { name: /演算/ }).click();
      await page.getByText('启用时间须在将来').waitFor();
      expect(await page.getByRole('button', { name: /列入计划/ }).isDisabled()).toBe(true);
      await choose(page, /^启用时间/, clock(2 * DAY_MS));
      await page.getByRole('button', { name: /添加先行省份/ }).click();
      await page.getByLabel(/先行省份/).focus();
      await page.keyboard.type('13');
      await page.keyboard.press('Enter');
      await choose(page, /先行启用时间/, clock(DAY_MS));
      await page.getByRole('button', { name: /演算/ }).click();
      await page.locator('.dry-run', { hasText: 'UK1.DF03 1→2' }).waitFor();
      await picture(page, 'rotation-plan');
      await page.getByRole('button', { name: /列入计划/ }).click();
      await page.locator('.board-row', { hasText: '已计划' }).waitFor();
      // The plan has an address of its own: whoever opens it later goes on from here.
      await page.reload();
      await page.getByRole('button', { name: /准备新版本/, disabled: false }).press('Enter');
      await page.getByRole('dialog').getByLabel(/理由/).fill('新版本装入新卡');
      await page.keyboard.press('Enter');
      const approval = await approvalShown(page);
      await page.getByText('新版本装入新卡').waitFor();
      await page.goBack();
      await page.getByRole('button', { name: /下一步:批准并执行/ }).waitFor();
      expect(await page.getByRole('button', { name: /准备新版本/ }).isDisabled()).toBe(true);
      await approveOverHttp(house, approval);
      await page.locator('.board-row', { hasText: '已准备 prepared' }).waitFor();
      await page.getByText('到时间自动启用').waitFor();
      expect(await page.getByRole('button', { name: /^启用/ }).count()).toBe(0);
      await page.context().close();
    },
    LONG_MS,
  );

  test(
    'rotation: activated by the clock, watched on evidence, retired when nobody needs the old version',
    async () => {
      const { rotation } = await house.ask('security-admin', 'POST', '/v1/rotations', {
        ...{ slots: [SLOT], suite: 'intl-128', source: 'present', reason: '读取密钥年度轮换' },
        activateAt: new Date(Date.now() + 2_000).toISOString(),
      });
      const path = `/v1/rotations/${rotation.id}`;
      const asked = await house.ask('security-admin', 'POST', `${path}/prepare`, {});
      const page = await house.page('security-admin', `rotation/${rotation.id}`);
      await approveOverHttp(house, asked.rotation.approvals[0].approval);
      await page.locator('.board-row', { hasText: SLOT }).getByText('观察中 watching').waitFor();
      const report = (seen: number) =>
        house.ask('service', 'POST', '/v1/sightings', {
          reportedAt: new Date().toISOString(),
          populations: [
            { kind: 'card', region: '1301', total: 52_000 },
            { kind: 'card', region: '1302', total: 30_000 },
            { kind: 'sam', region: '13', total: 600 },
          ],
          seen: [
            { kind: 'card', region: '1301', slot: SLOT, version: 2, count: Math.round(52_000 * seen) },
            { kind: 'card', region: '1302', slot: SLOT, version: 2, count: Math.round(30_000 * seen) },
            { kind: 'sam', region: '13', slot: SLOT, version: 2, count: 600 },
          ],
        });
      await report(0.62);
      await page.reload();
      await page.getByText('还有 31160 张卡或 SAM 需要旧版本').waitFor();
      await page.locator('svg.projection').waitFor();
      expect(await page.locator('.evidence').textContent()).toContain('51,440 / 82,600');
      expect(await fitsTheScreen(page)).toBe(true);
      await picture(page, 'rotation');
      await report(1);
      await page.reload();
      await page.getByText('82,600 / 82,600').waitFor();
      await page.getByRole('button', { name: /退役旧版本/, disabled: false }).press('Enter');
      await page.getByRole('dialog').getByLabel(/理由/).waitFor();
      await page.keyboard.type('各地均已换用新版本');
      await page.keyboard.press('Enter');
      const approval = await approvalShown(page);
      for (const name of ['officer-a', 'officer-b'] as const) {
        const officer = await approverPage(house, name, `approvals/${approval}`);
        await officer.getByRole('button', { name: /用通行密钥批准/ }).click();
        await officer
          .locator('.decisions li')
          .nth(name === 'officer-a' ? 0 : 1)
          .waitFor();
        if (name === 'officer-b') await officer.getByRole('button', { name: /执行/ }).click();
        if (name === 'officer-b') await officer.getByText('已执行 executed').first().waitFor();
        await officer.context().close();
      }
      await house.goTo(page, `rotation/${rotation.id}`);
      await page.locator('.board-row', { hasText: SLOT }).getByText('旧版已退役 retired').waitFor();
      await page.getByText('此轮换已结束').waitFor();
      const old = await house.ask('security-admin', 'GET', `/v1/key-versions/${SLOT}/1`);
      expect(old.state).toBe('deactivated');
      expect(Date.parse(old.destroyAt) - Date.now()).toBeGreaterThan(29 * DAY_MS);
      await page.context().close();
    },
    LONG_MS,
  );
}
