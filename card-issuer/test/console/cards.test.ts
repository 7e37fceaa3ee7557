/**
 * The page of cards in Chromium: a loss told by phone found by the holder's name, lifted, told in writing, the card replaced
 * with its fee; what needs two people waits for the second one.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { systemClock } from '../../src/clock.ts';
import { enrolled, personalized } from '../life-cycle/in-use.ts';
import { chooseByKeys, fitsTheScreen, goTo, LONG_MS, OfficeHouse, picture } from './office-house.ts';

const house = new OfficeHouse();
let cardId = '';
let serial = '';

beforeAll(async () => {
  await house.open({ policy: { suspensionHours: 72, replacementFeeFen: 2000 } });
  const { service } = house.issuer;
  ({ id: cardId, issueSerial: serial } = await service.orderCard(await enrolled(house.issuer, 1)));
  await personalized(house.database, cardId, systemClock);
  await service.activate(cardId);
}, LONG_MS);
afterAll(() => house.close(), LONG_MS);

const section = (page: Page, title: RegExp) =>
  page.locator('.section', { has: page.locator('.ant-card-head', { hasText: title }) });

/** Presses an offered move, chooses the reason, and says yes, all by keyboard once the button has the focus. */
async function doMove(page: Page, name: RegExp, reason: RegExp): Promise<void> {
  await section(page, /^办理/).getByRole('button', { name }).press('Enter');
  const dialogue = page.getByRole('dialog');
  await dialogue.waitFor();
  const choice = dialogue.getByRole('combobox');
  if ((await dialogue.locator('.ant-select').textContent())?.match(reason) == null) {
    await chooseByKeys(page, choice, reason);
  }
  await dialogue.getByRole('button', { name: /确定/, disabled: false }).press('Enter');
  await dialogue.waitFor({ state: 'detached' });
}

test(
  'loss by phone with its receipt, lifted, lost in writing, replaced with its fee',
  async () => {
    const page = await house.page('clerk', 'cards');
    await page.getByLabel(/查找卡/).fill('张三丰');
    await page.keyboard.press('Enter');
    await page.waitForFunction((id) => location.hash === `#/cards/${id}`, cardId);
    await page.locator('.state-here', { hasText: '已启用' }).waitFor();
    expect(await page.locator('.state-picture').getAttribute('aria-label')).toMatch(/可到:.*临时挂失.*已挂失/);
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'card', 1000);

    await doMove(page, /^口头挂失/, /电话口头挂失/);
    await page.locator('.state-here', { hasText: '临时挂失' }).waitFor();
    const slip = page.locator('.card-receipt');
    expect(await slip.textContent()).toMatch(/口头挂失.*电话口头挂失.*张三丰.*有效至.*免费.*王芳/);
    expect((await house.issuer.service.card(cardId)).suspendedUntil).not.toBeNull();
    await picture(page, 'card-receipt', 1000);
    await doMove(page, /^解除挂失/, /本人找到/);
    await page.locator('.state-here', { hasText: '已启用' }).waitFor();
    await doMove(page, /^正式挂失/, /^遗失/);
    await page.locator('.state-here', { hasText: '已挂失' }).waitFor();

    await doMove(page, /^补换卡/, /^遗失.*¥20\.00/);
    await page.locator('.state-here', { hasText: '已订制' }).waitFor();
    await page.getByRole('button', { name: /旧卡/ }).waitFor();
    const receipts = section(page, /^回执/);
    expect(await receipts.locator('tbody').textContent()).toMatch(/补换卡.*¥20\.00/);
    // The holder is at the counter: there it goes on.
    await page.getByRole('button', { name: /到柜台继续/, disabled: false }).press('Enter');
    await page.getByText('把空白卡放进读卡器').waitFor();

    await goTo(page, 'cards');
    await page.getByLabel(/查找卡/).fill(serial.toLowerCase());
    await page.keyboard.press('Enter');
    await page.waitForFunction((id) => location.hash === `#/cards/${id}`, cardId);
    await page.getByRole('button', { name: /新卡/ }).waitFor();
    await section(page, /^经历/)
      .locator('tbody', { hasText: /正式挂失.*解除挂失.*口头挂失/ })
      .waitFor();
    await page.context().close();
  },
  LONG_MS,
);

test(
  'a card that is waste waits for the second person, and the page shows when it was approved',
  async () => {
    const { service } = house.issuer;
    const { id } = await service.orderCard(await enrolled(house.issuer, 2));
    const page = await house.page('clerk', `cards/${id}`);
    await section(page, /^办理/).getByRole('button', { name: /^作废/, disabled: false }).press('Enter');
    const dialogue = page.getByRole('dialog');
    await dialogue.getByLabel(/原因/).fill('芯片无应答');
    await page.keyboard.press('Enter');
    await dialogue.waitFor({ state: 'detached' });
    expect((await service.card(id)).state).toBe('ordered');
    const reviewer = await house.page('reviewer', 'approvals');
    await reviewer.locator('tr', { hasText: '芯片无应答' }).getByRole('button', { name: /^批准/ }).click();
    await reviewer.locator('.ant-popover').getByRole('button', { name: /批准/, disabled: false }).press('Enter');
    await page.locator('.state-here', { hasText: '废卡' }).waitFor();
    // Who only looks is offered nothing.
    await goTo(reviewer, `cards/${id}`);
    await reviewer.locator('.state-here').waitFor();
    expect(await section(reviewer, /^办理/).count()).toBe(0);
    expect(house.complaints).toEqual([]);
    await reviewer.context().close();
    await page.context().close();
  },
  LONG_MS,
);
