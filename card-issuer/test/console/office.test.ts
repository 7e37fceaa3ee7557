/**
 * Hotlist, reports, approvals and administration in Chromium, over SQLite: a list is published and its file saved, agents
 * say which version they hold, a foreign list is taken under a trusted signature only, card moves are exported from a cursor
 * on, waste is approved by a second person, settings and users are read without a secret.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeBody, openCountyHotlist, openHotlist, withSignature } from '@rhc/card/hotlist';
import { systemClock } from '../../src/clock.ts';
import { enrolled, inUse } from '../life-cycle/in-use.ts';
import { fitsTheScreen, goTo, LONG_MS, OfficeHouse, picture } from './office-house.ts';

const house = new OfficeHouse();
const cards: string[] = [];

beforeAll(async () => {
  await house.open();
  for (let n = 1; n <= 4; n++) cards.push(await inUse(house.issuer, house.database, systemClock, n));
  await house.issuer.service.lifeCycle.move(
    cards[0] as string,
    { move: 'report-lost', reason: 'stolen', actor: 'clerk:wang.fang' },
    null,
  );
}, LONG_MS);
afterAll(() => house.close(), LONG_MS);

/** An agent that says which version of the list it serves by. */
function agent(agentId: string, hotlistVersion: number | null) {
  const end = house.issuer.hub.attach({ send: () => undefined, close: () => undefined });
  end.receive(JSON.stringify({ type: 'hello', agentId, version: '0.1.0', readers: [], hotlistVersion }));
  return {
    tell: (version: number) => end.receive(JSON.stringify({ type: 'readers', readers: [], hotlistVersion: version })),
  };
}

const foreignList = (keyId: string, version: number) =>
  Buffer.from(
    withSignature(
      encodeBody({ kind: 'full', provinceCode: '14', version, baseVersion: 0, madeAt: 1_790_000_000 }, [7, 9]),
      {
        keyId,
        signature: Uint8Array.of(1, 2, 3),
      },
    ),
  );

test(
  'the hotlist is published, saved as a file and looked up; agents behind are seen; foreign lists need a trusted key',
  async () => {
    const page = await house.page('manager', 'hotlist');
    await page.getByText('还没有签发过名单。').waitFor();
    await page.getByRole('button', { name: /签发新版/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('cell', { name: '1', exact: true }).first().waitFor();
    await house.issuer.service.lifeCycle.move(
      cards[1] as string,
      { move: 'report-lost', reason: 'lost', actor: 'clerk:wang.fang' },
      null,
    );
    await page.getByRole('button', { name: /签发新版/ }).click();
    await page.getByRole('button', { name: /下载增量/ }).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /下载全量/ }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('hotlist-2.rhcl');
    const list = openHotlist(new Uint8Array(readFileSync((await file.path()) as string)), () => true);
    expect([list.version, list.entries]).toEqual([2, 2]);
    await page.getByLabel(/下载县名单/).fill('130102');
    const [part] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(part.suggestedFilename()).toBe('hotlist-130102-2.rhcl');
    const county = openCountyHotlist(new Uint8Array(readFileSync((await part.path()) as string)), () => true);
    expect([county.version, county.countyCode, county.entries]).toEqual([2, '130102', 2]);
    const { issueSerial } = await house.issuer.service.card(cards[0] as string);
    await page.getByLabel(/发行序列号/).fill(issueSerial);
    await page.keyboard.press('Enter');
    await page.getByText('在名单中,不得受理').waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'hotlist');

    agent('clinic-1', 2);
    const behind = agent('clinic-2', 1);
    await goTo(page, 'hotlist/agents');
    await page.locator('tr', { hasText: 'clinic-1' }).getByText('最新').waitFor();
    const late = page.locator('tr', { hasText: 'clinic-2' });
    await late.getByText('落后 behind 1').waitFor();
    await picture(page, 'hotlist-agents');
    behind.tell(2);
    await late.getByText('最新').waitFor();

    await goTo(page, 'hotlist/foreign');
    const choose = (keyId: string, version: number) =>
      page.locator('input[type=file]').setInputFiles({
        name: 'shanxi.rhcl',
        mimeType: 'application/octet-stream',
        buffer: foreignList(keyId, version),
      });
    await choose('somebody', 3);
    await page.locator('.fault', { hasText: '→' }).waitFor();
    expect(await house.issuer.registry.foreignLists()).toEqual([]);
    await choose('trusted-14', 3);
    await page.getByRole('cell', { name: 'trusted-14' }).waitFor();
    expect((await house.issuer.registry.foreignLists()).map(({ entries }) => entries)).toEqual([2]);
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'hotlist-foreign');
    await page.context().close();
  },
  LONG_MS,
);

