/**
 * What the child process costs: the same APDU (GET CHALLENGE) through the supervised port and through a bare pcsclite
 * loop, on the same pcscd and card, alternating in one run so that both see the same machine.
 */
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIMITS, forkPcscChild, SupervisedPort, systemTimers } from '../dist/pcsc/index.js';

const COMMAND = Buffer.from('0084000008', 'hex');
const ROUNDS = 5;
const APDUS_A_ROUND = 200;
const CHILD = fileURLToPath(new URL('../dist/pcsc/child.js', import.meta.url));
const DEADLINE_MS = 15_000;

/**
 * @param {{ csock: string }} options socket of a pcscd in which a card lies
 * @returns {Promise<{ name: string, value: number, unit: string, baseline: number, ratio: number }[]>}
 */
export async function run({ csock }) {
  process.env.PCSCLITE_CSOCK_NAME = csock;
  const port = new SupervisedPort({
    spawn: () => forkPcscChild({ childPath: CHILD, env: { ...process.env } }),
    timers: systemTimers,
    limits: DEFAULT_LIMITS,
    readerReturnMs: 5000,
  });
  const bare = await bareLoop();
  try {
    const reader = await inserted(port);
    const agent = [];
    const direct = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      direct.push(await bare(reader));
      agent.push(await throughPort(port, reader));
    }
    const value = median(agent);
    const baseline = median(direct);
    return [{ name: 'APDU through the agent’s child process', value, unit: 'ms', baseline, ratio: value / baseline }];
  } finally {
    await port.close();
    bare.close();
  }
}

function inserted(port) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no card in any reader')), DEADLINE_MS);
    port.subscribe((event) => {
      if (event.kind !== 'card-inserted') return;
      clearTimeout(timer);
      resolve(event.reader);
    });
  });
}

async function throughPort(port, reader) {
  const handle = await port.connect(reader, { share: 'exclusive' });
  const started = performance.now();
  for (let count = 0; count < APDUS_A_ROUND; count += 1) await port.transmit(handle, COMMAND);
  const each = (performance.now() - started) / APDUS_A_ROUND;
  await port.disconnect(handle, 'reset');
  return each;
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
  const loop = async (name) => {
    const reader = readers.get(name);
    const options = {
      share_mode: reader.SCARD_SHARE_EXCLUSIVE,
      protocol: reader.SCARD_PROTOCOL_T0 | reader.SCARD_PROTOCOL_T1,
    };
    const protocol = await call((done) => reader.connect(options, done));
    const started = performance.now();
    for (let count = 0; count < APDUS_A_ROUND; count += 1) {
      await call((done) => reader.transmit(COMMAND, 264, protocol, done));
    }
    const each = (performance.now() - started) / APDUS_A_ROUND;
    await call((done) => reader.disconnect(reader.SCARD_RESET_CARD, done));
    return each;
  };
  loop.close = () => {
    for (const reader of readers.values()) reader.close();
    context.close();
  };
  return loop;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
