/**
 * What a counter meets beside the straight way, in Chromium over SQLite and virtual cards: a likely double with its reasons, a
 * photo from a file where no camera is, a second person whom the page waits for, another page looked at in between, a wrong
 * bar code at the hand-over, a resident who has a card already.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { MAX_PHOTO_BYTES, photoFault } from '../../src/domain/photo.ts';
import { InProcessDesk } from '../issuing/in-process-desk.ts';
import { blank, fitsTheScreen, goTo, LONG_MS, OfficeHouse, picture } from './office-house.ts';

const numbered = (sequence: number) => {
  const first17 = `13010219850612${sequence}`;
  return first17 + identityCheckCharacter(first17);
};
const KNOWN = {
  name: '单雪莲',
  sex: '女',
  ethnicGroup: '汉',
  birthDate: '1985-06-12',
  documentType: '01',
  documentNumber: numbered(102),
  areaCode: '130102',
  householdAddress: '河北省石家庄市长安区桃花巷 7 号',
  phone: '0311-00001234',
};
const house = new OfficeHouse();
let desk: InProcessDesk;

beforeAll(async () => {
  await house.open();
  await house.issuer.service.enrol(KNOWN);
  desk = new InProcessDesk({ ...blank(), agentId: 'desk-1' });
  desk.connect(house.issuer.hub);
}, LONG_MS);
afterAll(() => house.close(), LONG_MS);

/** A picture of even stripes; one shade: one colour. */
async function painted(page: Page, side: number, shades: readonly string[]): Promise<Buffer> {
  const address = await page.evaluate(
    ([pixels, colours]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: pixels, height: pixels });
      const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
      for (let left = 0; left < pixels; left += 5) {
        pen.fillStyle = colours[(left / 5) % colours.length] as string;
        pen.fillRect(left, 0, 5, pixels);
      }
      return canvas.toDataURL('image/png');
    },
    [side, shades] as const,
  );
  return Buffer.from(address.split(',')[1] as string, 'base64');
}

