/** Training: the database says what it is for, on both engines; every page says so in Chromium; prints are marked. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { IssuerConsoleHouse } from '../console/console-house.ts';
import { enrolled, issuerWith, TurnedClock } from '../life-cycle/in-use.ts';
import { ENGINES, openOn, refusal } from '../store/both-engines.ts';

const LONG_MS = 240_000;

describe.each(ENGINES)('the mode of a database on %s', (engine) => {
  let opened: Awaited<ReturnType<typeof openOn>>;
  const clock = new TurnedClock();
  const open = (training: boolean) => issuerWith(opened.database, clock, { training });
  beforeAll(async () => {
    opened = await openOn(engine);
  }, LONG_MS);
  afterAll(() => opened.close(), LONG_MS);

  test('is said at the first opening and holds for ever', async () => {
    await (await open(true)).stop();
    expect(await refusal(open(false))).toMatchObject({ code: 'DATABASE_OF_TRAINING' });
    await (await open(true)).stop();
    expect(await opened.database('installation').select('mode')).toEqual([{ mode: 'training' }]);
    // By its message: where the addon was loaded by an earlier suite of the worker, its errors are that realm's.
    expect(String(await refusal(opened.database('installation').insert({ id: 2, mode: 'live', since: 'x' })))).toMatch(
      /constraint/i,
    );
  });

  test('one that holds residents and says nothing is live', async () => {
    const issuer = await open(true);
    await enrolled(issuer, 1);
    await issuer.stop();
    await opened.database('installation').delete();
    expect(await refusal(open(true))).toMatchObject({ code: 'DATABASE_NOT_OF_TRAINING' });
    const live = await open(false);
    expect(live.training).toBe(false);
    await live.stop();
  });
});

describe('npm run training', () => {
  const house = new IssuerConsoleHouse('--training');
  let page: Page;
  beforeAll(async () => {
    await house.open();
    page = await house.page('manager');
  }, LONG_MS);
  afterAll(() => house.close(), LONG_MS);

  test(
    'every page has the band and the watermark',
    async () => {
      const entries = await page.locator('.console-menu .ant-menu-item').count();
      expect(entries).toBeGreaterThan(8);
      for (let index = 0; index < entries; index++) {
        await page.locator('.console-menu .ant-menu-item').nth(index).click();
        expect(await page.locator('.band-rehearsal').textContent()).toMatch(/培训模式.*Training/);
        const mark = page.locator('.console-content .watermark');
        expect(await mark.textContent()).toContain('培训 TRAINING');
        // It covers the page and takes no click.
        const [over, under] = [await mark.boundingBox(), await page.locator('.console-content .marked').boundingBox()];
        expect(over).toEqual(under);
        expect(await mark.evaluate((element) => getComputedStyle(element).pointerEvents)).toBe('none');
      }
      if (process.env.RHC_PICTURES !== undefined)
        await page.screenshot({ path: join(process.env.RHC_PICTURES, 'training.png') });
      expect(house.complaints).toEqual([]);
    },
    LONG_MS,
  );

  test('what is printed says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rhc-training-'));
    try {
      const answer = await fetch(`${house.url}/v1/card-face/printer-test`, {
        headers: { authorization: `Bearer ${house.token('clerk')}` },
      });
      const path = join(folder, 'test.pdf');
      writeFileSync(path, new Uint8Array(await answer.arrayBuffer()));
      expect(execFileSync('pdftotext', [path, '-'], { encoding: 'utf8' })).toContain('培训');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
