/** The register's page in Chromium: found, read with history, a copy for the person, a newborn's two records merged and parted. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { fitsTheScreen, goTo, LONG_MS, OfficeHouse, picture } from './office-house.ts';

const house = new OfficeHouse();
const by = { actor: 'clerk:wang.fang', purpose: 'card-issue' };
const born = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
const first17 = `130102${born.replaceAll('-', '')}102`;
const child = {
  name: '魏小满',
  sex: '女',
  ethnicGroup: '汉',
  birthDate: born,
  areaCode: '130102',
  householdAddress: '河北省石家庄市长安区桃花巷 9 号',
};
const named = { ...child, documentType: '01', documentNumber: first17 + identityCheckCharacter(first17) };
let temporary = '';
let numbered = '';

beforeAll(async () => {
  await house.open();
  const { residents } = house.issuer;
  ({ id: temporary } = await residents.enrol({ ...child, documentType: 'temporary', documentNumber: '' }, null, by));
  ({ id: numbered } = await residents.enrol(named, null, by));
  const input = { ...named, phone: '0311-86000019' };
  await residents.change(numbered, { ...by, purpose: 'correction', version: 1, input }, null);
}, LONG_MS);
afterAll(() => house.close(), LONG_MS);

test(
  'a clerk finds and reads a record and hands out its copy; merging is left to a reviewer',
  async () => {
    const page = await house.page('clerk', 'residents');
    await page.getByLabel(/查找居民/).fill(named.documentNumber);
    await page.keyboard.press('Enter');
    await page.locator('tbody tr:not([aria-hidden])').nth(1).waitFor({ state: 'detached' });
    expect(await fitsTheScreen(page)).toBe(true);
    await page.getByRole('button', { name: child.name }).click();
    const change = page.locator('tr', { hasText: 'correction' });
    expect(await change.textContent()).toMatch(/clerk:wang\.fang.*更正.*电话.*— → 0311-86000019/);
    await page.getByLabel(/授权用途/).fill('study');
    await page.getByLabel(/依据/).fill('书面同意书 1 号');
    await page.keyboard.press('Enter');
    await page.getByText('有效 in force').waitFor();
    await page.getByRole('button', { name: /^撤回/ }).click();
    await page.getByText('已撤回 withdrawn').waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /查阅副本\(文本\)/ }).click(),
    ]);
    expect(readFileSync(await file.path(), 'utf8')).toContain(child.name);
    expect(await page.getByRole('button', { name: /合并,保留/ }).count()).toBe(0);
    expect(await page.getByRole('button', { name: /依法删除/ }).count()).toBe(0);
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'resident', 1300);
    await page.getByRole('button', { name: /到柜台更正/ }).click();
    await page.getByText('核对登记内容').waitFor();
    await page.context().close();
  },
  LONG_MS,
);

test(
  'a reviewer keeps the record with the number; the temporary one points to it until the merge is undone',
  async () => {
    const page = await house.page('reviewer', 'residents/candidates');
    const row = page.locator('tbody tr:not([aria-hidden])', { hasText: '其中一人没有身份证号码' });
    await row.getByText(named.documentNumber).waitFor();
    await picture(page, 'residents-candidates');
    const keepsB = (await row.locator('td').nth(1).textContent())?.includes(named.documentNumber) === true;
    await row.getByRole('button', { name: keepsB ? /保留乙/ : /保留甲/ }).click();
    await page
      .locator('.ant-popover')
      .getByRole('button', { name: /合并 Merge/ })
      .click();
    await page.getByText('没有待核对的记录').waitFor();
    expect((await house.issuer.residents.get(temporary)).mergedInto).toBe(numbered);

    await goTo(page, `residents/${temporary}`);
    await page.getByText('已合并 merged').waitFor();
    await page.getByRole('button', { name: /撤销合并/ }).click();
    await page
      .locator('.ant-popover')
      .getByRole('button', { name: /撤销 Undo/ })
      .click();
    await page.getByText('已合并 merged').waitFor({ state: 'detached' });
    expect((await house.issuer.residents.get(temporary)).mergedInto).toBeNull();
    expect(house.complaints).toEqual([]);
    await page.context().close();
  },
  LONG_MS,
);
