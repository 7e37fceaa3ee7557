/**
 * The counter by keyboard alone, on real parts (SoftHSM2, pcscd with a virtual card, Chromium with a test camera): from an
 * identity number that nobody has seen to an active card, with the keys counted that are not data.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { MAX_PHOTO_BYTES } from '../../src/domain/photo.ts';
import { fitsTheScreen, IssuerConsoleHouse, LONG_MS, picture } from './console-house.ts';

const MOST_KEYS = 25;
/** Of the page of medical data, which most people leave empty: an Enter a field, and one where a list ends. */
const MOST_MEDICAL_KEYS = 14;
/** Where `npm start` lays the counter's card. */
const READER = 'Virtual PCD 00 01';
const house = new IssuerConsoleHouse();
beforeAll(() => house.open(), LONG_MS);
afterAll(() => house.close(), LONG_MS);

/** A clerk's hands: what is typed is data, what is pressed is counted; a mouse there is not. */
class Hands {
  presses = 0;
  readonly #page: Page;
  constructor(page: Page) {
    this.#page = page;
  }
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.presses += key.split('+').length;
      await this.#page.keyboard.press(key);
    }
  }
  /** Into whatever has the focus. @throws when that is no field: the page did not put the clerk where words are asked for */
  async type(data: string): Promise<void> {
    await this.#page.waitForFunction(() => document.activeElement instanceof HTMLInputElement);
    await this.#page.keyboard.type(data);
  }
  /** Waits until the main button asks for Enter. */
  async ready(words: RegExp): Promise<void> {
    const button = this.#page.getByRole('button', { name: words });
    await button.waitFor();
    await this.#page.waitForFunction(
      (source) =>
        document.activeElement instanceof HTMLButtonElement &&
        new RegExp(source).test(document.activeElement.textContent),
      words.source,
    );
  }
  async inField(field: string): Promise<void> {
    await this.#page.waitForFunction(
      (name) => document.activeElement?.closest<HTMLElement>('[data-field]')?.dataset.field === name,
      field,
    );
  }
}

const first17 = '13010219880214104';
const number = first17 + identityCheckCharacter(first17);

