/**
 * What the supervised child process costs over a bare pcsclite loop, on the same pcscd and card, alternating in one run so
 * that both see the same machine: GET CHALLENGE to a card that takes no time and to one that takes the time of the wire
 * model (CARD.md), which is what a desk has before it; then a whole identity reading through the agent's own rooms.
 */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { CardSession } from '@rhc/card/session';
import { pilotTerminalKeys } from '../../scripts/card/pilot-card.mjs';
import { cardKind, makeCard } from '../../scripts/simulator/cards.mjs';
import { CardChannel } from '../dist/desk/card-channel.js';
import { DEFAULT_LIMITS, forkPcscChild, SupervisedPort, systemTimers } from '../dist/pcsc/index.js';
import { CountingWire } from './counting-wire.mjs';

const COMMAND = Buffer.from('0084000008', 'hex');
const ROUNDS = 5;
const APDUS_A_ROUND = { instant: 200, wire: 40 };
const READINGS = 9;
const LINK = 'contactless-106';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CHILD = fileURLToPath(new URL('../dist/pcsc/child.js', import.meta.url));
const CARD = fileURLToPath(new URL('wire-card.mjs', import.meta.url));
const DEADLINE_MS = 15_000;
/** Issue 6. */
const TARGETS = { overheadP95Ms: 2, apdu: 1.1, identity: 1.15 };

const random = (length) => new Uint8Array(randomBytes(length));
const target = (text, met) => ({ text, met });

/**
 * @param {{ stack: import('../../scripts/reader-stack/reader-stack.d.mts').ReaderStack }} options own pcscd, empty readers
 * @returns {Promise<{ name: string, value: number, unit: string, baseline: number | null, ratio: number | null, target?: { text: string, met: boolean } }[]>}
 */
export async function run({ stack }) {
  process.env.PCSCLITE_CSOCK_NAME = stack.csockName;
  const [instant, wire] = stack.readerNames;
  stack.ports.forEach((port, index) => {
    const words = [process.execPath, CARD, String(port), index === 0 ? 'none' : LINK];
    stack.enter(words, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], detached: true });
  });
  const port = new SupervisedPort({
    spawn: () => forkPcscChild({ childPath: CHILD, env: { ...process.env } }),
    timers: systemTimers,
    limits: DEFAULT_LIMITS,
    readerReturnMs: 5000,
  });
  // Its readers are known by the time that the cards are.
  const bare = await bareLoop();
  const cards = await inserted(port, 2);
  try {
    return [
      ...(await overhead('APDU, card without delay', { port, bare, reader: instant, apdus: APDUS_A_ROUND.instant })),
      ...(await overhead(`APDU, ${LINK}`, { port, bare, reader: wire, apdus: APDUS_A_ROUND.wire })),
      await identity(port, wire, cards.get(wire)),
    ];
  } finally {
    await port.close();
    bare.close();
  }
}

/** Readers and the ATRs of their cards, once so many are in. */
function inserted(port, wanted) {
  return new Promise((resolve, reject) => {
    const cards = new Map();
    const timer = setTimeout(() => reject(new Error(`${cards.size} of ${wanted} cards in a reader`)), DEADLINE_MS);
    port.subscribe((event) => {
      if (event.kind !== 'card-inserted') return;
      cards.set(event.reader, event.atr);
      if (cards.size < wanted) return;
      clearTimeout(timer);
      resolve(cards);
    });
  });
}

async function overhead(name, { port, bare, reader, apdus }) {
  const agent = [];
  const direct = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    direct.push(...(await bare(reader, apdus)));
    agent.push(...(await throughPort(port, reader, apdus)));
  }
  const more = percentile(agent, 0.95) - percentile(direct, 0.95);
  const [value, baseline] = [percentile(agent, 0.5), percentile(direct, 0.5)];
  const ratio = value / baseline;
  return [
    { name, value, unit: 'ms', baseline, ratio, target: target(`≤ × ${TARGETS.apdu}`, ratio <= TARGETS.apdu) },
    {
      name: '  p95 more than bare',
      value: more,
      unit: 'ms',
      baseline: null,
      ratio: null,
      target: target(`≤ ${TARGETS.overheadP95Ms} ms`, more <= TARGETS.overheadP95Ms),
    },
  ];
}

async function throughPort(port, reader, apdus) {
  const handle = await port.connect(reader, { share: 'exclusive' });
  const each = await timed(apdus, () => port.transmit(handle, COMMAND));
  await port.disconnect(handle, 'reset');
  return each;
}

/** Milliseconds of each call. */
async function timed(count, call) {
  const each = [];
  for (let done = 0; done < count; done += 1) {
    const started = performance.now();
    await call();
    each.push(performance.now() - started);
  }
  return each;
}

/** From the connection to the decoded identity, genuineness included, against the model's time for the same exchanges. */
async function identity(port, reader, atr) {
  const read = async (transport) => {
    const keys = pilotTerminalKeys(random);
    const session = await CardSession.open({
      transport,
      keys,
      profile: nationalProfile,
      product: rhcBlank1,
      atr,
      random,
    });
    await session.checkGenuine();
    await session.readIdentity();
  };
  const model = new CountingWire((await makeCard(ROOT, cardKind('healthy'))).read(), LINK);
  await read(model);
  const samples = await timed(READINGS, async () => {
    const handle = await port.connect(reader, { share: 'exclusive' });
    await read(new CardChannel(port, handle));
    await port.disconnect(handle, 'reset');
  });
  const value = percentile(samples, 0.5);
  const ratio = value / model.modelMs;
  return {
    name: `identity through pcscd, ${model.apdus} APDU, ${LINK}`,
    value,
    unit: 'ms',
    baseline: model.modelMs,
    ratio,
    target: target(`≤ × ${TARGETS.identity}`, ratio <= TARGETS.identity),
  };
}

/** The binding in this very process: what the agent would cost without supervision. */
async function bareLoop() {
  const { default: pcsclite } = await import('pcsclite');
  const context = pcsclite();
  const readers = new Map();
  context.on('error', () => undefined);
  context.on('reader', (reader) => {
    reader.on('error', () => undefined);
    readers.set(reader.name, reader);
  });
  const call = (work) =>
    new Promise((resolve, reject) => work((error, value) => (error ? reject(error) : resolve(value))));
  const loop = async (name, apdus) => {
    const reader = readers.get(name);
    const options = {
      share_mode: reader.SCARD_SHARE_EXCLUSIVE,
      protocol: reader.SCARD_PROTOCOL_T0 | reader.SCARD_PROTOCOL_T1,
    };
    const protocol = await call((done) => reader.connect(options, done));
    const each = await timed(apdus, () => call((done) => reader.transmit(COMMAND, 264, protocol, done)));
    await call((done) => reader.disconnect(reader.SCARD_RESET_CARD, done));
    return each;
  };
  loop.close = () => {
    for (const reader of readers.values()) reader.close();
    context.close();
  };
  return loop;
}

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
