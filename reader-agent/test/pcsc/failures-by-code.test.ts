/**
 * Every PC/SC failure of FIELD.md, its code given by a stand-in child: which sentence a person gets, which rung of the
 * ladder is climbed, and that the desk works again afterwards. What a real pcscd can be brought to do
 * stands in `failures-on-pcscd.test.ts`.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { hexToBytes } from '@rhc/card/bytes';
import { agentErrors } from '../../src/errors.ts';
import { DEFAULT_LIMITS, PCSC_CODES, type PcscEvent, SupervisedPort } from '../../src/pcsc/index.ts';
import type { ToChild } from '../../src/pcsc/messages.ts';
import { ManualTimers } from '../stand-in-port.ts';
import { ATR_A, ATR_B } from './stack.ts';
import { type Reaction, StandInChild } from './stand-in-child.ts';

const READER = 'R 00';
const COMMAND = hexToBytes('0084000008');
const FINE = hexToBytes('9000');
let timers: ManualTimers;
let children: StandInChild[];
let events: PcscEvent[];
let react: (message: ToChild) => Reaction;
let port: SupervisedPort;

const child = (): StandInChild => {
  const last = children.at(-1);
  if (last === undefined) throw new Error('no child');
  return last;
};
const code = (name: string): number => {
  const found = Object.entries(PCSC_CODES).find(([, entry]) => entry.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return Number(found[0]);
};
const usual = ({ kind }: ToChild): Reaction =>
  kind === 'transmit' ? FINE : kind === 'connect' ? Uint8Array.of(2) : null;
/** What the person reads, with the next step. */
async function sentence(work: Promise<unknown>) {
  const error = (await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )) as { code: string; toBody(): { message: { zh: string }; nextStep: { zh: string } } } | null;
  if (error === null) throw new Error('nothing failed');
  const { message, nextStep } = error.toBody();
  return { code: error.code, zh: message.zh, next: nextStep.zh };
}
const expected = (name: keyof typeof agentErrors.table & string) => {
  const { message, nextStep } = agentErrors.make(name).toBody();
  return { code: name, zh: message.zh, next: nextStep.zh };
};

beforeEach(() => {
  timers = new ManualTimers();
  children = [];
  events = [];
  react = usual;
  port = new SupervisedPort({
    spawn: () => {
      const made = new StandInChild((message) => react(message));
      children.push(made);
      return made;
    },
    timers,
    limits: DEFAULT_LIMITS,
    readerReturnMs: 5_000,
  });
  port.subscribe((event) => events.push(event));
  child().say({ kind: 'ready' });
  child().reader(READER, 1, hexToBytes(ATR_A));
});

