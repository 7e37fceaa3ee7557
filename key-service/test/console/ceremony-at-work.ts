/**
 * 仪式室: the pilot's ceremony rehearsed by hand from an empty token to active keys, its check values compared with a second
 * computation, its minutes saved and verified offline; and a transport key made of custodians' parts.
 */
import { execFileSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { heard } from '../../src/domain/ceremony/words.ts';
import { config, kcv, pilotRoot, projectRoot } from '../pilot-room.ts';
import { type ConsoleHouse, fitsTheScreen, LONG_MS, picture } from './console-house.ts';

/** Parts of an AES-256 key, hex. */
const PARTS = ['11', '5A', 'C3'].map((byte) => byte.repeat(32)) as [string, string, string];
const xor = (parts: readonly string[]): string =>
  Buffer.from(
    parts.reduce((sum, part) => sum.map((byte, at) => byte ^ (Buffer.from(part, 'hex')[at] ?? 0)), new Uint8Array(32)),
  ).toString('hex');
/** First three bytes of AES-CMAC over a block of zeros (X9.24). */
function partKcv(hex: string): string {
  const encipher = (block: Buffer) => {
    const engine = createCipheriv('aes-256-ecb', Buffer.from(hex, 'hex'), null);
    return engine.setAutoPadding(false).update(block);
  };
  // NIST SP 800-38B: the subkey K1 is E(0) doubled in GF(2^128), and the one whole block is all zeros.
  const doubled = (BigInt(`0x${encipher(Buffer.alloc(16)).toString('hex')}`) << 1n).toString(2);
  const carried = doubled.length > 128 ? BigInt(`0b${doubled.slice(1)}`) ^ 0x87n : BigInt(`0b${doubled}`);
  const subkey = Buffer.from(carried.toString(16).padStart(32, '0'), 'hex');
  return encipher(subkey).subarray(0, 3).toString('hex').toUpperCase();
}

/** Whatever a person does by hand is counted. */
class Hand {
  presses = 0;
  readAloud = 0;
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  /** By keyboard: a button that may be pressed is reached and pressed. */
  async press(button: Locator): Promise<void> {
    await button.click({ trial: true });
    await button.focus();
    await this.page.keyboard.press('Enter');
    this.presses++;
  }
  /** Value and words of every card on the page of the board, as two people read them to one another. */
  async read(): Promise<{ key: string; value: string; zh: string[] }[]> {
    const cards = await this.page.locator('.kcv-card').evaluateAll((found) =>
      found.map((card) => ({
        key: card.querySelector('.kcv-card-name')?.textContent ?? '',
        value: card.querySelector('.kcv-card-value')?.textContent ?? '',
        zh: (card.querySelector('.kcv-card-words')?.textContent ?? '').split(' · '),
      })),
    );
    this.readAloud += cards.length;
    return cards;
  }
}

const script = (page: Page, title: string) => page.locator('.script', { hasText: title });
const act = (page: Page, role: string) => page.locator('.actors').getByRole('button', { name: new RegExp(role) });
const step = (page: Page, number: number) =>
  page.locator('.ant-card-head', { hasText: new RegExp(`第 ${number} 步`) }).waitFor();

async function saved(page: Page, name: RegExp): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return file.path();
}

/** The log as an auditor keeps it: the console's own export, all of it. */
async function exportedLog(house: ConsoleHouse, folder: string): Promise<void> {
  const page = await house.page('audit-admin', 'audit');
  const files: Promise<void>[] = [];
  const all = new Promise<unknown>((done) => {
    page.on('download', (file) => {
      if (files.push(file.saveAs(join(folder, file.suggestedFilename()))) === 3) done(Promise.all(files));
    });
  });
  await page.getByRole('button', { name: /导出/ }).click();
  await all;
  await page.context().close();
}

