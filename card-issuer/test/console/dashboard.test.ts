/** The dashboard in Chromium over real counters: figures, map by keyboard, funnel of a county, files, planner, populations. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fitsTheScreen, goTo, LONG_MS, OfficeHouse, picture } from './office-house.ts';
import { steer } from './steered-counties.ts';

const house = new OfficeHouse();
const PEOPLE = { '130102': 40, '130123': 24, '130104': 16, '130402': 12, '130602': 9, '130703': 8, '130929': 6 };

beforeAll(async () => {
  await house.open();
  await steer(house.database, PEOPLE, Date.now());
  const depot = await house.issuer.stock.addLocation('省库', null);
  const list = [
    '箱号,芯片序列号',
    ...Array.from({ length: 60 }, (_, n) => `B1,52010000000000${(n + 16).toString(16)}`),
  ];
  await house.issuer.stock.receive(
    new TextEncoder().encode(list.join('\n')),
    { locationId: depot.id, supplier: '卡商甲', actor: 'stock:zhao.ming' },
    null,
  );
  await house.issuer.steering.setPopulations(
    [
      { areaCode: '130102', residents: 25, source: '演示' },
      { areaCode: '130123', residents: 24, source: '演示' },
      { areaCode: '130104', residents: 60, source: '演示' },
      { areaCode: '130402', residents: 200, source: '演示' },
    ],
    'manager:li.qiang',
  );
}, LONG_MS);
afterAll(() => house.close(), LONG_MS);

test(
  'targets, funnel, map and blanks are on one screen; the map is walked by arrows and opens the funnel of a county',
  async () => {
    const page = await house.page('auditor', 'dashboard');
    await page.getByText('年内一百万张').waitFor();
    const { total, forecasts } = await house.issuer.steering.dashboard();
    expect(total.collected).toBe(115);
    // Each target with its forecast: the day it is met at the present rate, or that it is not.
    expect(forecasts.length).toBeGreaterThanOrEqual(3);
    for (const { target, expected } of forecasts) {
      const row = page.getByRole('row', { name: target.text.zh });
      await row.getByText(expected ?? '按现速 30 年内达不到', { exact: false }).waitFor();
      await row.getByText(/可达|落后|无期限/).waitFor();
    }
    const funnel = page.getByRole('table', { name: /漏斗/ });
    expect(await funnel.locator('.funnel-number').first().textContent()).toBe('115');
    const map = page.getByRole('application');
    await map.waitFor();
    expect(await map.locator('path[data-area]').count()).toBe(167);
    // Coverage of 130102 is above three quarters, of 130402 under ten per cent, of 130105 unknown.
    expect(await map.locator('path[data-area="130102"]').getAttribute('class')).toBe('coverage-3');
    expect(await map.locator('path[data-area="130402"]').getAttribute('class')).toBe('coverage-1');
    expect(await map.locator('path[data-area="130105"]').getAttribute('class')).toBe('coverage--1');
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'dashboard', 1380);
    await map.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#/dashboard/130102');
    await page.getByText('漏斗 · 石家庄市长安区').waitFor();
    expect(await funnel.locator('.funnel-number').first().textContent()).toBe('40');
    await picture(page, 'dashboard-county', 1380);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => location.hash === '#/dashboard');
    await page.context().close();
  },
  LONG_MS,
);

test(
  'the table by county sorts and is exported; the planner answers; a manager enters populations, a wrong line is named',
  async () => {
    const page = await house.page('manager', 'dashboard/counties');
    await page.getByRole('button', { name: /长安区/ }).waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'dashboard-counties');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^steering-\d{4}-\d{2}-\d{2}\.csv$/);
    expect(readFileSync((await file.path()) as string, 'utf8')).toContain('130123');
    await goTo(page, 'dashboard/capacity');
    const readers = page.locator('.figure', { hasText: '读卡器' }).locator('.figure-value');
    await readers.waitFor();
    const before = Number((await readers.textContent())?.replaceAll(',', ''));
    expect(before).toBeGreaterThan(10);
    await page.getByLabel(/卡数/).fill('2000000');
    await page.keyboard.press('Enter');
    await page.waitForFunction((old) => {
      const figure = [...document.querySelectorAll('.figure')].find((each) => each.textContent?.includes('读卡器'));
      return Number(figure?.querySelector('.figure-value')?.textContent?.replaceAll(',', '')) > old * 1.9;
    }, before);
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'capacity');
    await goTo(page, 'dashboard/populations');
    await page.getByLabel(/行政区划代码 人口/).fill('130108\t546,000\n13010 x');
    await page.getByLabel(/来源/).fill('统计公报');
    await page.getByRole('button', { name: /保存/ }).click();
    await page.locator('.fault', { hasText: '第 2 行' }).waitFor();
    await page.getByLabel(/行政区划代码 人口/).fill('130108\t546,000');
    await page.getByRole('button', { name: /保存/ }).click();
    await page.getByText('裕华区').waitFor();
    expect(await house.issuer.steering.populations()).toContainEqual({
      areaCode: '130108',
      residents: 546_000,
      source: '统计公报',
    });
    await picture(page, 'populations');
    await page.context().close();
    expect(house.complaints).toEqual([]);
  },
  LONG_MS,
);
