/** `npm run simulator` as a program of its own, and hands for its cards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const LONG_MS = 120_000;
export const READER = 'Simulator Reader 1';

export class Simulator {
  readonly #state: string;
  #child: ChildProcess;
  output = '';

  constructor(state: string, ...words: string[]) {
    this.#state = state;
    this.#child = spawn(process.execPath, ['scripts/simulator.mjs', '--port', '0', '--state', this.#state, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += String(chunk);
      });
    }
  }
  async ready(): Promise<void> {
    for (const deadline = Date.now() + LONG_MS; !this.output.includes('Ctrl-C'); ) {
      if (this.#child.exitCode !== null || Date.now() > deadline) throw new Error(this.output);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  get url(): string {
    return /http:\/\/127\.0\.0\.1:\d+/.exec(this.output)?.[0] ?? '';
  }
  get token(): string {
    return readFileSync(join(this.#state, 'token'), 'utf8').trim();
  }
  ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', 'x-rhc-request': '1' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  // biome-ignore lint/suspicious/noExplicitAny: a foreign caller sees plain JSON
  async json(method: 'GET' | 'POST', path: string, body?: object): Promise<any> {
    return (await this.ask(method, path, body)).json();
  }
  insert(card: string): Promise<unknown> {
    return this.json('POST', '/v1/simulator/insert', { reader: READER, card, fresh: true });
  }
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** Its desk in Chromium, once it works; `RHC_PICTURES=folder` keeps what was seen. */
export class SimulatorPage {
  readonly #browser: Browser;
  readonly page: Page;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
  }

  static async of(simulator: Simulator): Promise<SimulatorPage> {
    await simulator.ready();
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    return new SimulatorPage(browser, await browser.newPage({ viewport: { width: 1366, height: 768 } }));
  }

  async picture(name: string): Promise<void> {
    const place = process.env.RHC_PICTURES;
    if (place !== undefined) await this.page.screenshot({ path: join(place, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