export function ceremonyAtWork(house: ConsoleHouse): void {
  test(
    'ceremony: the pilot rehearsed by hand, from an empty token to active keys; its minutes verify offline',
    async () => {
      const started = performance.now();
      const page = await house.page('security-admin', 'ceremony');
      const hand = new Hand(page);
      await hand.press(script(page, '试点仪式').getByRole('button', { name: /开始排演/ }));
      await page.getByText('排演:令牌是临时的').waitFor();
      const id = (await page.evaluate(() => location.hash)).split('/')[2] ?? '';
      await hand.press(page.getByRole('button', { name: /全部就位/ }));
      await hand.press(act(page, '仪式主持人'));
      await step(page, 2);
      await page.locator('.token-large', { hasText: 'REHEARSAL' }).waitFor();
      await hand.press(act(page, '仪式主持人'));
      // The keyboard stands at the step, one Tab before whoever is next.
      await page.waitForFunction(() => document.activeElement?.classList.contains('step-text') === true);
      await act(page, '监交人').click({ trial: true });
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('监交人');
      await hand.press(act(page, '监交人'));
      await step(page, 3);
      await hand.press(act(page, '仪式主持人'));
      await hand.press(act(page, '安全员甲'));
      await step(page, 4);
      const next = page.locator('.kcv-board').getByRole('button', { name: /下一页/ });
      const values: Awaited<ReturnType<Hand['read']>> = [];
      for (;;) {
        values.push(...(await hand.read()));
        if (values.length === 12) await picture(page, 'ceremony-room');
        if (await next.isDisabled()) break;
        await hand.press(next);
      }
      expect(await fitsTheScreen(page)).toBe(true);
      for (const { key, value, zh } of values) {
        const [slot, version] = key.split(' v');
        expect([key, value]).toEqual([key, kcv(pilotRoot(slot ?? '', Number(version)))]);
        expect(heard(config.words, zh)).toBe(value);
      }
      await hand.press(act(page, '安全员甲'));
      await hand.press(act(page, '监交人'));
      await step(page, 5);
      await hand.press(act(page, '安全员甲'));
      await hand.press(act(page, '安全员乙'));
      await step(page, 6);
      for (const role of ['仪式主持人', '监交人', '安全员甲', '安全员乙', '审计员']) await hand.press(act(page, role));
      await page.getByText('仪式已完成,记录由系统生成').waitFor();
      expect(await fitsTheScreen(page)).toBe(true);
      await picture(page, 'ceremony-minutes');
      const pdf = await saved(page, /仪式记录 PDF/);
      const handOver = await saved(page, /交接备忘录/);
      const json = await saved(page, /^JSON/);
      hand.presses += 3;
      const byBrowserMs = Math.round(performance.now() - started);

      const { steps } = await house.ask('security-admin', 'GET', `/v1/ceremonies/${id}`);
      const keys: { state: string }[] = steps.flatMap((each: { keys: { state: string }[] }) => each.keys);
      expect(keys.filter(({ state }) => state === 'active').length).toBe(26);
      // What a person needs for it: docs/operations.md reckons the minutes from these two numbers.
      expect({ presses: hand.presses, readAloud: hand.readAloud }).toEqual({ presses: 23, readAloud: 52 });
      if (process.env.RHC_PACE !== undefined) process.stderr.write(`pilot by a driven browser: ${byBrowserMs} ms\n`);

      for (const file of [pdf, handOver]) expect(execFileSync('pdftotext', [file, '-']).toString()).toContain(id);
      const log = join(house.state, 'exported-log');
      await exportedLog(house, log);
      const verify = (file: string) =>
        execFileSync(
          process.execPath,
          [join(projectRoot, 'key-service/dist/ceremony.js'), 'verify-minutes', file, '--log', log],
          { encoding: 'utf8', stdio: 'pipe' },
        );
      expect(verify(json)).toContain(createHash('sha256').update(readFileSync(json)).digest('hex'));
      await page.context().close();
    },
    LONG_MS,
  );

  test(
    'ceremony: custodians enter parts by keyboard, a wrong one is discarded, an interruption is overcome',
    async () => {
      const page = await house.page('security-admin', 'ceremony');
      const hand = new Hand(page);
      await hand.press(script(page, '与制卡中心约定传输密钥').getByRole('button', { name: /开始排演/ }));
      await hand.press(page.getByRole('button', { name: /全部就位/ }));
      await hand.press(act(page, '仪式主持人'));
      await step(page, 2);
      await hand.press(act(page, '仪式主持人'));
      await hand.press(act(page, '监交人'));
      await step(page, 3);
      const entry = page.locator('.part-entry').first();
      const enter = async (part: string, checkValue: string) => {
        await entry.getByLabel(/分量/).focus();
        await page.keyboard.type(part);
        await page.keyboard.press('Tab');
        await page.keyboard.press('Tab');
        await page.keyboard.type(checkValue);
        await page.keyboard.press('Enter');
      };
      // Not what the envelope says: refused before anything is kept, and the field is empty again.
      await enter(PARTS[0], '000000');
      await page.locator('.fault', { hasText: '校验值' }).waitFor();
      expect(await entry.getByLabel(/分量/).inputValue()).toBe('');
      await enter(PARTS[1], '');
      const answer = page.locator('.own-parts, .part-answer');
      await answer.first().waitFor();
      expect(await answer.locator('.kcv').textContent()).toBe(partKcv(PARTS[1]));
      await hand.press(page.getByRole('button', { name: /与信封不符,作废/ }));
      await page.getByLabel(/理由/).fill('拿错了信封');
      await page.keyboard.press('Enter');
      await page.getByText('例外 1').waitFor();
      await page.locator('.part-entry').nth(2).waitFor();

      await hand.press(page.getByRole('button', { name: /中断/ }));
      await page.getByLabel(/理由/).fill('下班');
      await page.keyboard.press('Enter');
      await page.getByText('已中断 interrupted').first().waitFor();
      await hand.press(page.getByRole('button', { name: /恢复/ }));
      await page.getByLabel(/理由/).fill('次日继续');
      await page.keyboard.press('Enter');
      await page.locator('.part-entry').nth(2).waitFor();
      for (const [at, part] of PARTS.entries()) {
        await enter(part, partKcv(part));
        await answer.locator('.kcv', { hasText: partKcv(part) }).waitFor();
        if (at === 0) await picture(page, 'ceremony-part');
      }
      await step(page, 4);
      expect(await page.locator('.kcv-card-value').textContent()).toBe(partKcv(xor(PARTS)));
      await hand.press(act(page, '安全员甲'));
      await hand.press(act(page, '监交人'));
      await step(page, 5);
      await page.context().close();
    },
    LONG_MS,
  );
}