test(
  'from a number to an active card in 25 keys beside the data',
  async () => {
    const page = await house.page('clerk');
    const hands = new Hands(page);
    await hands.press('Alt+2');
    await page.getByText('回车查找').waitFor();
    // A wrong check character is told at once, and nothing is asked of the service.
    await hands.type(`${first17}${number.endsWith('1') ? '2' : '1'}`);
    await page.getByText('校验码不符').waitFor();
    await picture(page, 'counter-look-up');
    await page.keyboard.press('Backspace');
    await hands.type(number.slice(-1));
    await hands.press('Enter');

    await hands.inField('name');
    await hands.type('周海棠');
    await hands.press('Enter');
    await hands.inField('phone');
    await hands.type('0311-86000017');
    await hands.press('Enter');
    // The village by the initials of its name, not by a list of a hundred; it begins the address.
    await hands.inField('villageCode');
    await hands.type('jbjd hysq');
    await page.locator('.ant-select-item-option', { hasText: '建北街道 花园社区' }).waitFor();
    await hands.press('Enter');
    await hands.inField('householdAddress');
    await hands.type(' 建设北大街 17 号');
    await hands.press('Enter');
    await hands.inField('contactName');
    await hands.type('周立春');
    await hands.press('Enter');
    await hands.inField('contactRelationship');
    await hands.type('父母');
    await hands.press('Enter');
    await hands.inField('contactPhone');
    await hands.type('0311-86000018');
    const beforeMedical = hands.presses;
    await hands.press('F4');
    await hands.inField('allergies');
    await hands.type('青霉素');
    await hands.press('Enter');
    await hands.type('皮疹、呼吸困难');
    await hands.press('Enter', 'Enter');
    await hands.inField('immunizations');
    await hands.type('乙肝疫苗');
    await hands.press('Enter');
    await hands.type('20260301');
    await hands.press('Enter');
    await hands.type('流感疫苗');
    await hands.press('Enter');
    await hands.type('20261020');
    await hands.press('Enter', 'Enter');
    await hands.inField('alerts');
    await hands.type('dx');
    await hands.press('Enter', 'Enter');
    await hands.inField('otherAlert');
    await hands.type('对造影剂敏感');
    await hands.press('Enter');
    await hands.inField('bloodAbo');
    await hands.type('AB');
    await hands.press('Enter');
    await hands.inField('bloodRh');
    await hands.type('阳性');
    await hands.press('Enter');
    await hands.inField('paymentMethods');
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'counter-form');
    const medical = hands.presses - beforeMedical;
    await hands.press('Control+Enter');

    await hands.ready(/拍照/);
    await hands.press('Enter');
    await hands.ready(/采用并保存/);
    await picture(page, 'counter-photo');
    await hands.press('Enter');

    await hands.ready(/无误,去制卡/);
    await page.locator('.counter-face').getByText('姓名 周海棠').waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'counter-review');
    await hands.press('Enter');

    await hands.ready(/开始制卡/);
    await hands.press('Enter');
    await page.locator('.counter-bar').waitFor();
    await page.waitForFunction(() => Number(/(\d+) \/ \d+ APDU/.exec(document.body.textContent ?? '')?.[1] ?? 0) > 0);
    await picture(page, 'counter-make');
    await hands.ready(/下一步:打印/);
    await page.getByText(/回读 \d+ 字节,0 处差异/).waitFor();
    await picture(page, 'counter-read-back');
    await hands.press('Enter');

    await hands.ready(/卡面 PDF/);
    const [file] = await Promise.all([page.waitForEvent('download'), hands.press('Enter')]);
    expect(file.suggestedFilename()).toMatch(/^face-13[0-9A-Z]+\.pdf$/);
    await hands.ready(/下一步:交付/);
    await hands.press('Enter');

    await page.getByText(/这张卡的芯片/).waitFor();
    // The scanner types the number and its own Enter: data, as the bar code says it.
    await hands.type(number);
    await page.keyboard.press('Enter');
    await hands.ready(/身份已核对/);
    await picture(page, 'counter-hand-over');
    await hands.press('Enter');
    await page.getByText('已交付并启用').waitFor();
    await hands.ready(/下一位/);
    await picture(page, 'counter-done');
    await hands.press('Enter');
    await page.getByText('回车查找').waitFor();

    expect(hands.presses - medical).toBeLessThanOrEqual(MOST_KEYS);
    expect(medical).toBeLessThanOrEqual(MOST_MEDICAL_KEYS);
    const { residents } = await house.ask('clerk', 'GET', `/v1/residents?search=${number}`);
    expect(residents).toMatchObject([
      { name: '周海棠', birthDate: '1988-02-14', areaCode: '130102', cardState: 'active' },
    ]);
    const { resident } = await house.ask('clerk', 'GET', `/v1/residents/${residents[0].id}`);
    expect(resident).toMatchObject({ sex: '2', ethnicGroup: '01', contactName: '周立春', contactRelationship: '05' });
    const photo = Buffer.from(resident.photo, 'base64');
    expect(photo.length).toBeLessThanOrEqual(MAX_PHOTO_BYTES);
    expect(photo.subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8));
    // What was typed stands on the chip, read as a clinic reads it: by the agent, under the keys of its SAM.
    expect(resident.villageCode).toBe('130102001004');
    const { body: chip } = await house.house.ask('reader-agent', 'POST', '/v1/card/summary', { reader: READER });
    const told = [...chip.contacts, ...chip.alerts].filter(({ value }) => value !== null && value !== false);
    expect(Object.fromEntries(told.map(({ id, value }) => [id, value]))).toMatchObject({
      address1: '河北省石家庄市长安区建北街道花园社区 建设北大街 17 号',
      contactName1: '周立春',
      bloodAbo: '4',
      bloodRh: '01',
      epilepsy: true,
      otherAlert: '对造影剂敏感',
    });
    expect(chip.allergies).toEqual([{ substance: '青霉素', reaction: '皮疹、呼吸困难' }]);
    expect(chip.immunizations).toEqual([
      { name: '流感疫苗', date: '2026-10-20' },
      { name: '乙肝疫苗', date: '2026-03-01' },
    ]);
    // Nothing of the person stays in the browser's storage.
    const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(stored).not.toMatch(/周海棠|130102198|86000017/);
    expect(house.complaints).toEqual([]);
    await page.context().close();
  },
  LONG_MS,
);
