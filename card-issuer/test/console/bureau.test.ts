/**
 * The bureau's pages in Chromium, over SQLite and the bureau simulator with its own virtual cards: registration by two
 * people, an order, its file out and the return file in with a line that is refused, couriers, counts by two, a write-off.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReturnLine } from '../../src/domain/bureau/index.ts';
import { type BureauRoom, bureauRoom, IDENTITIES, localIssuerKeys } from '../bureau/bureau-room.ts';
import { choose, fitsTheScreen, goTo, LONG_MS, OfficeHouse, picture } from './office-house.ts';

const house = new OfficeHouse();
let room: BureauRoom;
const ORDERED = 5;
const factor = (n: number) => (0x5202_0000_0000 + n).toString(16).padStart(16, '0').toUpperCase();

beforeAll(
  () => house.open({ keys: localIssuerKeys(), bureauSigner: IDENTITIES.issuer, listedBlanksOnly: true }),
  LONG_MS,
);
afterAll(() => house.close(), LONG_MS);

test(
  'without a bureau the page says what to do; a manager asks for a registration, another manager approves it',
  async () => {
    const keeper = await house.page('zhao', 'bureau');
    await keeper.getByText('还没有登记制卡中心。').waitFor();
    // Who keeps the store registers nobody.
    await goTo(keeper, 'bureau/register');
    await keeper.getByText('已登记的制卡中心').waitFor();
    expect(await keeper.getByRole('button', { name: /提请登记/ }).count()).toBe(0);
    await keeper.context().close();

    room = await bureauRoom(house.issuer, 20);
    const { id: placeId } = await house.issuer.stock.addLocation('第二制卡中心', null);
    const page = await house.page('manager', 'bureau/register');
    await page.getByLabel(/制卡中心名称/).fill('冀中制卡中心');
    await choose(page, /空白卡地点/, '第二制卡中心');
    await page.getByLabel(/传输密钥名/).fill('bureau-jz1');
    await page.getByLabel(/签名证书/).fill('not a certificate');
    await page.getByLabel(/接收证书/).fill(IDENTITIES.receiving.pem);
    await page.getByRole('button', { name: /提请登记/ }).click();
    await page.locator('.fault', { hasText: '→' }).waitFor();
    await page.getByLabel(/签名证书/).fill(IDENTITIES.bureau.pem);
    await page.getByRole('button', { name: /提请登记/ }).click();
    await page.getByText('“冀中制卡中心”等待第二人批准').waitFor();
    const { entries } = await house.issuer.approvals.list({ state: 'open', limit: 10 });
    expect(entries.map(({ operation, requestedBy }) => [operation, requestedBy])).toEqual([
      ['bureau-registration', 'manager:li.qiang'],
    ]);
    // On the approvals page the requester can withdraw only.
    await goTo(page, 'approvals');
    const row = page.locator('tr', { hasText: '冀中制卡中心' });
    await row.getByRole('button', { name: /撤回/ }).waitFor();
    expect(await row.getByRole('button', { name: /批准/ }).count()).toBe(0);
    await house.issuer.approvals.approve(entries[0]?.id ?? '', { id: 'manager:2', roles: ['manager'] });
    await goTo(page, 'bureau/register');
    const entry = page.locator('tr', { hasText: 'bureau-jz1' });
    await entry.getByText('manager:2').waitFor();
    expect(await house.issuer.bureau.list()).toHaveLength(2);
    expect((await house.issuer.bureau.list()).find(({ name }) => name === '冀中制卡中心')?.locationId).toBe(placeId);
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'bureau-register');
    await page.context().close();
  },
  LONG_MS,
);

test(
  'an order by keyboard, its file downloaded, the return file reconciled line by line, waste and loss ended by two people',
  async () => {
    const cardIds = await room.order(ORDERED, 1);
    const page = await house.page('zhao', 'bureau');
    await page.getByText('还没有订单。').waitFor();
    await picture(page, 'bureau-orders-empty');
    await choose(page, /制卡中心/, '制卡中心 0');
    await page.getByLabel(/张数/).focus();
    await page.keyboard.type(String(ORDERED));
    await page.keyboard.press('Enter');
    await page.getByText('文件已生成').first().waitFor();
    const [order] = (await house.issuer.bureau.ordersPage({ limit: 5 })).entries;
    const orderId = order?.id ?? '';
    expect(order).toMatchObject({ state: 'sealed', lines: ORDERED, createdBy: 'stock:zhao.ming' });
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: /下载订单文件/ }).click();
    const saved = new Uint8Array(readFileSync(await (await coming).path()));
    expect(saved).toEqual(new Uint8Array(await house.issuer.bureau.file(orderId)));

    const file = room.simulator.open(saved);
    const fates = ['made', 'made', 'failed', 'spoiled', 'missing'] as const;
    const lines = (await room.simulator.makeAll(file, ({ line }) => fates[line - 1] ?? 'made')) as ReturnLine[];
    const [first, second, ...others] = lines as [ReturnLine, Extract<ReturnLine, { outcome: 'made' }>];
    const wrong = { ...second, evidence: { ...second.evidence, filesDigest: '00'.repeat(32) } };
    const upload = async (name: string, signed: Uint8Array) => {
      const buffer = Buffer.from(signed);
      await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/pkcs7-mime', buffer });
      await page.getByText(name).waitFor();
      await page.getByRole('button', { name: /验签并逐行对账/ }).click();
    };
    const send = (what: readonly unknown[], sequence: number, final: boolean) =>
      upload(`return-${sequence}.p7m`, room.simulator.sign(room.simulator.returnOf(file, what, { sequence, final })));
    await upload('forged.p7m', room.simulator.sign(room.simulator.returnOf(file, lines), IDENTITIES.stranger));
    await page.locator('.fault', { hasText: '→' }).waitFor();
    expect((await house.issuer.bureau.view(orderId)).returns).toEqual([]);
    await send([first, wrong, ...others], 1, false);
    await page.getByText('收下 3,已有 0,拒绝 1,缺失 0').waitFor();
    await page.getByText('evidence.filesDigest').waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'bureau-return', 1100);
    await send([second], 2, true);
    await page.getByText('收下 1,已有 0,拒绝 0,缺失 1').waitFor();
    await page.getByText('请制卡中心查找缺失的卡').waitFor();
    await picture(page, 'bureau-order', 1300);

    // The box of cards: a wrong count ends nothing and tells no number; then two people.
    await goTo(page, 'bureau/boxes');
    await choose(page, /制卡中心 Bureau/, '制卡中心 0');
    const count = async (by: typeof page, box: string, number: number) => {
      const row = by.locator('tr', { has: by.getByText(box, { exact: true }) });
      await row.getByLabel(/清点/).fill(String(number));
      await row.getByLabel(/清点/).press('Enter');
      return row;
    };
    const tooMany = await count(page, 'C1', 3);
    const told = tooMany.locator('.fault li');
    await told.waitFor();
    expect(await told.textContent()).toMatch(/清点 3,与账面不符[^2]*$/);
    await (await count(page, 'C1', 2)).getByText('等待另一人清点').waitFor();
    await (await count(page, 'W1', 1)).getByText('等待另一人清点').waitFor();
    const clerk = await house.page('clerk', 'bureau/boxes');
    await choose(clerk, /制卡中心 Bureau/, '制卡中心 0');
    await (await count(clerk, 'C1', 2)).getByText('已收妥').waitFor();
    await (await count(clerk, 'W1', 1)).getByText('已收妥').waitFor();
    await clerk.getByText('stock:zhao.ming · clerk:wang.fang').first().waitFor();
    expect(await fitsTheScreen(clerk)).toBe(true);
    await picture(clerk, 'bureau-boxes');
    await clerk.context().close();

    // What is missing or unmade: one asks, another one approves on the approvals page.
    await goTo(page, `bureau/order/${orderId}`);
    await page.getByLabel(/核销原因/).fill('运输途中遗失,报警回执 2026-118');
    await page.keyboard.press('Enter');
    await page.locator('tr', { hasText: orderId }).getByRole('button', { name: /撤回/ }).waitFor();
    await page.context().close();
    const other = await house.page('qian', 'approvals');
    await other.locator('tr', { hasText: orderId }).getByRole('button', { name: /^批准/ }).click();
    await other.locator('.ant-popconfirm, .ant-popover').getByRole('button', { name: /批准/ }).click();
    await other.locator('tr', { hasText: orderId }).waitFor({ state: 'detached' });
    await goTo(other, `bureau/order/${orderId}`);
    await other.getByText('已结清,无须处理。').waitFor();
    expect(await house.issuer.bureau.view(orderId)).toMatchObject({
      state: 'closed',
      counts: { made: 2, wasted: 1, 'written-off': 2 },
    });
    const states = await Promise.all(cardIds.map(async (id) => (await house.issuer.service.card(id)).state));
    expect(states.sort()).toEqual(['personalized', 'personalized', 'spoiled', 'spoiled', 'spoiled']);
    const place = (await house.issuer.stock.locations()).find(({ id }) => id === room.placeId);
    expect(place?.ledger).toMatchObject({ received: 20, stock: 15, inWork: 2, spoiled: 3 });
    await picture(other, 'bureau-closed', 1100);
    await other.context().close();
  },
  LONG_MS,
);

test(
  'blanks that leave for the bureau get their courier, once, from a transfer of the store',
  async () => {
    const { id: from } = await house.issuer.stock.addLocation('省库', null);
    const list = ['箱号,芯片序列号', ...Array.from({ length: 30 }, (_, n) => `S-01,${factor(n)}`)].join('\n');
    const receipt = { locationId: from, supplier: '卡商甲', actor: 'stock:zhao.ming' };
    await house.issuer.stock.receive(new TextEncoder().encode(list), receipt, null);
    const page = await house.page('zhao', 'bureau/boxes');
    await choose(page, /制卡中心 Bureau/, '制卡中心 0');
    await page.getByText('没有未登记快递的移交单').waitFor();
    const passed = { fromLocation: from, toLocation: room.placeId, boxes: ['S-01'], giver: 'stock:zhao.ming' };
    await house.issuer.stock.offer(passed, null);
    await goTo(page, 'bureau');
    await goTo(page, 'bureau/boxes');
    await choose(page, /制卡中心 Bureau/, '制卡中心 0');
    await choose(page, /移交单/, '30 张');
    await page.getByLabel(/快递公司/).fill('邮政');
    await page.getByLabel(/运单号/).fill('EMS-77');
    await page.keyboard.press('Enter');
    const row = page.locator('tr', { hasText: 'EMS-77' });
    await row.getByText('空白卡(发往制卡中心)').waitFor();
    await page.getByText('没有未登记快递的移交单').waitFor();
    await picture(page, 'bureau-blanks');
    // An auditor looks and does nothing.
    const auditor = await house.page('auditor', 'bureau');
    await auditor.getByText('已结清').first().waitFor();
    expect(await auditor.getByRole('button', { name: /预留卡号/ }).count()).toBe(0);
    await auditor.context().close();
    await page.context().close();
    expect(house.complaints).toEqual([]);
  },
  LONG_MS,
);