test(
  'a likely double is shown with its reasons, and no card is ordered before another person has approved',
  async () => {
    const page = await house.page('clerk', 'counter');
    // Long before the keys and for good: Chromium must have taken the order to hand its file dialogues over.
    page.on('filechooser', () => undefined);
    const press = (key: string) => page.keyboard.press(key);
    await page.getByLabel(/查找居民/).fill(numbered(104));
    await press('Enter');
    const field = (name: string) => page.locator(`[data-field="${name}"] input`);
    await field('name').fill(KNOWN.name);
    await field('householdAddress').fill(KNOWN.householdAddress);
    await field('phone').fill('12');
    // What was typed is there when the clerk comes back from another page.
    await goTo(page, 'stock');
    await page.getByText('地点与台账').waitFor();
    await goTo(page, 'counter');
    await page.getByText('按证件登记').waitFor();
    expect(await field('name').inputValue()).toBe(KNOWN.name);
    await press('Control+Enter');
    await page.waitForFunction(() => document.activeElement instanceof HTMLInputElement);
    await field('phone').press('Control+Enter');
    // Refused by the service, told at the field, which has the focus.
    await page.locator('[data-field="phone"]').getByText('电话须为').waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'counter-phone');
    await field('phone').fill(KNOWN.phone);
    await field('phone').press('Control+Enter');
    await page.getByText('可能已经登记过').waitFor();
    const candidate = page.locator('.counter-candidates li');
    expect(await candidate.textContent()).toMatch(/单雪莲.*姓名相同.*地址相同.*两个不同的身份证号码/);
    await picture(page, 'counter-candidates');
    await page.getByRole('button', { name: /不是同一人/, disabled: false }).press('Enter');

    // No camera here: the page says so, and takes a file.
    await page.getByText('没有可用的摄像头').waitFor();
    const checks = page.locator('.counter-checks');
    const choose = async (buffer: Buffer) => {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), press('F4')]);
      await chooser.setFiles({ name: 'photo.png', mimeType: 'image/png', buffer });
    };
    await choose(Buffer.from('no picture at all'));
    await page.getByText(/不是能打开的照片.*F4/).waitFor();
    await choose(await painted(page, 60, ['#fff']));
    await checks.getByText('照片过小').waitFor();
    expect(await page.getByRole('button', { name: /采用并保存/ }).isDisabled()).toBe(true);
    for (const [shades, verdict] of [
      [['#222'], '背景偏暗'],
      [['#fff', '#888'], '背景不均匀'],
      [['#ddd'], '背景合适'],
    ] as const) {
      await choose(await painted(page, 600, shades));
      await checks.getByText(verdict).waitFor();
    }
    await choose(Buffer.from('nor this'));
    await page.getByText(/不是能打开的照片.*F4/).waitFor();
    await choose(await page.screenshot());
    const take = page.getByRole('button', { name: /采用并保存/, disabled: false });
    await page.locator('.counter-checks').getByText(`/ ${MAX_PHOTO_BYTES} 字节`).waitFor();
    await press('ArrowLeft');
    await press('+');
    await page.locator('.counter-checks').getByText(`/ ${MAX_PHOTO_BYTES} 字节`).waitFor();
    await take.press('Enter');

    await page.getByText('须由第二人复核').waitFor();
    expect(await house.issuer.service.cards({ limit: 10 })).toEqual([]);
    await page.getByRole('button', { name: /提请第二人复核/, disabled: false }).press('Enter');
    await page.getByText('等待第二人复核').waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'counter-second-person');

    const reviewer = await house.page('reviewer', 'approvals');
    await reviewer.locator('tr', { hasText: '登记复核' }).getByRole('button', { name: /^批准/ }).click();
    await reviewer.locator('.ant-popover').getByRole('button', { name: /批准/, disabled: false }).press('Enter');
    await reviewer.context().close();

    // Without a key: the page goes on by itself.
    await page.getByText('把空白卡放进读卡器').waitFor();
    const start = page.getByRole('button', { name: /开始制卡/, disabled: false });
    await start.press('Enter');
    const next = page.getByRole('button', { name: /下一步:打印/, disabled: false });
    await next.press('Enter');
    await page.getByRole('button', { name: /卡面已印好/ }).waitFor();
    await press('F2');
    const scan = page.getByLabel(/卡面条码/);
    await scan.fill(KNOWN.documentNumber);
    await press('Enter');
    await page.getByText('条码不是这张卡的').waitFor();
    expect(await page.getByRole('button', { name: /交付启用/ }).count()).toBe(0);
    await picture(page, 'counter-other-card');
    await scan.fill(numbered(104));
    await press('Enter');
    await page.getByRole('button', { name: /交付启用/, disabled: false }).press('Enter');
    await page.getByText('已交付并启用').waitFor();

    const [card] = await house.issuer.service.cards({ limit: 10 });
    expect(card?.state).toBe('active');
    const { resident } = await house.issuer.residents.get(card?.residentId ?? '');
    const photo = new Uint8Array(Buffer.from(resident.photo ?? '', 'base64'));
    expect(photo.length).toBeGreaterThan(1000);
    expect(photoFault(photo)).toBeNull();

    // Once more by the card in the reader: there is one already, and no second is ordered.
    await page.getByRole('button', { name: /下一位/, disabled: false }).press('Enter');
    await page.waitForFunction(
      () => document.querySelector('.counter-actions button:nth-child(2):not(:disabled)') !== null,
    );
    await press('F4');
    await page.getByText('该居民已有卡').waitFor();
    await picture(page, 'counter-has-card');
    expect(house.complaints).toEqual([]);
    await page.context().close();
  },
  LONG_MS,
);

test(
  'of several likely doubles a digit opens the one that the person is',
  async () => {
    // By now two records are like it.
    const page = await house.page('clerk', 'counter');
    await page.getByLabel(/查找居民/).fill(numbered(106));
    await page.keyboard.press('Enter');
    const field = (name: string) => page.locator(`[data-field="${name}"] input`);
    await field('name').fill(KNOWN.name);
    await field('householdAddress').fill(KNOWN.householdAddress);
    await field('phone').fill(KNOWN.phone);
    await field('phone').press('Control+Enter');
    await page.getByText('可能已经登记过').waitFor();
    const candidates = page.locator('.counter-candidates li');
    expect(await candidates.count()).toBe(2);
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'counter-several');
    const second = await candidates.nth(1).locator('.quiet').first().textContent();
    await page.keyboard.press('2');
    await page.waitForFunction((id) => location.hash.endsWith(`counter/${id}`), second);
    expect(house.complaints).toEqual([]);
    await page.context().close();
  },
  LONG_MS,
);
