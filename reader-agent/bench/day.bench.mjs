/**
 * A day at a desk, without its pauses: each card is put in, read in stages, read as a summary, patched in one element, taken
 * out, while a page listens; at its end the diagnostics bundle is made of all that is left of it. What is measured is the agent as it is installed (`npm run package`), with terminal keys from a
 * real key-service; only its PC/SC child is a stand-in (`card-child.mjs`). Then its cold start, from the launcher to an answer.
 * `node reader-agent/bench/day.bench.mjs [--cards 5000]`
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { unzipSync } from 'fflate';
import WebSocket from 'ws';
import { packageFolder } from '../../scripts/package/folder.mjs';
import { runPilotCeremony } from '../../scripts/start/ceremony.mjs';
import { Processes } from '../../scripts/start/processes.mjs';
import { startServices } from '../../scripts/start/services.mjs';
import { prepareState } from '../../scripts/start/state.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAND_IN = new URL('card-child.mjs', import.meta.url).href;
const DEFAULT_CARDS = 300;
const SAMPLES = 40;
const STARTS = 5;
const READY_LIMIT_MS = 60_000;
/** A day of a desk in minutes: no desk asks so often, and the limit of a desk is not what is measured. */
const DAY_WITHOUT_PAUSES_PER_SECOND = '10000';
/** Issue 6. */
const TARGETS = { mostMib: 150, growth: 1.05, coldStartMs: 2_000, bundleMs: 10_000 };

const target = (text, met) => ({ text, met });

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** Starts the launcher and waits until the agent answers; milliseconds since then. */
async function started(program, { env, port }) {
  const child = spawn(join(program, 'bin/rhc-agent'), ['run'], {
    cwd: program,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const since = performance.now();
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => null);
    const spent = performance.now() - since;
    await answer?.arrayBuffer();
    if (answer !== null) return { child, spent };
    if (child.exitCode !== null || spent > READY_LIMIT_MS)
      throw new Error(`the agent does not answer (${child.exitCode})`);
    await pause(5);
  }
}

async function ended(child) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

