/**
 * card-issuer over HTTP with its built console, SQLite and real parts in process (desks with virtual cards), and Chromium
 * before it, for the tests of the office's pages: dashboard, stock, jobs, imports, hotlist, administration.
 * `node scripts/web/build-web.mjs card-issuer` first. `RHC_PICTURES=folder` keeps what was seen.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bytesToHex } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { localPersonalizationKeys } from '@rhc/card/personalization';
import { type KeySlotName, nationalProfile } from '@rhc/card/profile';
import { disperse, pilotRoot } from '@rhc/card/secure-messaging';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { createHttpApp, createLogger, tokenRegisterAuthenticator } from '../../../service-shell/src/index.ts';
import { settingsView } from '../../src/administration.ts';
import { createIssuer, type Issuer, type IssuerOptions } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import type { Role } from '../../src/domain/roles.ts';
import { issuerEndpoints } from '../../src/http/endpoints.ts';
import { issuerSettings } from '../../src/settings.ts';
import { type Database, openDatabase } from '../../src/store/index.ts';
import { TEST_DATA_KEYS } from '../life-cycle/in-use.ts';

export const LONG_MS = 240_000;
const WEB_ROOT = join(__dirname, '../../dist/web');

/** One person a task; two keepers of the store, because they sign for one another. */
export const PEOPLE = {
  clerk: { id: 'clerk:wang.fang', name: '王芳', roles: ['clerk'] },
  zhao: { id: 'stock:zhao.ming', name: '赵明', roles: ['stock'] },
  qian: { id: 'stock:qian.li', name: '钱丽', roles: ['stock'] },
  manager: { id: 'manager:li.qiang', name: '李强', roles: ['manager'] },
  reviewer: { id: 'reviewer:sun.hui', name: '孙慧', roles: ['reviewer'] },
  auditor: { id: 'auditor:zhou.jie', name: '周洁', roles: ['auditor'] },
} as const satisfies Record<string, { id: string; name: string; roles: readonly Role[] }>;
export type Person = keyof typeof PEOPLE;

export const random = (length: number) => new Uint8Array(randomBytes(length));

const roots = new Map<string, Uint8Array>();
const root = (slot: KeySlotName, version: number) => {
  const key = `${slot}#${version}`;
  const made = roots.get(key) ?? pilotRoot(nodeCrypto, slot, version);
  roots.set(key, made);
  return made;
};

/** A blank for an `InProcessDesk`. */
export function blank(cardFactor: Uint8Array = Uint8Array.of(0x52, 1, ...random(6))) {
  const historicalBytes = Uint8Array.of(...cardFactor, 1, 0, 0);
  const transportKey = bytesToHex(disperse(nodeCrypto, 'intl-128', root('TMK', 1), cardFactor));
  return { transportKey, historicalBytes, random };
}

const hotlistSigner = {
  keyId: 'hotlist-13-test',
  sign: (body: Uint8Array) => Promise.resolve(new Uint8Array(createHash('sha256').update(body).digest())),
};

