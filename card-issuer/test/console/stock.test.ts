/**
 * The store's pages in Chromium, over SQLite: a supplier's list with faulty rows, a transfer with two signatures, a shift
 * that does not close at a difference, waste that a second person approves; most of it by keyboard.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { choose, fitsTheScreen, goTo, LONG_MS, OfficeHouse, picture } from './office-house.ts';

const house = new OfficeHouse();
const factor = (n: number) => (0x5201_0000_0000 + n).toString(16).padStart(16, '0').toUpperCase();
const LIST = [
  '箱号,芯片序列号',
  ...Array.from({ length: 120 }, (_, n) => `B-2026-0${n < 60 ? 1 : 2},${factor(n)}`),
  `B-2026-03,${factor(5)}`,
  'B-2026-03,XYZ',
].join('\n');

beforeAll(() => house.open({ listedBlanksOnly: true }), LONG_MS);
afterAll(() => house.close(), LONG_MS);

test(
  'an empty store says what to do; a manager adds places by keyboard; a list is received, its faulty rows named',
  async () => {
    const manager = await house.page('manager', 'stock');
    await manager.getByText('还没有库房或窗口。').waitFor();
    await picture(manager, 'stock-empty');
    for (const name of ['省库', '长安窗口']) {
      await manager
        .getByRole('button', { name: /新增地点/ })
        .first()
        .focus();
      await manager.keyboard.press('Enter');
      await manager.getByLabel(/名称/).waitFor();
      await manager.keyboard.type(name);
      await manager.keyboard.press('Enter');
      await manager.getByRole('cell', { name, exact: true }).waitFor();
      await manager.locator('.ant-modal').waitFor({ state: 'detached' });
    }
    await manager.context().close();
    const keeper = await house.page('zhao', 'stock/receive');
    await choose(keeper, /入库地点/, '省库');
    await keeper.getByLabel(/卡商/).fill('卡商甲');
    await keeper
      .locator('input[type=file]')
      .setInputFiles({ name: 'blanks.csv', mimeType: 'text/csv', buffer: Buffer.from(LIST) });
    await keeper.getByRole('button', { name: /入库/ }).last().click();
    await keeper.getByText('共 122 行,入库 120,拒绝 2').waitFor();
    await keeper.getByText('本清单中重复').waitFor();
    await keeper.getByText('请供应商核对这两行,重发清单').waitFor();
    await keeper.getByText('应为 16 位十六进制数字').waitFor();
    expect(await fitsTheScreen(keeper)).toBe(true);
    await picture(keeper, 'stock-receive');
    await keeper.context().close();
  },
  LONG_MS,
);

test(
  'boxes change books with the second, different signature only',
  async () => {
    const giver = await house.page('zhao', 'stock/boxes');
    await choose(giver, /地点 Place/, '省库');
    const box = giver.getByRole('checkbox', { name: 'B-2026-01' });
    await box.waitFor();
    await box.focus();
    await giver.keyboard.press('Space');
    await choose(giver, /移交到/, '长安窗口');
    await picture(giver, 'stock-boxes');
    await giver.getByRole('button', { name: /交出 60 张/ }).click();
    await giver.getByRole('button', { name: /签字交出/ }).click();
    const row = giver.locator('tr', { hasText: '省库 → 长安窗口' });
    await row.getByText('待签收').waitFor();
    // Who gave cannot take.
    expect(await row.getByRole('button', { name: /签收/ }).count()).toBe(0);
    await row.getByRole('button', { name: /撤回/ }).waitFor();
    await giver.context().close();
    const taker = await house.page('clerk', 'stock/transfers');
    const offered = taker.locator('tr', { hasText: '省库 → 长安窗口' });
    await offered.getByRole('button', { name: /签收/ }).click();
    await taker.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name: /签收/ }).click();
    await offered.getByText('已签收').waitFor();
    await picture(taker, 'stock-transfers');
    const [transfer] = await house.issuer.stock.transfers();
    expect([transfer?.giver, transfer?.taker, transfer?.quantity]).toEqual(['stock:zhao.ming', 'clerk:wang.fang', 60]);
    await goTo(taker, 'stock');
    await taker.getByRole('button', { name: /对账/ }).click();
    await taker.getByText('逐片相符').first().waitFor();
    await taker.getByText('移出 passed on 60').waitFor();
    expect(await fitsTheScreen(taker)).toBe(true);
    await picture(taker, 'stock');
    await taker.context().close();
  },
  LONG_MS,
);

test(
  'a shift shows the difference while one types, does not open or close with one, and closes at 0; by keyboard',
  async () => {
    const page = await house.page('clerk', 'stock/shifts');
    await choose(page, /地点/, '长安窗口');
    const stock = page.getByLabel(/清点库存/);
    await stock.focus();
    await page.keyboard.type('59');
    await page.keyboard.press('Tab');
    await page.keyboard.type('0');
    await page.getByText('账面 book 60 · 差 difference -1').waitFor();
    await page.keyboard.press('Enter');
    await page
      .locator('.fault', { hasText: '账面 60,清点 59,差 -1' })
      .or(page.locator('.fault', { hasText: '账面 60，清点 59，差 -1' }))
      .waitFor();
    await picture(page, 'stock-shift-difference');
    await stock.focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('60');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /交班/ }).waitFor();
    expect((await house.issuer.stock.locations()).find(({ name }) => name === '长安窗口')?.openShift).not.toBeNull();
    await page.getByText('当班 open').first().waitFor();
    await page.getByLabel(/清点库存/).fill('60');
    await page.getByLabel(/清点在制/).fill('0');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /接班/ }).waitFor();
    await page.locator('tbody').getByText('clerk:wang.fang').first().waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'stock-shifts');
    await page.context().close();
  },
  LONG_MS,
);

test(
  'a blank is written off by two people; an unlisted chip is refused with its next step',
  async () => {
    const page = await house.page('zhao', 'stock/waste');
    await page.getByLabel(/芯片序列号/).fill('00'.repeat(8));
    await page.getByLabel(/原因/).fill('卡体开裂');
    await page.keyboard.press('Enter');
    await page.locator('.fault', { hasText: '→' }).waitFor();
    await page.getByLabel(/芯片序列号/).fill(factor(80));
    await page.keyboard.press('Enter');
    await page.getByRole('cell', { name: factor(80) }).waitFor();
    await picture(page, 'stock-waste');
    const { entries } = await house.issuer.approvals.list({ state: 'open', limit: 10 });
    expect(entries.map(({ operation, subject, requestedBy }) => [operation, subject, requestedBy])).toEqual([
      ['blank-write-off', factor(80), 'stock:zhao.ming'],
    ]);
    await house.issuer.approvals.approve(entries[0]?.id ?? '', { id: 'stock:qian.li', roles: ['stock'] });
    await goTo(page, 'stock/movements');
    const row = page.locator('tr', { hasText: factor(80) });
    await row.getByText('报废').waitFor();
    await row.getByText('stock:qian.li').waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'stock-movements');
    await page.context().close();
    expect(house.complaints).toEqual([]);
  },
  LONG_MS,
);