describe('while the card is worked with', () => {
  test.each([
    ['SCARD_W_RESET_CARD', 'CARD_RESET_BY_OTHER'],
    ['SCARD_W_REMOVED_CARD', 'CARD_REMOVED'],
    ['SCARD_E_NO_SMARTCARD', 'CARD_ABSENT'],
    ['SCARD_E_INVALID_HANDLE', 'PCSC_SERVICE_RESTARTED'],
    ['SCARD_E_CANCELLED', 'PCSC_SERVICE_RESTARTED'],
    ['SCARD_E_SERVICE_STOPPED', 'PCSC_SERVICE_DOWN'],
    ['SCARD_E_NO_SERVICE', 'PCSC_SERVICE_DOWN'],
    ['SCARD_W_SECURITY_VIOLATION', 'PCSC_FORBIDDEN'],
    ['SCARD_W_UNRESPONSIVE_CARD', 'CARD_MUTE'],
    ['SCARD_W_UNPOWERED_CARD', 'CARD_MUTE'],
    ['SCARD_E_NOT_TRANSACTED', 'CARD_MUTE'],
    ['SCARD_F_COMM_ERROR', 'READER_REPLUG'],
    ['SCARD_E_TIMEOUT', 'READER_REPLUG'],
    ['SCARD_E_READER_UNAVAILABLE', 'READER_UNKNOWN'],
  ] as const)('%s is told as %s, the handle is finished, the next connection works', async (name, error) => {
    const handle = await port.connect(READER, { share: 'exclusive' });
    expect(handle.protocol).toBe('T=1');
    react = (message) => (message.kind === 'transmit' ? { code: code(name) } : usual(message));
    expect(await sentence(port.transmit(handle, COMMAND))).toEqual(expected(error));
    await expect(port.transmit(handle, COMMAND)).rejects.toMatchObject({ code: 'CARD_CHANGED' });
    react = usual;
    const again = await port.connect(READER, { share: 'exclusive' });
    expect(await port.transmit(again, COMMAND)).toEqual(FINE);
  });

  test('an answer of one byte is no answer', async () => {
    const handle = await port.connect(READER, { share: 'exclusive' });
    react = (message) => (message.kind === 'transmit' ? Uint8Array.of(0x90) : usual(message));
    expect(await sentence(port.transmit(handle, COMMAND))).toEqual(expected('CARD_MUTE'));
  });

  test('Windows resets a card whose transaction idled for 5 s: told, and never taken for a finished write', async () => {
    const handle = await port.connect(READER, { share: 'exclusive' });
    await port.transmit(handle, COMMAND);
    const idleSince = timers.now();
    react = (message) =>
      message.kind === 'transmit' && timers.now() - idleSince >= 5_000
        ? { code: code('SCARD_W_RESET_CARD') }
        : usual(message);
    timers.advance(5_000);
    expect(await sentence(port.transmit(handle, COMMAND))).toEqual(expected('CARD_RESET_BY_OTHER'));
  });

  test('a call that never comes back ends with its process; the card counts as inserted anew', async () => {
    const handle = await port.connect(READER, { share: 'exclusive' });
    react = (message) => (message.kind === 'transmit' ? 'silence' : usual(message));
    const hanging = sentence(port.transmit(handle, COMMAND));
    timers.advance(DEFAULT_LIMITS.transmitDeadlineMs);
    expect(await hanging).toEqual(expected('PCSC_PROCESS_LOST'));
    timers.advance(DEFAULT_LIMITS.respawnDelayMs);
    react = usual;
    child().say({ kind: 'ready' });
    child().reader(READER, 1, hexToBytes(ATR_A));
    expect(children).toHaveLength(2);
    expect(children[0]?.killed).toBe(true);
    const insertions = events.flatMap((event) => (event.kind === 'card-inserted' ? [event.insertion] : []));
    expect(insertions).toHaveLength(2);
    expect((await port.connect(READER, { share: 'exclusive' })).insertion).toBe(insertions[1]);
  });

  test('a close that hangs holds nobody: the process is replaced and the desk goes on', async () => {
    const handle = await port.connect(READER, { share: 'exclusive' });
    react = (message) => (message.kind === 'disconnect' ? 'silence' : usual(message));
    const closing = port.disconnect(handle, 'reset');
    timers.advance(DEFAULT_LIMITS.connectDeadlineMs);
    await closing;
    expect(children[0]?.killed).toBe(true);
    timers.advance(DEFAULT_LIMITS.respawnDelayMs);
    react = usual;
    child().say({ kind: 'ready' });
    child().reader(READER, 1, hexToBytes(ATR_A));
    expect(await port.transmit(await port.connect(READER, { share: 'exclusive' }), COMMAND)).toEqual(FINE);
  });
});

describe('when connecting', () => {
  test.each([
    ['SCARD_E_SHARING_VIOLATION', 'READER_IN_USE_ELSEWHERE'],
    ['SCARD_W_REMOVED_CARD', 'CARD_REMOVED'],
    ['SCARD_E_PROTO_MISMATCH', 'CARD_FOREIGN'],
    ['SCARD_E_UNKNOWN_READER', 'READER_UNKNOWN'],
  ] as const)('%s needs a person: %s at once, no rung is climbed', async (name, error) => {
    react = (message) => (message.kind === 'connect' ? { code: code(name) } : usual(message));
    expect(await sentence(port.connect(READER, { share: 'exclusive' }))).toEqual(expected(error));
    expect(child().asked.filter(({ kind }) => kind === 'connect')).toHaveLength(1);
    expect(children).toHaveLength(1);
  });

  test.each([
    ['SCARD_W_UNRESPONSIVE_CARD', 'CARD_MUTE'],
    ['SCARD_F_COMM_ERROR', 'READER_REPLUG'],
    ['SCARD_E_INVALID_HANDLE', 'READER_REPLUG'],
  ] as const)('%s climbs again → new context → new process, then %s', async (name, error) => {
    react = (message) => {
      if (message.kind === 'renew') {
        // The new context reports its readers after its answer.
        queueMicrotask(() => {
          child().say({ kind: 'ready' });
          child().reader(READER, 1, hexToBytes(ATR_A));
        });
      }
      return message.kind === 'connect' ? { code: code(name) } : usual(message);
    };
    expect(await sentence(port.connect(READER, { share: 'exclusive' }))).toEqual(expected(error));
    const rungs = children.flatMap(({ asked }) => asked.map(({ kind }) => kind)).filter((kind) => kind !== 'ping');
    expect(rungs).toEqual(['connect', 'connect', 'renew', 'connect']);
    expect(children[0]?.killed).toBe(true);
  });
});

