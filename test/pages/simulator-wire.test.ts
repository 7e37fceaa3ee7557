/**
 * The simulator's panel in Chromium: how quick the wire is and what goes wrong next, by a developer's hand. `RHC_PICTURES=folder`
 * keeps what was seen.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { READER, Simulator, SimulatorPage } from './running-simulator.ts';

const LONG_MS = 120_000;
const SHOWN_MS = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'rhc-simulator-'));
const simulator = new Simulator(folder, '--card', 'healthy');
let desk: SimulatorPage;
let page: Page;

beforeAll(async () => {
  desk = await SimulatorPage.of(simulator);
  ({ page } = desk);
  await page.goto(`${simulator.url}/#token=${simulator.token}`);
  // Away from the desk's page, which reads a card by itself: over a slow wire, or into a fault.
  await page.locator('#light[data-state="good"]').waitFor({ timeout: SHOWN_MS });
  await page.locator('.console-menu').getByText('模拟器').click();
}, LONG_MS);
afterAll(async () => {
  await desk?.close();
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

test(
  'the slider: each notch makes the next reading slower as the wire model says, and back it is as it was',
  async () => {
    // The list has its links once the page has its cards; before, it opens empty and is drawn anew under the hand.
    await page.locator('#simulator-cards tbody tr', { hasText: '正常卡' }).waitFor({ timeout: SHOWN_MS });
    // By keyboard: at the foot of the page the list turns upwards as it opens, away from under a quick hand.
    await page.locator('#link').focus();
    await page.keyboard.press('Enter');
    const chosen = page.locator('.ant-select-item-option-active');
    while ((await chosen.textContent({ timeout: SHOWN_MS })) !== 'contactless-106')
      await page.keyboard.press('ArrowDown');
    const set = page.waitForResponse((answer) => answer.url().endsWith('/v1/simulator/wire'));
    await page.keyboard.press('Enter');
    expect((await set).status()).toBe(200);
    await simulator.insert('healthy');
    const factorIs = async (factor: number) => {
      for (const deadline = Date.now() + SHOWN_MS; ; ) {
        const wire = await simulator.json('GET', '/v1/simulator');
        if (wire.factor === factor && wire.link === 'contactless-106') return;
        if (Date.now() > deadline) throw new Error(`factor ${wire.factor} over ${wire.link}`);
      }
    };
    const readMs = async (): Promise<number> => {
      const { genuine, timings } = await simulator.json('POST', '/v1/card/read', { reader: READER, stages: [] });
      expect(genuine).toBe(true);
      return timings.totalMs;
    };
    await factorIs(1);
    const modelled = Math.min(await readMs(), await readMs());
    await page.locator('.ant-slider-handle').focus();
    for (let notch = 0; notch < 6; notch += 1) await page.keyboard.press('ArrowRight');
    await factorIs(4);
    await page.locator('.simulator-wire', { hasText: 'Times 4' }).waitFor({ timeout: SHOWN_MS });
    await desk.picture('simulator-slow');
    const slow = await readMs();
    // Four times the wire; what the desk itself takes does not grow with it.
    expect(slow / modelled).toBeGreaterThan(2);
    await page.keyboard.press('Home');
    await factorIs(0);
    expect(slow / (await readMs())).toBeGreaterThan(2);
  },
  LONG_MS,
);

test(
  'a plan of faults is armed on the card that lies there, and strikes once; a plan that is none is refused on the page',
  async () => {
    await simulator.insert('healthy');
    const read = () => simulator.json('POST', '/v1/card/read', { reader: READER, stages: [] });
    const row = page.locator('.simulator-reader', { hasText: READER });
    const arm = row.getByRole('button', { name: /装入故障计划/ });
    await row.filter({ hasText: '正常卡' }).waitFor({ timeout: SHOWN_MS });
    await page
      .locator('#faults')
      .fill('[{ "kind": "wrong-status", "at": { "command": 8 }, "sw": 26368, "executed": false }]');
    const armed = page.waitForResponse((answer) => answer.url().endsWith('/v1/simulator/faults'));
    await arm.click();
    expect((await armed).status()).toBe(200);
    expect((await read()).error).toBeDefined();
    expect((await read()).genuine).toBe(true);
    await page.locator('#faults').fill('[{ "kind": "bewitched" }]');
    await arm.click();
    await page.locator('.fault', { hasText: '输入的内容不符合要求' }).waitFor({ timeout: SHOWN_MS });
    await desk.picture('simulator-faults');
    expect((await read()).genuine).toBe(true);
  },
  LONG_MS,
);
