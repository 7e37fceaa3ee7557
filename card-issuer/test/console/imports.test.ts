/**
 * Rosters in Chromium, over SQLite: a GB 18030 file is rehearsed and taken in, every refused row names field, rule and next
 * step on screen and in the file; a large one is paused and goes on; a source's mapping is made from its own header.
 */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import type { Page } from 'playwright-core';
import readXlsxFile from 'read-excel-file/node';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { fitsTheScreen, goTo, LONG_MS, OfficeHouse, picture } from './office-house.ts';

const house = new OfficeHouse();
beforeAll(() => house.open(), LONG_MS);
afterAll(() => house.close(), LONG_MS);

const number = (birth: string, sequence: number) => {
  const first17 = `130102${birth}${String(sequence).padStart(3, '0')}`;
  return first17 + identityCheckCharacter(first17);
};
const HEADER = '姓名,性别,民族,出生日期,证件类别,证件号码,地区代码,本人电话';
const person = (name: string, id: string, sex = '男', area = '130102', phone = '13800000000') =>
  `${name},${sex},汉,${id.slice(6, 14)},居民身份证,${id},${area},${phone}`;
const SMALL = [
  HEADER,
  ...Array.from({ length: 20 }, (_, n) => person('李建国', number('19850312', 2 * n + 1))),
  person('王淑芬', `${number('19900307', 11).slice(0, 17)}${number('19900307', 11).endsWith('1') ? '2' : '1'}`),
  person('赵铁柱', number('19900307', 13), '女'),
  person('钱多多', number('19900307', 15), '男', '139999'),
].join('\n');

async function attach(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles({ name, mimeType: 'text/csv', buffer });
}

test(
  'a GB 18030 file is rehearsed, then imported; refused rows say field, rule and next step, on screen and as files',
  async () => {
    const page = await house.page('clerk', 'imports');
    await page.getByText('还没有导入过名册。').waitFor();
    await picture(page, 'imports-empty');
    const file = iconv.encode(SMALL, 'gb18030');
    await attach(page, '长安区名册.csv', file);
    await page.getByRole('button', { name: /^试运行/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('已完成').first().waitFor();
    await page.getByText('试运行,不写入').waitFor();
    await page.getByText('gb18030').waitFor();
    expect((await house.issuer.service.status()).residents).toBe(0);
    const rows = page.locator('tbody tr:not([aria-hidden])');
    await rows.nth(2).waitFor();
    expect(await rows.count()).toBe(3);
    for (const row of await rows.allTextContents()) expect(row).toMatch(/→ .*\p{Script=Han}/u);
    // Masked: neither the whole name nor the whole number is on the screen.
    expect(await page.locator('.console-content').textContent()).not.toContain('王淑芬');
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'imports-report');
    const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
    expect(readFileSync((await csv.path()) as string, 'utf8').split('\r\n').length).toBeGreaterThan(3);
    const [xlsx] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /XLSX/ }).click(),
    ]);
    const sheet = await readXlsxFile(readFileSync((await xlsx.path()) as string));
    expect(JSON.stringify(sheet)).toContain('拒绝');

    await goTo(page, 'imports');
    await attach(page, '长安区名册.csv', file);
    await page.getByRole('button', { name: /正式导入/ }).click();
    await page.getByText('已完成').first().waitFor();
    await page.locator('.figure', { hasText: '收入' }).getByText('20', { exact: true }).waitFor();
    expect((await house.issuer.service.status()).residents).toBe(20);
    // The same file again enrols nobody twice.
    await goTo(page, 'imports');
    await attach(page, '长安区名册.csv', file);
    await page.getByRole('button', { name: /正式导入/ }).click();
    await page.locator('.figure', { hasText: '已有' }).getByText('20', { exact: true }).waitFor();
    expect((await house.issuer.service.status()).residents).toBe(20);
    await goTo(page, 'imports');
    await page.getByRole('button', { name: '长安区名册.csv' }).nth(2).waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'imports');
    await page.context().close();
  },
  LONG_MS,
);

test(
  'an import that was paused shows how far it is and goes on to its end',
  async () => {
    const birth = (n: number) => new Date(Date.UTC(1950, 0, 1 + Math.floor(n / 400))).toISOString().slice(0, 10);
    const large = [
      HEADER,
      ...Array.from({ length: 1200 }, (_, n) =>
        person('刘一', number(birth(n).replaceAll('-', ''), 2 * (n % 400) + 1)),
      ),
    ].join('\n');
    const begun = await house.issuer.imports.begin(Readable.from([Buffer.from(large)]), {
      source: 'rhc',
      fileName: '大名册.csv',
      dryRun: false,
      actor: 'manager:li.qiang',
    });
    await house.issuer.imports.pause(begun.id);
    expect((await house.issuer.imports.settled(begun.id)).rowsDone).toBeLessThan(1200);
    const page = await house.page('manager', `imports/${begun.id}`);
    await page.getByText('已暂停').first().waitFor();
    await picture(page, 'imports-paused');
    await page.getByRole('button', { name: /继续/ }).click();
    await page.getByText('1,200 / 1,200 行 rows').waitFor({ timeout: 120_000 });
    await page.getByText('已完成').first().waitFor();
    const done = await house.issuer.imports.get(begun.id);
    expect([done.taken, done.refused]).toEqual([1200, 0]);
    await page.getByText(/^[\d,]+ 行\/秒 rows\/s$/).waitFor();
    await page.context().close();
  },
  LONG_MS,
);

test(
  'a manager makes the mapping of a source from its own header; what is missing is said until nothing is',
  async () => {
    const page = await house.page('manager', 'imports/mappings');
    await page.getByText('新农合参合名册').waitFor();
    await picture(page, 'imports-mappings');
    await page.getByRole('button', { name: /新来源/ }).click();
    await page.getByLabel(/代号/).fill('coal-mine');
    await page.getByLabel(/^名称/).fill('煤矿职工');
    await page.getByLabel(/英文名称/).fill('miners');
    await attach(page, '煤矿.csv', iconv.encode('姓名,工号,身份证号,地区代码,民族\n', 'gb18030'));
    await page.getByText(/还缺 missing/).waitFor();
    await page.getByLabel('身份证号', { exact: true }).click();
    await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '证件号码' }).click();
    await page.getByLabel(/每行都一样的证件类别/).fill('居民身份证');
    await page.getByRole('checkbox', { name: '出生日期' }).check();
    await page.getByRole('checkbox', { name: '性别' }).check();
    await page.getByText('完整 complete').waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'imports-mapping');
    await page.getByRole('button', { name: /保存/ }).click();
    await page.getByText('煤矿职工').waitFor();
    const saved = (await house.issuer.imports.mappings()).find(({ source }) => source === 'coal-mine');
    expect(saved?.columns).toEqual({
      姓名: 'name',
      工号: null,
      身份证号: 'documentNumber',
      地区代码: 'areaCode',
      民族: 'ethnicGroup',
    });
    await page.context().close();
    expect(house.complaints).toEqual([]);
  },
  LONG_MS,
);