test(
  'what happened to cards is exported from the cursor on, once; the next export begins where this one ended',
  async () => {
    // Moves are told once they are settled: five seconds old.
    await house.database('card_moves').update({ at: '2026-11-24T01:00:00.000Z' });
    const page = await house.page('manager', 'hotlist/report');
    await page.getByText('本次还没有导出。').waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /导出新变动/ }).click(),
    ]);
    const report = JSON.parse(readFileSync((await file.path()) as string, 'utf8'));
    expect(report.schema).toBe('rhc-registry-report/1');
    expect(report.records.length).toBeGreaterThan(8);
    await page.locator('.code-groups').waitFor();
    expect(await page.getByLabel(/自游标/).inputValue()).toBe(String(report.next));
    await picture(page, 'registry-report');
    // Also after the page was opened anew.
    await page.reload();
    await page.getByLabel(/自游标/).waitFor();
    expect(await page.getByLabel(/自游标/).inputValue()).toBe(String(report.next));
    await page.getByRole('button', { name: /导出新变动/ }).click();
    await page.getByText('本次还没有导出。').waitFor();
    await page.context().close();
  },
  LONG_MS,
);

test(
  'who asked cannot approve; another one approves and it is done; withdrawn and refused requests are kept',
  async () => {
    const ask = (subject: string, by: string) =>
      house.issuer.approvals.ask({ operation: 'card-spoil', subject, reason: '印刷错位', request: {}, by }, null);
    const orders: string[] = [];
    for (const n of [21, 22]) {
      const { id } = await house.issuer.service.orderCard(await enrolled(house.issuer, n));
      orders.push(id);
    }
    await ask(orders[0] as string, 'manager:li.qiang');
    await ask(orders[1] as string, 'manager:li.qiang');
    const asker = await house.page('manager', 'approvals');
    const own = asker.locator('tr', { hasText: orders[1] as string });
    await own.getByRole('button', { name: /撤回/ }).waitFor();
    expect(await asker.getByRole('button', { name: /批准/ }).count()).toBe(0);
    await own.getByRole('button', { name: /撤回/ }).click();
    await own.waitFor({ state: 'detached' });
    await asker.context().close();
    const page = await house.page('reviewer', 'approvals');
    // The menu says how many wait for this very person.
    await page.locator('.console-menu .ant-badge', { hasText: '1' }).waitFor();
    const row = page.locator('tr', { hasText: orders[0] as string });
    await row.getByText('印刷错位').waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'approvals');
    // The card itself is looked at before one decides.
    await row.getByRole('button', { name: orders[0] as string, disabled: false }).press('Enter');
    await page.locator('.state-here', { hasText: '已订制' }).waitFor();
    await goTo(page, 'approvals');
    await row.getByRole('button', { name: /批准 Approve/ }).focus();
    await page.keyboard.press('Enter');
    await page
      .locator('.ant-popover')
      .getByRole('button', { name: /批准 Approve/ })
      .click();
    await row.waitFor({ state: 'detached' });
    expect((await house.issuer.service.card(orders[0] as string)).state).toBe('spoiled');
    await goTo(page, 'approvals/approved');
    await page.getByText('reviewer:sun.hui').first().waitFor();
    await goTo(page, 'approvals/withdrawn');
    await page.locator('tr', { hasText: orders[1] as string }).waitFor();
    await page.context().close();
  },
  LONG_MS,
);

test(
  'users, roles and settings are read by manager and auditor; no secret is among them; a clerk has no such page',
  async () => {
    const page = await house.page('auditor', 'administration');
    await page.getByRole('cell', { name: '王芳' }).waitFor();
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'administration');
    await goTo(page, 'administration/settings');
    await page.getByText('RHC_ISSUER_PORT', { exact: true }).waitFor();
    await page.getByRole('switch').focus();
    await page.keyboard.press('Space');
    await page.getByText('RHC_ISSUER_LISTED_BLANKS_ONLY', { exact: true }).waitFor();
    expect(await page.getByText('RHC_ISSUER_PORT', { exact: true }).count()).toBe(0);
    expect(await fitsTheScreen(page)).toBe(true);
    await picture(page, 'administration-settings');
    await page.context().close();
    const clerk = await house.page('clerk');
    expect(await clerk.getByRole('menuitem', { name: /系统管理/ }).count()).toBe(0);
    await clerk.context().close();
    expect(house.complaints).toEqual([]);
  },
  LONG_MS,
);
