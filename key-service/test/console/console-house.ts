/** A running key-service (own token, own SQLite, demonstration operators) and Chromium before it, for the console's tests. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { projectRoot, temporaryFolder } from '../pilot-room.ts';
import { foundRoster } from './console-roster.ts';

export const LONG_MS = 240_000;
const TOKEN_LABEL = 'rhc-console-test';
const SERVICE_TOKEN = 'token-of-services-in-the-console-test';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

export class ConsoleHouse {
  readonly state = temporaryFolder();
  #service: ChildProcess | undefined;
  #browser: Browser | undefined;
  #port = 0;
  /** What a page complained of: exceptions and refusals of the content security policy. */
  readonly complaints: string[] = [];

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  /** @param roster true: approvers with passkeys are founded in the token, so that what needs a quorum needs one */
  async open({ roster = false }: { readonly roster?: boolean } = {}): Promise<void> {
    const env = {
      ...process.env,
      RHC_KEY_SERVICE_TOKEN_LABEL: TOKEN_LABEL,
      RHC_LOG_LEVEL: 'warn',
    };
    execFileSync(
      process.execPath,
      [join(projectRoot, 'key-service/dist/ceremony.js'), 'pilot', '--state', this.state],
      {
        env,
        stdio: 'pipe',
      },
    );
    const tokenFile = join(this.state, 'token');
    writeFileSync(tokenFile, `${SERVICE_TOKEN}\n`, { mode: 0o600 });
    this.#port = await freePort();
    if (roster) foundRoster({ state: this.state, label: TOKEN_LABEL, origin: this.url });
    this.#service = spawn(process.execPath, [join(projectRoot, 'key-service/dist/main.js')], {
      env: {
        ...env,
        SOFTHSM2_CONF: join(this.state, 'softhsm2.conf'),
        RHC_KEY_SERVICE_TOKEN_FILE: tokenFile,
        RHC_KEY_SERVICE_PORT: String(this.#port),
        RHC_KEY_SERVICE_PIN_FILE: join(this.state, 'user.pin'),
        RHC_KEY_SERVICE_DATABASE: join(this.state, 'key-service.sqlite'),
        RHC_KEY_SERVICE_AUDIT_FOLDER: join(this.state, 'audit/service'),
        RHC_KEY_SERVICE_REHEARSAL_FOLDER: join(this.state, 'rehearsal'),
        RHC_KEY_SERVICE_DEMO_OPERATORS: join(this.state, 'operators'),
      },
      stdio: 'ignore',
    });
    for (;;) {
      const answered = await fetch(`${this.url}/v1/status`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (answered) break;
      if (this.#service.exitCode !== null) throw new Error(`key-service ended with ${this.#service.exitCode}`);
      await new Promise((done) => setTimeout(done, 100));
    }
    this.#browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    const service = this.#service;
    if (service !== undefined && service.exitCode === null) {
      const ended = new Promise((done) => service.once('close', done));
      service.kill('SIGTERM');
      await ended;
    }
    rmSync(this.state, { recursive: true, force: true });
  }

  /** @param operator of the demonstration, without `demo.`; `service`: another service of the house */
  token(operator: string): string {
    if (operator === 'service') return SERVICE_TOKEN;
    return readFileSync(join(this.state, 'operators', `demo.${operator}`), 'utf8').trim();
  }

  /** @param operator of the demonstration, without `demo.`; null: nobody is signed in */
  async page(operator: string | null, path = ''): Promise<Page> {
    const context = await (this.#browser as Browser).newContext({ viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.complaints.push(message.text());
    });
    await page.goto(`${this.url}/${operator === null ? '' : `#token=${this.token(operator)}`}`);
    if (operator !== null) await page.locator('.console-menu').waitFor();
    if (path !== '') await this.goTo(page, path);
    return page;
  }

  async goTo(page: Page, path: string): Promise<void> {
    await page.evaluate((fragment) => {
      location.hash = `#/${fragment}`;
    }, path);
  }

  // biome-ignore lint/suspicious/noExplicitAny: a foreign caller sees plain JSON
  async ask(operator: string, method: string, path: string, body?: unknown): Promise<any> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token(operator)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}

/** `RHC_PICTURES=folder` keeps what was seen, once its movements are over. */
export async function picture(page: Page, name: string): Promise<void> {
  const place = process.env.RHC_PICTURES;
  if (place === undefined) return;
  mkdirSync(place, { recursive: true });
  await page.screenshot({ path: join(place, `${name}.png`), animations: 'disabled' });
}

/** A security key that Chromium itself plays: it has a user who is there and verified. */
export async function virtualPasskey(page: Page): Promise<void> {
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
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
