/** A running house (`npm start` on real parts: SoftHSM2, pcscd with virtual cards, SQLite) and Chromium before card-issuer's console. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { RunningHouse } from '../../../test/first-light/running-house.ts';

export const LONG_MS = 240_000;
export type Person = 'clerk' | 'reviewer' | 'stock' | 'manager' | 'auditor';

export class IssuerConsoleHouse {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rhc-issuer-console-'));
  readonly house: RunningHouse;
  #browser: Browser | undefined;
  /** What a page complained of: exceptions and refusals of the content security policy. */
  readonly complaints: string[] = [];

  /** @param more options of `npm start` */
  constructor(...more: readonly string[]) {
    this.house = new RunningHouse(join(this.#folder, 'state'), more);
  }

  async open(): Promise<void> {
    await this.house.untilRunning();
    this.#browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      // A camera that shows a test picture, and nobody to ask whether it may.
      args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    });
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await this.house.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get url(): string {
    return this.house.url('card-issuer');
  }

  token(person: Person): string {
    return readFileSync(join(this.house.state, `tokens/card-issuer-${person}`), 'utf8').trim();
  }

  /** @param person null: nobody is signed in */
  async page(person: Person | null, path = ''): Promise<Page> {
    const context = await (this.#browser as Browser).newContext({ viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.complaints.push(message.text());
    });
    await page.goto(`${this.url}/${person === null ? '' : `#token=${this.token(person)}`}`);
    if (person !== null) await page.locator('.console-menu').waitFor();
    if (path !== '') await this.goTo(page, path);
    return page;
  }

  async goTo(page: Page, path: string): Promise<void> {
    await page.evaluate((fragment) => {
      location.hash = `#/${fragment}`;
    }, path);
  }

  // biome-ignore lint/suspicious/noExplicitAny: a foreign caller sees plain JSON
  async ask(person: Person, method: string, path: string, body?: unknown): Promise<any> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token(person)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}

/** `RHC_PICTURES=docs/images/card-issuer` keeps what was seen, once its movements are over. */
export async function picture(page: Page, name: string): Promise<void> {
  const place = process.env.RHC_PICTURES;
  if (place === undefined) return;
  mkdirSync(place, { recursive: true });
  await page.screenshot({ path: join(place, `${name}.png`), animations: 'disabled' });
}

/** True when nothing sticks out at the right: a table neither, which its card would cut off without a scroll bar. */
export const fitsTheScreen = (page: Page): Promise<boolean> =>
  page.evaluate(
    () =>
      document.documentElement.scrollWidth <= window.innerWidth &&
      [...document.querySelectorAll('table')].every(
        (table) => table.getBoundingClientRect().right <= window.innerWidth,
      ),
  );
