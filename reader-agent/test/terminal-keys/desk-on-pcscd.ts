/**
 * A clinic's desk on real parts: the built agent as a program, pcscd with two virtual readers, a resident's card in one and a
 * SAM that a real key-service issued in the other; the network is a cable that can be pulled.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs, { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex, SecretBytes } from '@rhc/card/bytes';
import { softSigningKey } from '@rhc/card/crypto-node';
import { encodeBody, mod3736CheckCharacter, withSignature } from '@rhc/card/hotlist';
import { rhcSam1 } from '@rhc/card/profile';
import { packPin, SamSession } from '@rhc/card/sam';
import { personalizedContent } from '../../../test/card-writing/personalized-card.ts';
import {
  asTransport,
  type ChipContent,
  ImageFileMemory,
  SamImageFileMemory,
  VirtualSam,
} from '../../../virtual-card/src/index.ts';
import type { KeysState } from '../../src/contract/index.ts';
import { type Stack, startStack } from '../pcsc/stack.ts';
import { withRecord } from '../writes/signing-house.ts';
import { Cable, freePort } from './cable.ts';
import { type IssuedSam, KeyServiceProcess } from './issued-sam.ts';

export const TERMINAL_NUMBER = '130101000009';
/** By which hotlists know the card. */
const CARD_COUNTER = 5;
const CARD_SLOT = 0;
const SAM_SLOT = 1;
const READY_MS = 30_000;
const HOUR_S = 3_600;
const hotlistKey = softSigningKey('intl-128', new Uint8Array(32).fill(7));
const random = (length: number) => new Uint8Array(randomBytes(length));

export interface DeskAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a foreign caller sees plain JSON
  readonly body: any;
}

export class DeskOnPcscd {
  readonly folder = mkdtempSync(join(tmpdir(), 'rhc-sam-desk-'));
  readonly samPinFile = join(this.folder, 'sam.pin');
  stack!: Stack;
  sam!: IssuedSam;
  keyService!: KeyServiceProcess;
  #cable!: Cable;
  readonly #slots = { card: CARD_SLOT, sam: SAM_SLOT };
  #agent: ChildProcess | null = null;
  #port = 0;
  #listVersion = 0;

  /** Everything but the agent; both readers are empty. */
  async open(): Promise<void> {
    this.keyService = new KeyServiceProcess(join(this.folder, 'key-service'), await freePort());
    const chips = join(this.folder, 'chips');
    const [stack] = await Promise.all([startStack(), this.keyService.start()]);
    this.stack = stack;
    this.sam = await this.keyService.issue(join(chips, 'sam.json'), TERMINAL_NUMBER);
    this.#cable = await Cable.lay(Number(new URL(this.keyService.baseUrl).port));
    const place = { path: join(chips, 'card.json'), fileSystem: fs, random };
    new ImageFileMemory(place).manufacture(await cardOfTheProvince());
    await this.#emulate(CARD_SLOT, place.path, 'contactless');
    await this.#emulate(SAM_SLOT, this.sam.image, 'none');
    writeFileSync(join(this.folder, 'hotlist-key.hex'), `${bytesToHex(hotlistKey.publicKey)}\n`);
  }

