/**
 * A hospital's page reads a card through the SDK, in Chromium, from another origin, against the agent of a running house
 * with a card in a virtual reader (pcscd): the very snippet of the README, word for word. Then what the page is told when
 * the browser, a frame, a policy of its own or the desk keeps it from the agent.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { RunningHouse } from '../first-light/running-house.ts';

const LONG_MS = 180_000;
const SHOWN_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'rhc-his-'));
const house = new RunningHouse(join(folder, 'state'));
let browser: Browser;
const pages = new Map<string, { body: string; headers?: Record<string, string> }>();
let server: Server;
let secure: Server;
let his: string;
/** The same pages by https, under another name. */
let securely: string;

const snippet = (): string => {
  const found = /```html\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1];
  if (found === undefined) throw new Error('the README has no snippet');
  return found;
};
/** The only change: the port that this house was given. */
const forThisHouse = (html: string) => html.replaceAll('http://127.0.0.1:8103', house.url('reader-agent'));

async function codeAtDesk(origin: string): Promise<string> {
  for (const deadline = Date.now() + SHOWN_MS; Date.now() < deadline; ) {
    const { waiting } = (await house.ask('reader-agent', 'GET', '/v1/pairing')).body;
    const asking = waiting.filter((request: { origin: string }) => request.origin === origin);
    if (asking.length === 1) return asking[0].code;
  }
  throw new Error(`no page of ${origin} asks to be paired`);
}

async function pairBy(page: Page): Promise<void> {
  const field = page.locator('dialog input');
  await field.waitFor({ timeout: SHOWN_MS });
  await field.fill(await codeAtDesk(new URL(page.url()).origin));
  await page.keyboard.press('Enter');
}

const answerPage: RequestListener = (request, response) => {
  const page = pages.get(request.url ?? '');
  response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8', ...page?.headers });
  response.end(page === undefined ? '' : forThisHouse(page.body));
};

/** As a hospital's own authority gives it. */
function certificate(): { key: Buffer; cert: Buffer } {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string];
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=his.example'.split(' ');
  execFileSync('openssl', [...words, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

async function portOf(listening: Server): Promise<number> {
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  return (listening.address() as AddressInfo).port;
}

beforeAll(async () => {
  await house.untilRunning();
  await house.hand(2, 'eject');
  server = createServer(answerPage);
  secure = createSecureServer(certificate(), answerPage);
  his = `http://localhost:${await portOf(server)}`;
  securely = `https://his.example:${await portOf(secure)}`;
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--host-resolver-rules=MAP his.example 127.0.0.1'],
  });
}, LONG_MS);
afterAll(async () => {
  await browser?.close();
  for (const each of [server, secure]) await new Promise((done) => each?.close(done));
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
}, LONG_MS);

test(
  'the README’s snippet, at most 15 lines, pairs and reads a card from another origin; revoked, it is a stranger',
  async () => {
    expect(snippet().trimEnd().split('\n').length).toBeLessThanOrEqual(15);
    pages.set('/', { body: snippet() });
    const page = await browser.newPage();
    await page.goto(his);
    await page.locator('#read').click();
    await pairBy(page);
    const patient = page.locator('#patient');
    await untilText(patient, /.+ \d{17}[\dX]/);
    const { grants } = (await house.ask('reader-agent', 'GET', '/v1/pairing')).body;
    expect(grants).toMatchObject([{ origin: his, name: '挂号系统', scopes: ['card.status', 'identity.read'] }]);
    // The key stays in the browser: another reading asks nobody.
    await page.reload();
    await page.locator('#read').click();
    await untilText(patient, /.+ \d{17}[\dX]/);
    // Revoked at the desk: the next reading asks for a new code, and without one says so.
    await house.ask('reader-agent', 'POST', '/v1/pairing/revoke', { grant: grants[0].grant });
    await page.locator('#read').click();
    await page.locator('dialog input').waitFor({ timeout: SHOWN_MS });
    await page.keyboard.press('Escape');
    await untilText(patient, /没有输入配对码/);
    await page.close();
  },
  LONG_MS,
);

test(
  'a page by https that has the SDK as a module: paired, read, and the key is this origin’s own',
  async () => {
    const script = /<script src="([^"]*)rhc-reader\.js"><\/script>\n<script>/;
    expect(snippet()).toMatch(script);
    const body = snippet().replace(script, `<script type="module">import { RhcReader } from '$1rhc-reader.mjs';`);
    pages.set('/module', { body });
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(`${securely}/module`);
    expect(await page.evaluate(() => [location.protocol, isSecureContext])).toEqual(['https:', true]);
    await page.locator('#read').click();
    await pairBy(page);
    await untilText(page.locator('#patient'), /.+ \d{17}[\dX]/);
    const { grants } = (await house.ask('reader-agent', 'GET', '/v1/pairing')).body;
    expect(grants).toContainEqual(expect.objectContaining({ origin: securely, name: '挂号系统' }));
    await context.close();
  },
  LONG_MS,
);