function residentMib(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function environment(state, port, more) {
  return {
    ...process.env,
    RHC_READER_AGENT_PORT: String(port),
    RHC_READER_AGENT_STATE_FOLDER: state.dirs.readerAgent,
    RHC_AGENT_TOKEN_FILE: state.tokens.agent,
    RHC_ISSUER_TOKEN_FILE: state.tokens.issuer,
    RHC_KEY_SERVICE_TOKEN_FILE: state.tokens.keyService,
    ...more,
  };
}

/** The hand that puts the card in and takes it out; it is there as soon as the child has made its card. */
async function hand(path) {
  for (const since = performance.now(); !existsSync(path); await pause(20)) {
    if (performance.now() - since > READY_LIMIT_MS) throw new Error('no hand: the stand-in child did not start');
  }
  const socket = connect(path).setEncoding('utf8');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return {
    does: (what) =>
      new Promise((resolve) => {
        socket.once('data', resolve);
        socket.write(`${what}\n`);
      }),
    close: () => socket.destroy(),
  };
}

async function day({ program, state, keyService, cards }) {
  const port = await freePort();
  const handPath = join(state.dirs.run, 'hand.sock');
  const env = environment(state, port, { RHC_KEY_SERVICE_URL: keyService.url, RHC_BENCH_HAND: handPath });
  const { child } = await started(program, { env, port });
  try {
    const token = readFileSync(state.tokens.agent, 'utf8').trim();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-rhc-request': '1' };
    const post = async (path, body) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path} ${answer.status} ${(await answer.text()).slice(0, 300)}`);
      return answer.json();
    };
    const inserted = [];
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/events`, { headers });
    const seen = () => new Promise((resolve) => inserted.push(resolve));
    socket.on('message', (text) => {
      if (JSON.parse(String(text)).event === 'card-inserted') inserted.shift()?.();
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const card = await hand(handPath);
    const samples = [];
    for (let done = 0; done < cards; done += 1) {
      if (done % Math.ceil(cards / SAMPLES) === 0) samples.push(residentMib(child.pid));
      const there = seen();
      await card.does('insert');
      await Promise.race([
        there,
        pause(READY_LIMIT_MS, null, { ref: false }).then(() => Promise.reject(new Error('card not seen'))),
      ]);
      const { insertion } = await post('/v1/card/read', {});
      await post('/v1/card/health-summary', {});
      const written = await post('/v1/card/patch', { insertion, patch: { asthma: done % 2 === 1 }, expected: {} });
      if (written.elements[0].outcome !== 'applied')
        throw new Error(`card ${done}: ${JSON.stringify(written).slice(0, 300)}`);
      await card.does('remove');
    }
    samples.push(residentMib(child.pid));
    socket.close();
    card.close();
    return { samples, bundle: await diagnosticsBundle(port, headers) };
  } finally {
    await ended(child);
  }
}

/** From the question to the last byte of the zip. */
async function diagnosticsBundle(port, headers) {
  const since = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}/v1/diagnostics/bundle`, { headers });
  const zip = new Uint8Array(await answer.arrayBuffer());
  const spentMs = performance.now() - since;
  if (!answer.ok) throw new Error(`diagnostics bundle ${answer.status}`);
  const files = Object.keys(unzipSync(zip));
  if (!['agent.log', 'dialogues.json'].every((name) => files.includes(name))) throw new Error(`left out: ${files}`);
  return { spentMs, kib: zip.length / 1024 };
}

async function coldStarts(program, folder) {
  const each = [];
  for (let start = 0; start < STARTS; start += 1) {
    const port = await freePort();
    const state = prepareState(join(folder, `start-${start}`));
    const env = environment(state, port, { RHC_BENCH_HAND: join(state.dirs.run, 'hand.sock') });
    const { child, spent } = await started(program, { env, port });
    each.push(spent);
    await ended(child);
  }
  return each.sort((a, b) => a - b);
}

/** @param {{ cards?: number }} [options] @throws RangeError for a number of cards that cannot be halved */
export async function run({ cards = DEFAULT_CARDS } = {}) {
  if (!Number.isSafeInteger(cards) || cards < SAMPLES)
    throw new RangeError(`--cards 须为不小于 ${SAMPLES} 的整数 · must be a whole number of at least ${SAMPLES}`);
  const folder = mkdtempSync(join(tmpdir(), 'rhc-day-'));
  const processes = new Processes((line) => process.stderr.write(`${line}\n`));
  try {
    const state = prepareState(folder);
    const program = join(folder, 'rhc-agent');
    await packageFolder({ root: ROOT, out: program, version: 'bench' });
    writeFileSync(join(program, 'app/pcsc/child.js'), `await import(${JSON.stringify(STAND_IN)});\n`);
    await runPilotCeremony(ROOT, state);
    const { keyService } = await startServices(ROOT, state, processes, {
      csockName: null,
      only: ['key-service'],
      more: { 'key-service': { RHC_KEY_SERVICE_TERMINAL_REQUESTS_PER_SECOND: DAY_WITHOUT_PAUSES_PER_SECOND } },
    });
    const { samples, bundle } = await day({ program, state, keyService, cards });
    const starts = await coldStarts(program, folder);
    const most = Math.max(...samples);
    const middle = samples[Math.floor(samples.length / 2)];
    const last = samples[samples.length - 1];
    const start = starts[(STARTS - 1) / 2];
    return [
      {
        name: `agent's memory at most, ${cards} cards`,
        value: most,
        unit: 'MiB',
        baseline: samples[0],
        ratio: most / samples[0],
        target: target(`≤ ${TARGETS.mostMib} MiB`, most <= TARGETS.mostMib),
      },
      {
        name: '  at the end, against the middle of the day',
        value: last,
        unit: 'MiB',
        baseline: middle,
        ratio: last / middle,
        target: target(`< × ${TARGETS.growth}`, last / middle < TARGETS.growth),
      },
      {
        name: `diagnostics bundle at the end, ${Math.round(bundle.kib)} KiB`,
        value: bundle.spentMs,
        unit: 'ms',
        baseline: null,
        ratio: null,
        target: target(`≤ ${TARGETS.bundleMs / 1000} s`, bundle.spentMs <= TARGETS.bundleMs),
      },
      {
        name: `agent's cold start, median of ${STARTS}`,
        value: start,
        unit: 'ms',
        baseline: null,
        ratio: null,
        target: target(`≤ ${TARGETS.coldStartMs} ms`, start <= TARGETS.coldStartMs),
      },
    ];
  } finally {
    await processes.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { cards: { type: 'string', default: String(DEFAULT_CARDS) } } });
  console.table(await run({ cards: Number(values.cards) }));
}
