/**
 * The agent with the real card session on a virtual card in process: pulled at any APDU, before it reached the chip, after
 * its answer was lost, or with the power failing at a commit; put back; the agent killed and started again on its journal.
 */
import { SecretBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { rhcBlank1 } from '@rhc/card/profile';
import type { TerminalKeys } from '@rhc/card/session';
import { createLogger } from '@rhc/service-shell';
import request from 'supertest';
import { pilotTerminalKeys, seededRandom } from '../../../test/card-writing/personalized-card.ts';
import { type ChipContent, ProcessMemory, TearingMemory, VirtualCard } from '../../../virtual-card/src/index.ts';
import { type Agent, type AgentOptions, createAgent } from '../../src/app.ts';
import type { LocalEvent, WriteAnswer, WriteRecord } from '../../src/contract/index.ts';
import { sessionOpener } from '../../src/core/open-session.ts';
import { agentErrors } from '../../src/errors.ts';
import { EventQueue } from '../../src/event-queue/index.ts';
import type { IssuerCall } from '../../src/issuer-calls.ts';
import { type JournalEntry, type JournalFolder, WriteJournal } from '../../src/journal/index.ts';
import { memoryFolder } from '../memory-folder.ts';
import { ManualTimers, StandInPort } from '../stand-in-port.ts';

const TOKEN = 'd'.repeat(64);
const HEADERS = { Authorization: `Bearer ${TOKEN}`, 'X-RHC-Request': '1', Host: '127.0.0.1:8103' };
export const READER = 'A';

export interface Pull {
  /** 1 = the next APDU (or commit, for `power`). */
  readonly at: number;
  /** `before`: the APDU never reached the chip; `after`: its answer was lost; `power-…`: in the middle of one, at a commit. */
  readonly how: 'before' | 'after' | 'power-before' | 'power-after';
}

export interface JsonAnswer<T> {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the body of an error, or T
  readonly body: T & { readonly error?: any };
}

export class DeskWithCard {
  readonly folder: JournalFolder & { readonly files: Map<string, Uint8Array> } = memoryFolder();
  readonly events: LocalEvent[] = [];
  keys: TerminalKeys = pilotTerminalKeys();
  signer: AgentOptions['signer'] = null;
  rootPublicKey: Uint8Array | null = null;
  hotlist: AgentOptions['hotlist'];
  /** card-issuer, as the next start finds it; null: none is set up. */
  issuer: IssuerCall | null = null;
  mailbox = true;
  /** Of the next start. */
  logger = createLogger('test', 'silent');
  clockCheck: AgentOptions['clockCheck'];
  readonly queueFolder = memoryFolder();
  timers = new ManualTimers();
  /** APDUs that reached the chip since the last insertion. */
  apdus = 0;
  insertion = 0;
  readonly #memory: ProcessMemory;
  readonly #tearing: TearingMemory;
  #port = new StandInPort();
  #agent: Agent;
  #card: VirtualCard;
  #pull: Pull | null = null;
  #freeze: { at: number; how: 'before' | 'after' } | null = null;
  #frozen = false;
  #thaw: () => void = () => undefined;
  #garble = false;
  #ids = 0;

  constructor(content: ChipContent) {
    this.#memory = new ProcessMemory(content);
    this.#tearing = new TearingMemory(this.#memory);
    this.#card = this.#powered();
    this.#agent = this.#start();
  }

  get content(): ChipContent {
    const content = this.#memory.read();
    if (content === null) throw new Error('no chip');
    return content;
  }

  insert(): void {
    this.#card = this.#powered();
    this.apdus = 0;
    this.insertion = this.#port.insert(READER, this.#card.atr);
  }

  remove(): void {
    this.#port.remove(READER);
  }

  /** Arms one pull, counted from the next APDU on. */
  pullAt(pull: Pull): void {
    const { at, how } = pull;
    if (how === 'power-before' || how === 'power-after') {
      this.#tearing.tear({ commit: at, when: how === 'power-before' ? 'before' : 'after' });
    } else {
      this.#pull = { at: this.apdus + at, how };
    }
  }

  /** The agent hears nothing any more from the next APDU `at` on: as good as dead. */
  freezeAt({ at, how }: { at: number; how: 'before' | 'after' }): void {
    this.#freeze = { at: this.apdus + at, how };
  }

  async untilFrozen(): Promise<void> {
    while (!this.#frozen) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets the dead request end, so that nothing is left open behind the test. */
  thaw(): void {
    this.#thaw();
  }

  /** The next answer comes back in pieces and the card is reset; the chip did what it was told. */
  garbleNext(): void {
    this.#garble = true;
  }

  /** Starts again with these in the journal. */
  withJournalEntries(entries: readonly JournalEntry[]): void {
    const journal = this.#journal();
    for (const entry of entries) journal.begin(entry);
    this.restart();
  }

  /** The process ends without a word and starts again with the same journal; no card lies in the reader then. */
  restart(): void {
    this.#freeze = null;
    this.#port = new StandInPort();
    this.timers = new ManualTimers();
    this.#agent = this.#start();
  }

  async patch(patch: object, expected: object = {}, more: object = {}): Promise<JsonAnswer<WriteAnswer>> {
    return this.post('/v1/card/patch', { insertion: this.insertion, patch, expected, ...more });
  }

  async visit(visit: object, more: object = {}): Promise<JsonAnswer<WriteAnswer>> {
    return this.post('/v1/card/visits', { insertion: this.insertion, visit, ...more });
  }

  async post<T>(path: string, body: object): Promise<JsonAnswer<T>> {
    const { status, body: answer } = await request(this.#agent.app.callback()).post(path).set(HEADERS).send(body);
    return { status, body: answer };
  }

  /** Bytes there and back. */
  async raw(path: string, type: string, body: Uint8Array) {
    const answer = await request(this.#agent.app.callback())
      .post(path)
      .set({ ...HEADERS, 'Content-Type': type })
      .buffer(true)
      .parse((response, done) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => done(null, Buffer.concat(chunks)));
      })
      .send(Buffer.from(body));
    return { status: answer.status, type: answer.headers['content-type'], bytes: answer.body as Buffer };
  }

  /** Lines of a staged answer. */
  async lines(path: string, body: object): Promise<readonly Record<string, unknown>[]> {
    const { text } = await request(this.#agent.app.callback())
      .post(path)
      .set({ ...HEADERS, Accept: 'application/x-ndjson' })
      .buffer(true)
      .parse((response, done) => {
        let said = '';
        response.on('data', (chunk: Buffer) => {
          said += String(chunk);
        });
        response.on('end', () => {
          (response as unknown as { text: string }).text = said;
          done(null, said);
        });
      })
      .send(body);
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async get<T>(path: string): Promise<JsonAnswer<T>> {
    const { status, body } = await request(this.#agent.app.callback()).get(path).set(HEADERS);
    return { status, body };
  }

  async writes(): Promise<readonly WriteRecord[]> {
    return (await this.get<{ writes: WriteRecord[] }>('/v1/writes')).body.writes;
  }

  /** Until the card that was put in has been read for what was open. */
  async untilSettled(): Promise<readonly WriteRecord[]> {
    for (let turn = 0; turn < 2000; turn += 1) {
      const writes = await this.writes();
      if (writes.every(({ settled }) => settled)) return writes;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error('a write stays open');
  }

  #start(): Agent {
    this.#port.answer = (command) => this.#transmit(command);
    const agent = createAgent({
      agentId: 'desk-1',
      version: '0',
      port: this.#port,
      timers: this.timers,
      product: rhcBlank1,
      leaseMs: 30_000,
      keys: {
        suite: this.keys.suite,
        activeVersion: (slot) => this.keys.activeVersion(slot),
        externalAuthentication: (asked) => this.keys.externalAuthentication(asked),
        verifyInternalAuthentication: (asked) => this.keys.verifyInternalAuthentication(asked),
        protect: (asked) => this.keys.protect(asked),
      },
      openSession: sessionOpener(seededRandom('desk')),
      clock: () => 0,
      token: new SecretBytes(new TextEncoder().encode(TOKEN)),
      grantPlace: { read: () => null, write: () => undefined },
      pairingOrigins: [],
      random: seededRandom('pairing'),
      sdkFile: () => null,
      logger: this.logger,
      journal: this.#journal(),
      now: () => new Date(Date.UTC(2026, 10, 24, 8, 0, this.#ids)),
      newId: () => {
        this.#ids += 1;
        return `write-${this.#ids}`;
      },
      signer: this.signer,
      ...(this.hotlist === undefined ? {} : { hotlist: this.hotlist }),
      ...(this.clockCheck === undefined ? {} : { clockCheck: this.clockCheck }),
      ...(this.issuer === null
        ? {}
        : { issuerCalls: { call: this.issuer, queue: this.#queue(), mailbox: this.mailbox } }),
      visitTrust: { verifier: nodeCrypto, rootPublicKey: this.rootPublicKey },
    });
    agent.desk.subscribe((event) => this.events.push(event));
    this.#port.plug(READER);
    return agent;
  }

  #queue(): EventQueue {
    this.#ids += 1;
    return new EventQueue({
      folder: this.queueFolder,
      key: new SecretBytes(new Uint8Array(32).fill(7)),
      random: seededRandom(`queue nonce ${this.#ids}`),
      capacity: 16,
    });
  }

  #journal(): WriteJournal {
    this.#ids += 1;
    return new WriteJournal({
      folder: this.folder,
      key: new SecretBytes(new Uint8Array(32).fill(7)),
      random: seededRandom(`nonce ${this.#ids}`),
      maxOpen: 4,
      maxSettled: 8,
    });
  }

  #transmit(command: Uint8Array): Uint8Array | Promise<Uint8Array> {
    this.apdus += 1;
    if (this.#freeze?.at === this.apdus) {
      if (this.#freeze.how === 'after') this.#card.transmit(command);
      this.#frozen = true;
      return new Promise((_resolve, reject) => {
        this.#thaw = () => reject(agentErrors.make('CARD_REMOVED'));
      });
    }
    if (this.#garble && command[0] === 0x04) {
      this.#garble = false;
      this.#card.transmit(command);
      this.#card = this.#powered();
      return Uint8Array.of(0x90);
    }
    const pull = this.#pull?.at === this.apdus ? this.#pull : null;
    if (pull?.how === 'before') this.#gone();
    let answer: Uint8Array;
    try {
      answer = this.#card.transmit(command);
    } catch {
      // The power failed at a commit.
      this.#gone();
    }
    if (pull?.how === 'after') this.#gone();
    return answer;
  }

  #gone(): never {
    this.#pull = null;
    this.remove();
    throw agentErrors.make('CARD_REMOVED');
  }

  #powered(): VirtualCard {
    const card = new VirtualCard({ memory: this.#tearing, random: seededRandom(`chip ${this.insertion}`) });
    card.powerOn();
    return card;
  }
}