test(
  'events, card data and the wedge: a card that is put in is typed into the field with the focus',
  async () => {
    const body = `<!doctype html><meta charset="utf-8"><input id="number" autofocus><input id="name"><output id="log"></output>
      <script src="http://127.0.0.1:8103/sdk/rhc-reader.js"></script><script>
      const reader = new RhcReader({ name: '收费系统' }); const log = document.getElementById('log');
      reader.on('*', ({ event }) => { log.textContent += event + ' '; }); reader.wedge('{idNumber}{tab}{name}');</script>`;
    pages.set('/wedge', { body });
    const page = await browser.newPage();
    await page.goto(`${his}/wedge`);
    await pairBy(page);
    await untilText(page.locator('#log'), /connected .*card-inserted/);
    await house.hand(1, 'eject');
    await untilText(page.locator('#log'), /card-removed/);
    await page.locator('#number').focus();
    await house.hand(1, 'insert');
    await untilText(page.locator('#log'), /card-removed .*card-data/);
    expect(await page.locator('#number').inputValue()).toMatch(/^\d{17}[\dX]$/);
    expect(await page.locator('#name').inputValue()).not.toBe('');
    await page.close();
  },
  LONG_MS,
);

const probe = `<!doctype html><meta charset="utf-8"><output id="problem"></output>
  <script src="http://127.0.0.1:8103/sdk/rhc-reader.js"></script><script>
  new RhcReader({ ports: [PORTS] }).find().then(({ service }) => service, ({ code }) => code)
    .then((text) => { document.getElementById('problem').textContent = text; });</script>`;

test(
  'one sentence for what stands in the way: http page, policy of the site, agent not running; a frame with leave works',
  async () => {
    const told = async (path: string, origin = his) => {
      const page = await browser.newPage();
      await page.goto(`${origin}${path}`);
      const problem = page.locator('#problem');
      await untilText(problem, /.+/);
      const text = await problem.textContent();
      await page.close();
      return text;
    };
    const agentPort = new URL(house.url('reader-agent')).port;
    pages.set('/probe', { body: probe.replace('PORTS', agentPort) });
    expect(await told('/probe')).toBe('reader-agent');
    const port = new URL(his).port;
    const policy = `script-src 'unsafe-inline' ${house.url('reader-agent')}; connect-src 'self'`;
    pages.set('/strict', { body: probe.replace('PORTS', agentPort), headers: { 'content-security-policy': policy } });
    expect(await told('/strict')).toBe('CSP_BLOCKED');
    // Loaded from elsewhere than the agent: nothing hints at the port, and none listens on it.
    const inline = readFileSync('reader-agent/dist/sdk/rhc-reader.js', 'utf8');
    const alone = probe.replace(/<script src[^>]*><\/script>/, () => `<script>${inline}</script>`);
    pages.set('/alone', { body: alone.replace('PORTS', '1') });
    expect(await told('/alone')).toBe('AGENT_NOT_RUNNING');
    pages.set('/frame', {
      body: `<!doctype html><iframe allow="loopback-network; local-network-access" src="http://127.0.0.1:${port}/probe"></iframe>`,
    });
    const page = await browser.newPage();
    await page.goto(`${his}/frame`);
    await untilText(page.frameLocator('iframe').locator('#problem'), /^reader-agent$/);
    await page.close();
  },
  LONG_MS,
);

test(
  'a page of a wider network: the browser’s permission refused, granted, framed without leave; an http page',
  async () => {
    const port = new URL(his).port;
    const agentPort = new URL(house.url('reader-agent')).port;
    pages.set('/probe', { body: probe.replace('PORTS', agentPort) });
    const inline = readFileSync('reader-agent/dist/sdk/rhc-reader.js', 'utf8');
    const alone = probe.replace(/<script src[^>]*><\/script>/, () => `<script>${inline}</script>`);
    pages.set('/alone', { body: alone.replace('PORTS', agentPort) });
    pages.set('/bare-frame', { body: `<!doctype html><iframe src="http://127.0.0.1:${port}/alone"></iframe>` });
    // Chromium takes the pages' server for one of the internet.
    const wider = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--host-resolver-rules=MAP his.example 127.0.0.1',
        `--ip-address-space-overrides=${[his, securely].map((url) => `127.0.0.1:${new URL(url).port}=public`).join(',')}`,
      ],
    });
    try {
      const told = async (url: string, granted: boolean) => {
        const context = await wider.newContext({ ignoreHTTPSErrors: true });
        const page = await context.newPage();
        if (granted) await context.grantPermissions(['local-network-access'], { origin: new URL(url).origin });
        await page.goto(url);
        const problem = url.includes('frame')
          ? page.frameLocator('iframe').locator('#problem')
          : page.locator('#problem');
        await untilText(problem, /.+/);
        const text = await problem.textContent();
        await context.close();
        return text;
      };
      for (const origin of [his, securely]) expect(await told(`${origin}/alone`, true)).toBe('reader-agent');
      // Without a person to ask, a headless browser refuses.
      for (const origin of [his, securely]) expect(await told(`${origin}/alone`, false)).toBe('PERMISSION_DENIED');
      expect(await told(`${his}/bare-frame`, false)).toBe('IFRAME_NOT_ALLOWED');
      expect(await told(`http://his.example:${port}/alone`, false)).toBe('INSECURE_CONTEXT');
    } finally {
      await wider.close();
    }
  },
  LONG_MS,
);

/** Waits until the text is as wanted; says what it was otherwise. */
async function untilText(locator: ReturnType<Page['locator']>, wanted: RegExp): Promise<void> {
  try {
    await locator.filter({ hasText: wanted }).waitFor({ timeout: SHOWN_MS, state: 'attached' });
  } catch {
    expect(await locator.textContent()).toMatch(wanted);
  }
}
