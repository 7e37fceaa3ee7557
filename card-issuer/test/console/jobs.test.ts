/**
 * A bulk run from its making to its end in Chromium, over SQLite and virtual cards at two desks: sample approved by a second
 * person, a bad line that stops nothing, lines moved and taken out, pause and resume, progress with rate and time left.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { identityCheckCharacter } from '../../src/domain/identity-number.ts';
import { InProcessDesk } from '../issuing/in-process-desk.ts';
import { enrolled } from '../life-cycle/in-use.ts';
import { blank, fitsTheScreen, goTo, LONG_MS, OfficeHouse, picture } from './office-house.ts';

const house = new OfficeHouse();
const ids: string[] = [];
const desks: InProcessDesk[] = [];

beforeAll(async () => {
  await house.open();
  for (let n = 0; n < 8; n++) {
    const first17 = `13010119900307${String(401 + 2 * n)}`;
    const { id } = await house.issuer.service.enrol({
      name: `张${'一二三四五六七八'[n]}`,
      sex: '男',
      ethnicGroup: '汉',
      birthDate: '1990-03-07',
      documentType: '01',
      documentNumber: first17 + identityCheckCharacter(first17),
      areaCode: '130102',
    });
    ids.push(id);
  }
  for (const agentId of ['desk-1', 'desk-2']) {
    const desk = new InProcessDesk({ ...blank(), agentId });
    desk.connect(house.issuer.hub);
    desks.push(desk);
  }
}, LONG_MS);
afterAll(() => house.close(), LONG_MS);

test(
  'made, sampled, approved by another person, paused, resumed, ended; one bad line stays behind with its reason',
  async () => {
    const manager = await house.page('manager', 'jobs');
    await manager.getByText('还没有批量任务。').waitFor();
    await manager
      .getByRole('button', { name: /新建任务/ })
      .first()
      .click();
    await manager.getByText('尚无卡的居民 8 人').waitFor();
    await manager.getByLabel(/任务名称/).fill('长安区第一批');
    await picture(manager, 'jobs-new');
    await manager.keyboard.press('Enter');
    await manager.waitForFunction(() => location.hash.startsWith('#/jobs/b_'));
    const [run] = (await house.issuer.bulk.page({ limit: 10 })).entries;
    expect(run?.progress.counts).toMatchObject({ queued: 8, done: 0 });
    const runId = run?.id ?? '';
    // Somebody orders a card for the third one at the counter meanwhile: that line fails, the others do not.
    await house.issuer.service.orderCard(ids[2] as string);

    const clerk = await house.page('clerk', `jobs/${runId}`);
    const number = async (id: string) => (await house.issuer.residents.get(id)).resident.documentNumber;
    const numbers = await Promise.all([2, 6, 7].map((at) => number(ids[at] as string)));
    const [third, seventh, eighth] = numbers as [string, string, string];
    const last = clerk.locator('tr', { hasText: eighth });
    await last.getByRole('button', { name: /最先/ }).click();
    await clerk.waitForFunction(
      (text) => document.querySelector('tbody tr:not([aria-hidden])')?.textContent?.includes(text) === true,
      eighth,
    );
    const sixth = clerk.locator('tr', { hasText: seventh });
    await sixth.getByRole('button', { name: /去除/ }).click();
    await sixth.getByText('已去除').waitFor();
    await clerk
      .getByRole('button', { name: /派给本任务/ })
      .first()
      .click();
    await clerk.getByText('样卡待核准').first().waitFor();
    expect(await clerk.getByRole('button', { name: /核准样卡/ }).count()).toBe(0);

    // Who made the run does not approve its sample.
    await manager.getByText('您新建了任务,须由另一人核准').waitFor();
    expect(await manager.getByRole('button', { name: /核准样卡/ }).count()).toBe(0);
    const reviewer = await house.page('reviewer', `jobs/${runId}`);
    await reviewer.getByText('张八', { exact: true }).waitFor();
    expect(await fitsTheScreen(reviewer)).toBe(true);
    await picture(reviewer, 'jobs-sample');
    await reviewer.getByRole('button', { name: /核准样卡/ }).click();
    await reviewer.locator('.ant-popover').getByRole('button', { name: /核准/, disabled: false }).press('Enter');
    await reviewer.getByText('制卡中').first().waitFor();
    await reviewer.context().close();

    await clerk.getByRole('button', { name: /暂停/ }).click();
    await clerk.getByText('已暂停').first().waitFor();
    await clerk.getByRole('button', { name: /继续/ }).click();
    await clerk.getByText('制卡中').first().waitFor();
    await clerk
      .getByRole('button', { name: /派给本任务/ })
      .first()
      .click();
    // The hand at a desk: what is made gives way to the next blank.
    const unfeed = house.issuer.feed.subscribe(({ type }) => {
      if (type === 'personalized') for (const desk of desks) if (desk.chipState === 'operational') desk.put(blank());
    });
    for (const desk of desks) if (desk.chipState === 'operational') desk.put(blank());
    await clerk.getByText('已完成').first().waitFor({ timeout: 60_000 });
    unfeed();
    const done = await house.issuer.bulk.view(runId);
    expect(done.progress.counts).toEqual({ queued: 0, taken: 0, done: 6, failed: 1, removed: 1 });
    await clerk.getByText('失败', { exact: false }).first().waitFor();
    await clerk.locator('.ant-radio-button-wrapper', { hasText: '失败' }).click();
    const bad = clerk.locator('tr', { hasText: third });
    await bad.getByText('→').waitFor();
    expect(await bad.textContent()).toMatch(/→ .*\p{Script=Han}/u);
    expect(await fitsTheScreen(clerk)).toBe(true);
    await picture(clerk, 'jobs-run');
    await bad.getByRole('button', { name: /重做/ }).click();
    // Queued anew; the resident still has a card, and the line says so again.
    await bad.getByRole('button', { name: /重做/ }).waitFor();
    await manager.getByRole('button', { name: /全部任务/ }).click();
    await manager.getByRole('button', { name: '长安区第一批' }).waitFor();
    expect(await fitsTheScreen(manager)).toBe(true);
    await picture(manager, 'jobs');
    await manager.context().close();
    await clerk.context().close();
    expect(house.complaints).toEqual([]);
  },
  LONG_MS,
);

test(
  'cards that expire next month are renewed by a run; one lost meanwhile stays behind',
  async () => {
    const { service } = house.issuer;
    const made = (await service.cards({ state: 'personalized', limit: 10 })).slice(0, 3);
    const next = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 1, 15));
    const month = next.toISOString().slice(0, 7);
    for (const { id } of made) {
      await service.activate(id);
      await house
        .database('cards')
        .where({ id })
        .update({ expiry_date: `${month}-15` });
    }
    const manager = await house.page('manager', 'jobs');
    const row = manager.locator('tr', { hasText: month });
    await row.getByText('石家庄市长安区 3').waitFor();
    expect(await fitsTheScreen(manager)).toBe(true);
    await picture(manager, 'jobs-renewals');
    await row.getByRole('button', { name: /新建换发任务/ }).click();
    await manager.locator('.ant-popover').getByRole('button', { name: /新建/, disabled: false }).press('Enter');
    await manager.waitForFunction(() => location.hash.startsWith('#/jobs/b_'));
    const runId = (await manager.evaluate(() => location.hash)).replace('#/jobs/', '');
    const lost = (await house.issuer.bulk.items(runId, { after: 0, limit: 10 }))[1]?.replaces ?? '';
    await service.lifeCycle.move(lost, { move: 'report-lost', reason: 'lost', actor: 'clerk:wang.fang' }, null);

    const unfeed = house.issuer.feed.subscribe(({ type }) => {
      if (type === 'personalized') for (const desk of desks) if (desk.chipState === 'operational') desk.put(blank());
    });
    for (const desk of desks) desk.put(blank());
    for (const { agentId } of desks) {
      const [agent] = house.issuer.hub.agents().filter((each) => each.agentId === agentId);
      await house.issuer.bulk.assign({ agentId, reader: agent?.readers[0]?.reader ?? '', runId }, 'clerk:wang.fang');
    }
    await manager.getByText('已完成').first().waitFor({ timeout: 60_000 });
    unfeed();
    expect((await house.issuer.bulk.view(runId)).progress.counts).toMatchObject({ queued: 0, done: 2, failed: 1 });
    for (const { id } of made) {
      const { state, successor } = await service.card(id);
      expect({ state, renewed: successor !== null }).toEqual(
        id === lost ? { state: 'lost', renewed: false } : { state: 'replacing', renewed: true },
      );
    }
    await manager.context().close();
    expect(house.complaints).toEqual([]);
  },
  LONG_MS,
);

test(
  'a chip that cannot be written says why in its line; it becomes waste by two people, and the line goes on with another',
  async () => {
    const residentId = await enrolled(house.issuer, 3);
    const wish = { name: '补做', residentIds: [residentId], actor: 'manager:li.qiang' };
    const { id: runId } = await house.issuer.bulk.create(wish, null);
    const [desk] = desks as [InProcessDesk];
    desk.put({ ...blank(), transportKey: 'AB'.repeat(16) });
    await house.issuer.bulk.assign({ agentId: desk.agentId, reader: 'reader-1', runId }, 'clerk:wang.fang');

    const clerk = await house.page('clerk', `jobs/${runId}`);
    const line = clerk.locator('tr', { hasText: '张三丰' });
    await line.getByText('卡不接受本终端的认证').waitFor();
    await line.getByText('点卡号登记废卡').waitFor();
    expect(await fitsTheScreen(clerk)).toBe(true);
    await picture(clerk, 'jobs-stuck');
    // Who may not look residents up sees no name.
    const auditor = await house.page('auditor', `jobs/${runId}`);
    await auditor.locator('tr', { hasText: residentId }).waitFor();
    expect(await auditor.getByText('张三丰').count()).toBe(0);
    await auditor.context().close();
    await line.getByRole('button', { name: /^1300/, disabled: false }).press('Enter');
    await clerk.getByRole('button', { name: /^作废/, disabled: false }).press('Enter');
    const dialogue = clerk.getByRole('dialog');
    await dialogue.getByLabel(/原因/).fill('发卡方密钥不符');
    await clerk.keyboard.press('Enter');
    await dialogue.waitFor({ state: 'detached' });
    const reviewer = await house.page('reviewer', 'approvals');
    await reviewer.locator('tr', { hasText: '发卡方密钥不符' }).getByRole('button', { name: /^批准/ }).click();
    await reviewer.locator('.ant-popover').getByRole('button', { name: /批准/, disabled: false }).press('Enter');
    await clerk.locator('.state-here', { hasText: '废卡' }).waitFor();

    await goTo(clerk, `jobs/${runId}`);
    desk.put(blank());
    await line.getByRole('button', { name: /重做/, disabled: false }).press('Enter');
    await line.getByText('完成', { exact: false }).waitFor();
    const made = (await house.issuer.service.cards({ residentId, limit: 10 })).map(({ state }) => state);
    expect(made.toSorted()).toEqual(['personalized', 'spoiled']);
    await reviewer.context().close();
    await clerk.context().close();
    expect(house.complaints).toEqual([]);
  },
  LONG_MS,
);
