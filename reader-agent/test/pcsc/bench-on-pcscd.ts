/** A desk of the agent on a real pcscd with two virtual readers, and every way in which a test may disturb it. */
import { spawn } from 'node:child_process';
import { hexToBytes } from '@rhc/card/bytes';
import type { ErrorBody, RhcError } from '@rhc/card/errors';
import { rhcBlank1 } from '@rhc/card/profile';
import { sessionOpener } from '../../src/core/open-session.ts';
import { Desk } from '../../src/desk/index.ts';
import {
  DEFAULT_LIMITS,
  forkPcscChild,
  type PcscChild,
  type PcscEvent,
  type PcscHandle,
  SupervisedPort,
  systemTimers,
} from '../../src/pcsc/index.ts';
import type { FromChild } from '../../src/pcsc/messages.ts';
import { ATR_A, CHILD_PATH, type Stack, startStack, until } from './stack.ts';

/** The stub card's answers (`stub-card.mjs`). */
export const CHALLENGE = hexToBytes('0084000008');
export const NEVER_ANSWERED = hexToBytes('00FE000000');
export const ANSWERED_WITH_ONE_BYTE = hexToBytes('00FC000000');

/** Short, so that what never comes back is given up within a second or two. */
const LIMITS = {
  ...DEFAULT_LIMITS,
  heartbeatMs: 200,
  heartbeatDeadlineMs: 1_500,
  connectDeadlineMs: 2_000,
  transmitDeadlineMs: 2_000,
};
const READER_RETURN_MS = 1_500;

/** One agent's reader path with its desk. */
export class DeskOnBench {
  readonly events: PcscEvent[] = [];
  readonly port: SupervisedPort;
  readonly desk: Desk;

  constructor(spawnChild: () => PcscChild) {
    this.port = new SupervisedPort({
      spawn: spawnChild,
      timers: systemTimers,
      limits: LIMITS,
      readerReturnMs: READER_RETURN_MS,
    });
    this.port.subscribe((event) => this.events.push(event));
    this.desk = new Desk({ port: this.port, timers: systemTimers, product: rhcBlank1, leaseMs: 30_000 });
  }

  /** The first such event since `mark`. */
  next<K extends PcscEvent['kind']>(kind: K, mark = 0): Promise<PcscEvent & { readonly kind: K }> {
    return until(kind, () =>
      this.events.slice(mark).find((event): event is PcscEvent & { readonly kind: K } => event.kind === kind),
    );
  }

  async close(): Promise<void> {
    this.desk.close();
    await this.port.close();
  }
}

export class Bench {
  readonly stack: Stack;
  desk: DeskOnBench;
  readonly #others: DeskOnBench[] = [];

  private constructor(stack: Stack) {
    this.stack = stack;
    this.desk = new DeskOnBench(() => this.#child());
  }

  static async open(): Promise<Bench> {
    const bench = new Bench(await startStack());
    await until('both readers', () => bench.desk.desk.readers().length === 2);
    return bench;
  }

  async close(): Promise<void> {
    await this.closeOthers();
    await this.desk.close();
    await this.stack.stop();
  }

  get reader(): string {
    return this.stack.readers[0];
  }
  get mark(): number {
    return this.desk.events.length;
  }

  /** A card in a reader, seen by the desk. */
  async insert(atr = ATR_A, slot: 0 | 1 = 0): Promise<void> {
    const reader = this.stack.readers[slot];
    await this.stack.command('insert', { slot, atr });
    await until('the card', () => this.desk.desk.readers().some((place) => place.reader === reader && place.card));
  }

  async remove(slot: 0 | 1 = 0): Promise<void> {
    const reader = this.stack.readers[slot];
    await this.stack.command('remove', { slot });
    await until('its removal', () => this.desk.desk.readers().every((place) => place.reader !== reader || !place.card));
  }

  connect(share: 'exclusive' | 'shared' = 'exclusive'): Promise<PcscHandle> {
    return this.desk.port.connect(this.reader, { share });
  }

  /** A session with the card, as every reading begins; the keys are never reached. */
  async openSession(): Promise<unknown> {
    const card = this.desk.desk.chooseHealthCard();
    return this.desk.desk.withCard(card, 'reading', (channel) =>
      sessionOpener((length) => new Uint8Array(length))(channel, {} as never, card.atr),
    );
  }

  /** A second agent on the same readers. */
  async other(): Promise<DeskOnBench> {
    const other = new DeskOnBench(() => this.#child());
    this.#others.push(other);
    await until('the other sees the readers', () => other.desk.readers().length === 2);
    return other;
  }

  /** An agent whose account may not open pcscd's socket: without root's privilege to open everything. */
  forbidden(): DeskOnBench {
    const other = new DeskOnBench(() => this.#unprivilegedChild());
    this.#others.push(other);
    return other;
  }

  /** An agent that starts now, whatever state the service is in. */
  late(): DeskOnBench {
    const other = new DeskOnBench(() => this.#child());
    this.#others.push(other);
    return other;
  }

  async closeOthers(): Promise<void> {
    for (const other of this.#others.splice(0)) await other.close();
  }

  get #env(): NodeJS.ProcessEnv {
    return { ...process.env, PCSCLITE_CSOCK_NAME: this.stack.csockName };
  }
  #child(): PcscChild {
    return forkPcscChild({ childPath: CHILD_PATH, env: this.#env });
  }
  #unprivilegedChild(): PcscChild {
    const dropped = '-dac_override,-dac_read_search';
    const words = process.getuid?.() === 0 ? ['--bounding-set', dropped, '--inh-caps', dropped] : [];
    const child = spawn('setpriv', [...words, process.execPath, CHILD_PATH], {
      env: this.#env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    return {
      pid: child.pid,
      send: (message) => void child.send(message, () => undefined),
      onMessage: (listener) => void child.on('message', (message) => listener(message as FromChild)),
      onExit: (listener) => void child.once('exit', (code) => listener(`ended (${code})`)),
      kill: () => void child.kill('SIGKILL'),
    };
  }
}

/** What the person reads of a call that must fail. */
export async function refusal(work: Promise<unknown> | (() => unknown)): Promise<ErrorBody> {
  const error = (await Promise.resolve(typeof work === 'function' ? Promise.resolve().then(work) : work).then(
    () => null,
    (thrown: unknown) => thrown,
  )) as RhcError | null;
  if (error === null) throw new Error('nothing failed');
  return error.toBody();
}