describe('what was seen and what was not', () => {
  const kinds = () => events.map(({ kind }) => kind);

  test('a swap too quick to be seen: the event counter gives it away, also for cards with the same ATR', () => {
    events.length = 0;
    child().card(READER, 3, hexToBytes(ATR_A));
    expect(kinds()).toEqual(['card-removed', 'card-inserted']);
    child().card(READER, 5, hexToBytes(ATR_B));
    expect(kinds()).toEqual(['card-removed', 'card-inserted', 'card-removed', 'card-inserted']);
  });

  test('a mute card is an insertion with its sentence to come; no event is doubled by a status that repeats', () => {
    child().card(READER, 2, null);
    events.length = 0;
    child().card(READER, 3, new Uint8Array(0), true);
    child().card(READER, 3, new Uint8Array(0), true);
    expect(kinds()).toEqual(['card-inserted']);
  });

  test('the service is gone: told once with its sentence; back: `recovered`, no card is lost', () => {
    events.length = 0;
    // The first is told; what follows is no news.
    for (const name of ['SCARD_E_NO_SERVICE', 'SCARD_E_SERVICE_STOPPED', 'SCARD_F_COMM_ERROR']) {
      child().say({ kind: 'service-lost', code: code(name), text: name });
      timers.advance(DEFAULT_LIMITS.respawnDelayMs);
    }
    expect(kinds()).toEqual(['trouble']);
    expect(events[0]).toMatchObject({
      error: { code: 'PCSC_SERVICE_DOWN', message: { zh: expected('PCSC_SERVICE_DOWN').zh } },
    });
    child().say({ kind: 'ready' });
    child().reader(READER, 7, hexToBytes(ATR_A));
    expect(kinds()).toEqual(['trouble', 'recovered', 'card-removed', 'card-inserted']);
  });

  test('a process that lost its service goes: its sockets and threads go with it, and nobody hears of it', () => {
    events.length = 0;
    for (let loss = 1; loss <= 64; loss += 1) {
      child().say({ kind: 'service-lost', code: code('SCARD_E_SERVICE_STOPPED'), text: '' });
      timers.advance(DEFAULT_LIMITS.respawnDelayMs);
      child().say({ kind: 'ready' });
      child().reader(READER, 1, hexToBytes(ATR_A));
    }
    expect(children).toHaveLength(65);
    expect(children.slice(0, -1).every(({ killed }) => killed)).toBe(true);
    expect(kinds().filter((kind) => kind === 'trouble')).toHaveLength(64);
    expect(kinds().filter((kind) => kind === 'card-inserted')).toHaveLength(64);
    expect(port.health()).toMatchObject({ state: 'running', error: null });
  });

  test('a reader that does not come back after a restart was unplugged, and its card with it', () => {
    child().say({ kind: 'service-lost', code: code('SCARD_E_SERVICE_STOPPED'), text: '' });
    timers.advance(DEFAULT_LIMITS.respawnDelayMs);
    child().say({ kind: 'ready' });
    events.length = 0;
    timers.advance(5_000);
    expect(kinds()).toEqual(['card-removed', 'reader-removed']);
  });

  test('hot plug: a reader comes and goes with its card, others are not touched', () => {
    events.length = 0;
    child().reader('R 01', 1, hexToBytes(ATR_B));
    child().say({ kind: 'reader-gone', reader: 'R 01' });
    expect(events).toMatchObject([
      { kind: 'reader-added', reader: 'R 01' },
      { kind: 'card-inserted', reader: 'R 01' },
      { kind: 'card-removed', reader: 'R 01' },
      { kind: 'reader-removed', reader: 'R 01' },
    ]);
  });

  test('a process that dies in the night is replaced again and again', () => {
    for (let death = 1; death <= 20; death += 1) {
      child().die();
      timers.advance(DEFAULT_LIMITS.respawnDelayMs);
      child().say({ kind: 'ready' });
      child().reader(READER, 1, hexToBytes(ATR_A));
      expect(port.health()).toMatchObject({ state: 'running', restarts: death, error: null });
    }
    expect(kinds().filter((kind) => kind === 'card-inserted')).toHaveLength(1);
  });
});