export class OfficeHouse {
  readonly #tokens = new Map<string, string>(
    Object.keys(PEOPLE).map((name) => [name, randomBytes(16).toString('hex')]),
  );
  readonly complaints: string[] = [];
  #browser: Browser | undefined;
  #server: Server | undefined;
  #database: Database | undefined;
  #issuer: Issuer | undefined;
  baseUrl = '';

  get issuer(): Issuer {
    if (this.#issuer === undefined) throw new Error('the house is not open');
    return this.#issuer;
  }

  get database(): Database {
    if (this.#database === undefined) throw new Error('the house is not open');
    return this.#database;
  }

  async open(more: Partial<IssuerOptions> = {}): Promise<void> {
    if (!existsSync(join(WEB_ROOT, 'index.html'))) {
      throw new Error('no console is built: node scripts/web/build-web.mjs card-issuer');
    }
    this.#database = openDatabase(':memory:');
    const personalization = localPersonalizationKeys({
      crypto: nodeCrypto,
      suite: 'intl-128',
      profile: nationalProfile,
      random,
      root,
      versions: [1],
    });
    const defaults = Object.fromEntries(
      Object.entries(issuerSettings).map(([name, each]) => [name, 'default' in each ? each.default : undefined]),
    );
    this.#issuer = await createIssuer({
      database: this.#database,
      keys: {
        personalization: () => personalization,
        issuerCertificate: () => Promise.resolve(`0101${'00'.repeat(178)}`),
      },
      dataKeys: TEST_DATA_KEYS,
      crypto: nodeCrypto,
      clock: systemClock,
      random,
      logger: createLogger('card-issuer', 'silent'),
      issuer: { name: '石家庄市卫生健康委员会', code: '1301', cityCode: '130100', validityYears: 10 },
      hotlistSigner,
      verifyForeignHotlist: (keyId) => keyId.startsWith('trusted'),
      administration: {
        users: Object.values(PEOPLE),
        settings: settingsView(issuerSettings, { ...defaults, listedBlanksOnly: 'yes' }),
      },
      limits: { reconnectMs: 200 },
      ...more,
    });
    const { app } = createHttpApp({
      service: 'card-issuer',
      logger: createLogger('card-issuer', 'silent'),
      endpoints: issuerEndpoints(this.#issuer),
      webRoot: WEB_ROOT,
      authenticate: tokenRegisterAuthenticator(
        Object.entries(PEOPLE).map(([name, person]) => ({
          ...person,
          tokenSha256: createHash('sha256')
            .update(this.token(name as Person))
            .digest('hex'),
        })),
      ),
    });
    const server = createServer(app.callback());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    this.#server = server;
    this.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    this.#server?.closeAllConnections();
    await new Promise((closed) => (this.#server === undefined ? closed(null) : this.#server.close(closed)));
    await this.#issuer?.stop();
    await this.#database?.destroy();
  }

  token(person: Person): string {
    return this.#tokens.get(person) ?? '';
  }

  async page(person: Person, path = ''): Promise<Page> {
    const context = await (this.#browser as Browser).newContext({
      viewport: { width: 1366, height: 768 },
      acceptDownloads: true,
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.complaints.push(message.text());
    });
    await page.goto(`${this.baseUrl}/#token=${this.token(person)}`);
    await page.locator('.console-menu').waitFor();
    if (path !== '') await goTo(page, path);
    return page;
  }
}

const MOST_KEYS = 40;
const KEY_PAUSE_MS = 100;

export const goTo = (page: Page, path: string): Promise<void> =>
  page.evaluate((fragment) => {
    location.hash = `#/${fragment}`;
  }, path);

/** Once its movements are over. @param heightPx of the window while it is taken: a long page is shown whole */
export async function picture(page: Page, name: string, heightPx = 768): Promise<void> {
  const place = process.env.RHC_PICTURES;
  if (place === undefined) return;
  mkdirSync(place, { recursive: true });
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.setViewportSize({ width: 1366, height: heightPx });
  await page.screenshot({ path: join(place, `${name}.png`), animations: 'disabled' });
  await page.setViewportSize({ width: 1366, height: 768 });
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

/** An option of a list that a page shows. @param label of the list */
export async function choose(page: Page, label: RegExp, option: string): Promise<void> {
  await page.getByLabel(label).first().click();
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: option }).click();
  await listsGone(page);
}

/** A list that is still fading away would be taken for the next one. */
async function listsGone(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.ant-select-dropdown')].every((list) => list.getClientRects().length === 0),
  );
}

/** By keyboard, as clerks do: under a mouse a list that turns or fades gives another option, or none. */
export async function chooseByKeys(page: Page, list: Locator, option: RegExp): Promise<void> {
  await listsGone(page);
  // A list that opens under the pointer takes what lies there for the choice.
  await page.mouse.move(0, 0);
  const active = page.locator('.ant-select-dropdown:visible .ant-select-item-option-active');
  for (let pressed = 0; pressed < MOST_KEYS; pressed++) {
    // The page may be drawn between two keys, and a dialogue that is still opening may close the list again.
    const [text] = await active.allTextContents();
    if (text !== undefined && option.test(text)) return list.press('Enter');
    await list.press('ArrowDown');
    await page.waitForTimeout(KEY_PAUSE_MS);
  }
  throw new Error(`no option ${option}`);
}