  async close(): Promise<void> {
    await this.stopAgent();
    await this.#cable?.close();
    await this.stack?.stop();
    await this.keyService?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get token(): string {
    return readFileSync(join(this.folder, 'agent/token'), 'utf8').trim();
  }

  /** All that the agent and key-service wrote down about themselves. */
  logs(): string {
    return ['agent.log', 'key-service/key-service.log', 'agent/audit.jsonl']
      .map((name) => readFileSync(join(this.folder, name), 'utf8'))
      .join('\n');
  }

  /** @param env settings beyond those of a desk with a SAM in a house without card-issuer */
  async startAgent(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const state = join(this.folder, 'agent');
    mkdirSync(state, { recursive: true, mode: 0o700 });
    this.#port = await freePort();
    const log = fs.openSync(join(this.folder, 'agent.log'), 'a', 0o600);
    const child = spawn(process.execPath, [join(process.cwd(), 'reader-agent/dist/main.js')], {
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        PCSCLITE_CSOCK_NAME: this.stack.csockName,
        RHC_READER_AGENT_PORT: String(this.#port),
        RHC_READER_AGENT_STATE_FOLDER: state,
        RHC_AGENT_TOKEN_FILE: join(state, 'token'),
        RHC_KEY_SERVICE_URL: this.#cable.url,
        RHC_KEY_SERVICE_TOKEN_FILE: this.keyService.tokenFile,
        RHC_ISSUER_URL: 'http://127.0.0.1:9',
        RHC_READER_AGENT_ISSUER_CHANNEL: 'false',
        RHC_READER_AGENT_MAILBOX: 'false',
        RHC_READER_AGENT_KEY_POLICY: 'sam-first',
        RHC_READER_AGENT_HOTLIST_KEY_FILE: join(this.folder, 'hotlist-key.hex'),
        RHC_READER_AGENT_HOTLIST_STOP_HOURS: '24',
        RHC_READER_AGENT_LOG_LEVEL: 'debug',
        ...env,
      },
    });
    fs.closeSync(log);
    this.#agent = child;
    await this.until('the agent is ready', async () => {
      if (child.exitCode !== null) throw new Error(readFileSync(join(this.folder, 'agent.log'), 'utf8').slice(-2000));
      return (await this.ask('GET', '/v1/status')).body.ready === true ? true : null;
    });
  }

  async stopAgent(): Promise<void> {
    const child = this.#agent;
    this.#agent = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  /** The cable to key-service. */
  unplug(): void {
    this.#cable.pull();
  }
  plug(): void {
    this.#cable.plug();
  }

  async ask(method: 'GET' | 'POST', path: string, body?: object | Uint8Array<ArrayBuffer>): Promise<DeskAnswer> {
    const answer = await this.#send(method, path, body);
    return { status: answer.status, body: await answer.json() };
  }

  #send(
    method: 'GET' | 'POST',
    path: string,
    body?: object | Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const isFile = body instanceof Uint8Array;
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        'content-type': isFile ? 'application/vnd.rhc.hotlist' : 'application/json',
        'x-rhc-request': '1',
        ...headers,
      },
      ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
    });
  }

  /** The identity and what else is asked for; the whole card takes seconds over the wire model. */
  read(stages: readonly string[] = []): Promise<DeskAnswer> {
    return this.ask('POST', '/v1/card/read', { stages });
  }

  /** Reads the whole card stage by stage; the SAM is pulled when the first has come. @returns the last line */
  async readWithSamPulled(): Promise<DeskAnswer['body']> {
    const answer = await this.#send('POST', '/v1/card/read', {}, { accept: 'application/x-ndjson' });
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of answer.body ?? []) {
      if (text === '') await this.eject('sam');
      text += decoder.decode(chunk as Uint8Array, { stream: true });
    }
    return JSON.parse(text.trim().split('\n').at(-1) ?? '');
  }

  async keys(): Promise<KeysState> {
    return (await this.ask('GET', '/v1/desk/keys')).body;
  }

  /** Waits until the SAM stands so. */
  samIs(state: KeysState['sam']['state']): Promise<KeysState> {
    return this.until(`the SAM is ${state}`, async () => {
      const keys = await this.keys();
      return keys.sam.state === state ? keys : null;
    });
  }

  /** `insert`, `eject` and what else the emulator's control understands. */
  hand(what: 'card' | 'sam', line: string): Promise<Record<string, unknown>> {
    return say(join(this.folder, `hand-${this.#slots[what]}.sock`), line);
  }

  /** As somebody does it, until the agent saw it. */
  async insert(what: 'card' | 'sam'): Promise<void> {
    await this.hand(what, 'insert');
    await this.until(`the ${what} is seen`, async () => ((await this.#holds(what)) ? true : null));
  }
  async eject(what: 'card' | 'sam'): Promise<void> {
    await this.hand(what, 'eject');
    await this.until(`the ${what} is gone`, async () => ((await this.#holds(what)) ? null : true));
  }

  async #holds(what: 'card' | 'sam'): Promise<boolean> {
    const { readers } = (await this.ask('GET', '/v1/desk/profile')).body;
    return readers.some(({ holds }: { holds: string }) => holds === what);
  }

  /** The same SAM with so many wrong PINs entered, as another terminal would have left it. @returns its image */
  async samWithWrongTries(count: number): Promise<string> {
    const path = join(this.folder, `chips/sam-${count}.json`);
    fs.copyFileSync(this.sam.image, path);
    const sam = new VirtualSam({ memory: new SamImageFileMemory({ path, fileSystem: fs, random }), random });
    sam.powerOn();
    const session = await SamSession.open({ transport: asTransport(sam), product: rhcSam1 });
    const wrong = this.sam.pin === '111111' ? '222222' : '111111';
    for (let i = 0; i < count; i += 1) {
      const right = await session.verifyPin(new SecretBytes(packPin(wrong))).then(
        () => true,
        () => false,
      );
      if (right) throw new Error('a wrong PIN was taken');
    }
    sam.powerOff();
    return path;
  }

  /**
   * pcscd anew, and both readers, which are alike, have the other's number: what was plugged in first is the second now.
   */
  async renumber(): Promise<void> {
    const { card, sam } = this.#slots;
    for (const slot of [card, sam]) await this.stack.command('remove', { slot });
    for (const slot of [card, sam]) rmSync(join(this.folder, `hand-${slot}.sock`), { force: true });
    await this.stack.command('restart');
    await this.#emulate(sam, join(this.folder, 'chips/card.json'), 'none');
    await this.#emulate(card, this.sam.image, 'none');
    Object.assign(this.#slots, { card: sam, sam: card });
    await this.hand('card', 'insert');
    await this.hand('sam', 'insert');
  }

  /** Another SAM in the SAM's reader. */
  async changeSam(image: string): Promise<void> {
    await this.eject('sam');
    await this.hand('sam', `swap ${image}`);
    await this.until('the other SAM is seen', async () => ((await this.#holds('sam')) ? true : null));
  }

  /** A list from a medium, made `hoursAgo` (before: in the future), on which the card stands or does not. */
  async bringHotlist({ listed, hoursAgo = 0 }: { listed: boolean; hoursAgo?: number }): Promise<DeskAnswer> {
    this.#listVersion += 1;
    const madeAt = Math.floor(Date.now() / 1000) - Math.round(hoursAgo * HOUR_S);
    const body = encodeBody(
      { kind: 'full', provinceCode: '13', version: this.#listVersion, baseVersion: 0, madeAt },
      listed ? [CARD_COUNTER] : [],
    );
    const file = withSignature(body, { keyId: 'province', signature: hotlistKey.sign(body) });
    return this.ask('POST', '/v1/hotlist/import', Uint8Array.from(file));
  }

  async until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
    for (const deadline = Date.now() + READY_MS; ; ) {
      const found = await look().catch((error: Error) => {
        if (Date.now() > deadline || this.#agent?.exitCode !== null) throw error;
        return null;
      });
      if (found !== null) return found;
      if (Date.now() > deadline) throw new Error(`not within ${READY_MS} ms: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #emulate(slot: number, image: string, model: string): Promise<void> {
    const control = join(this.folder, `hand-${slot}.sock`);
    const words = ['--image', image, '--control', control, '--delay-model', model, '--ejected'];
    await this.stack.command('virtual-card', { slot, words });
    for (const deadline = Date.now() + READY_MS; !fs.existsSync(control); ) {
      if (Date.now() > deadline) throw new Error('the emulator does not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function cardOfTheProvince(): Promise<ChipContent> {
  const serial = `13000000${CARD_COUNTER}`;
  const text = new TextEncoder().encode(`${serial}${mod3736CheckCharacter(serial)}`);
  return withRecord(await personalizedContent('intl-128', [1, 2]), 'issueSerial', text);
}

function say(path: string, line: string): Promise<Record<string, unknown>> {
  return new Promise((done, refuse) => {
    const socket = createConnection(path);
    let said = '';
    socket.once('error', refuse);
    socket.once('connect', () => socket.write(`${line}\n`));
    socket.on('data', (chunk) => {
      said += String(chunk);
      if (!said.includes('\n')) return;
      socket.end();
      done(JSON.parse(said) as Record<string, unknown>);
    });
  });
}
