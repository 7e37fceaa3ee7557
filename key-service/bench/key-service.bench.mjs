/**
 * (Over 300 lines: the figures share one token, one service and one run, else their ratios would say nothing.)
 * What the whole service gives over HTTP, each figure against a bare loop on the same token in the same run: terminal
 * authentications with their latencies, personalization, audit appends, memory over many operations. The token comes
 * from the pilot ceremony, the service is a process of its own with its token file. Needs `dist`. A missed target is
 * printed and fails nothing. `node key-service/bench/key-service.bench.mjs [--operations 200000]`
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadHsmConfig } from '@rhc/hsm-config';
import { runPilotCeremony } from '../../scripts/start/ceremony.mjs';
import { Processes } from '../../scripts/start/processes.mjs';
import { startServices } from '../../scripts/start/services.mjs';
import { prepareState } from '../../scripts/start/state.mjs';
import { attachHsm } from '../dist/attach.js';
import { openAuditRoom } from '../dist/audit/audit-room.js';
import { readText, stateFolder } from '../dist/ceremony-room.js';
import { Keyring } from '../dist/domain/key-versions.js';
import { prepareInput } from '../dist/domain/personalization.js';
import { terminalInput, terminalVersions } from '../dist/domain/terminal.js';
import { operations } from '../dist/hsm/operations/index.js';
import { RECYCLE_ABOVE_BYTES } from '../dist/hsm/worker-pool.js';
import { auditStore } from '../dist/store/audit-store.js';
import { openDatabase } from '../dist/store/database.js';
import { keyVersionStore } from '../dist/store/stores.js';
import { bareToken } from './bare-token.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TOKEN_LABEL = 'rhc-pilot';
const CLIENTS = 8;
const BATCH = 8;
/** A desk that reads the whole summary authenticates for four directories in one call. */
const CALL_SIZES = [4, BATCH];
const WARM_MS = 1_000;
const MEASURE_MS = 4_000;
const AUDIT_MS = 2_000;
const DEFAULT_OPERATIONS = 16_000;
const SAMPLES = 20;
/** On two cores with SoftHSM2. Growth is of the service, which nothing recycles; a worker's bound is the pool's own. */
const TARGETS = {
  authentications: 2_500,
  p99Ms: 25,
  personalization: 0.6,
  growth: 1.05,
  recycleMib: RECYCLE_ABOVE_BYTES / 1024 / 1024,
};

const hex = (/** @type {number} */ bytes) => randomBytes(bytes).toString('hex').toUpperCase();
const oneOperation = () => ({
  kind: /** @type {const} */ ('external-authentication'),
  slot: /** @type {const} */ ('STK.DF02'),
  challenge: hex(8),
});
/** Every call is another card, as at a desk: nothing of the last one helps. */
const authentication = (count = 1) => ({
  cardFactor: hex(8),
  provinceCode: '13',
  operations: Array.from({ length: count }, oneOperation),
});
const personalization = () => ({
  cardFactor: hex(8),
  provinceCode: '13',
  challenge: hex(8),
  masterKeyVersion: 0,
  securityCodeBlock: hex(16),
  issuer: '1301000000000000000001',
});

const row = (name, value, unit, baseline, target) => ({
  name,
  value,
  unit,
  baseline,
  ratio: baseline === null ? null : value / baseline,
  ...(target === undefined ? {} : { target }),
});
const target = (text, met) => ({ text, met });

/** Service whose process id is known, so that its memory can be read. */
class WatchedProcesses extends Processes {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  child = undefined;
  start(plan) {
    super.start({ ...plan, spawn: (stdio) => (this.child = plan.spawn(stdio)) });
  }
}

/** Calls in a loop for so long, in this process. */
function bareLoop(work, milliseconds) {
  work();
  const started = performance.now();
  let count = 0;
  for (; performance.now() - started < milliseconds; count++) work();
  return (count * 1000) / (performance.now() - started);
}

/** Parallel lanes until `done`; calls a second and latencies in ms, ascending. */
async function lanes(work, done) {
  const latencies = [];
  const started = performance.now();
  const lane = async () => {
    while (!done(performance.now() - started, latencies.length)) {
      const asked = performance.now();
      await work();
      latencies.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, lane));
  const perSecond = (latencies.length * 1000) / (performance.now() - started);
  return { perSecond, latencies: latencies.sort((a, b) => a - b) };
}
const forMs = (milliseconds) => (spent) => spent >= milliseconds;
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/**
 * Kept-alive connections, as many as clients, spoken to in bare HTTP/1.1: node's own client takes four times the processor
 * time (153 µs a call against 35 µs, bare echo server), and it shares the two cores with what is measured.
 */
function caller(url, bearer) {
  const { hostname, port, host } = new URL(url);
  const idle = Array.from({ length: CLIENTS }, () =>
    connect(Number(port), hostname).setNoDelay().setEncoding('latin1'),
  );
  const post = (path, json) =>
    new Promise((resolve, reject) => {
      const socket = idle.pop();
      if (socket === undefined) throw new RangeError(`more than ${CLIENTS} calls at once`);
      const body = JSON.stringify(json);
      let text = '';
      const end = () => socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close');
      const fail = (error) => {
        end();
        reject(error ?? new Error(`${path}: connection closed`));
      };
      socket.once('error', fail).once('close', () => fail());
      socket.on('data', (chunk) => {
        text += chunk;
        const head = text.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/^content-length: (\d+)/im.exec(text)?.[1]);
        if (!(text.length >= head + 4 + length)) return;
        end();
        idle.push(socket);
        const answer = text.slice(head + 4);
        if (text.startsWith('HTTP/1.1 200 ')) resolve(JSON.parse(answer));
        else reject(new Error(`${path} ${text.slice(9, 12)} ${answer.slice(0, 300)}`));
      });
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${bearer}\r\ncontent-type: application/json\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  const close = () => {
    for (const socket of idle) socket.destroy();
  };
  return { post, close };
}

const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
/** 0 for a process that was just recycled. */
function residentMib(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The token's own figures, and audit appends, before the service is there. */
async function bareFigures(state) {
  const folder = stateFolder(state.dirs.keyService);
  const config = loadHsmConfig(join(ROOT, 'hsm-config'), 'pilot', readText);
  const database = await openDatabase(join(state.dirs.keyService, 'key-service.sqlite'));
  const keyring = new Keyring(await keyVersionStore(database).all(), []);
  await database.destroy();
  const book = { hierarchy: config.hierarchy, keyring };
  const token = bareToken(config, folder, TOKEN_LABEL);
  const terminal = (count) => () => {
    const body = authentication(count);
    operations.terminal(token, terminalInput(book, body, terminalVersions(book, body)));
  };
  try {
    bareLoop(terminal(1), WARM_MS / 2);
    return {
      authentications: bareLoop(terminal(1), MEASURE_MS / 2),
      batched: new Map(CALL_SIZES.map((size) => [size, size * bareLoop(terminal(size), MEASURE_MS / 2)])),
      cards: bareLoop(() => operations.prepare(token, prepareInput(book, personalization())), MEASURE_MS / 2),
      audit: await auditAppends(state, folder, config),
    };
  } finally {
    token.close();
  }
}

/** The product's log on SQLite with checkpoints signed in the token, against bare commits of one row of the same size. */
async function auditAppends(state, folder, config) {
  const place = join(state.dirs.var, 'audit-bench');
  const workerPath = fileURLToPath(new URL('../dist/hsm/worker.js', import.meta.url));
  const hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers: 1 });
  const database = await openDatabase(join(state.dirs.var, 'audit-bench.sqlite'));
  const details = () => ({ cardFactor: hex(8), masterKeyVersion: 0, issuer: '1301000000000000000001', keys: 24 });
  try {
    await database.raw('create table bare_rows (line text not null)');
    const insert = () => database.raw('insert into bare_rows values (?)', [JSON.stringify(details()).padEnd(240)]);
    await insert();
    let rows = 0;
    const started = performance.now();
    for (; performance.now() - started < AUDIT_MS; rows++) await insert();
    const bare = (rows * 1000) / (performance.now() - started);
    const room = await openAuditRoom({ store: auditStore(database), hsm, folder: place, now: () => new Date() });
    try {
      const append = () => room.log.record('personalization-prepare', details());
      await append();
      return { bare, perSecond: (await lanes(append, forMs(AUDIT_MS))).perSecond };
    } finally {
      await room.close();
    }
  } finally {
    await database.destroy();
    await hsm.close();
  }
}

/** Resident memory while so many operations run; means of the first and of the second half. */
async function memory(post, pid, wanted) {
  const samples = [];
  let due = 0;
  await lanes(
    () => post('/v1/terminal', authentication(BATCH)),
    (_spent, calls) => {
      const done = calls * BATCH;
      if (done >= due) {
        due += wanted / SAMPLES;
        const workers = childrenOf(pid).map(residentMib);
        samples.push({ service: residentMib(pid), worker: Math.max(0, ...workers) });
      }
      return done >= wanted;
    },
  );
  const middle = Math.ceil(samples.length / 2);
  const mean = (part, who) => part.reduce((sum, sample) => sum + sample[who], 0) / part.length;
  const halves = (who) => ({ first: mean(samples.slice(0, middle), who), second: mean(samples.slice(middle), who) });
  return {
    service: halves('service'),
    worker: halves('worker'),
    largest: Math.max(...samples.map(({ worker }) => worker)),
  };
}

/** @param {{ operations?: number }} [options] @throws RangeError for a number of operations that is none, or too small to halve */
/** @param size operations a call */
function batchRows(size, { perSecond, latencies }, bare) {
  const { authentications, p99Ms } = TARGETS;
  const rate = perSecond * size;
  const p99 = percentile(latencies, 0.99);
  const met = rate >= authentications;
  return [
    row(
      `terminal authentications over HTTP, ${CLIENTS} clients, ${size} a call`,
      rate,
      'per second',
      bare,
      target(`≥ ${authentications}/s`, met),
    ),
    row('  p50 of a call', percentile(latencies, 0.5), 'ms', (1000 * size) / bare),
    row('  p99 of a call', p99, 'ms', (1000 * size) / bare, target(`≤ ${p99Ms} ms`, p99 <= p99Ms)),
  ];
}

export async function run({ operations: wanted = DEFAULT_OPERATIONS } = {}) {
  if (!Number.isSafeInteger(wanted) || wanted < BATCH * SAMPLES)
    throw new RangeError(
      `--operations 须为不小于 ${BATCH * SAMPLES} 的整数 · must be a whole number of at least ${BATCH * SAMPLES}`,
    );
  const folder = mkdtempSync(join(tmpdir(), 'rhc-bench-service-'));
  const processes = new WatchedProcesses((line) => process.stderr.write(`${line}\n`));
  try {
    const state = prepareState(folder);
    await runPilotCeremony(ROOT, state);
    const bare = await bareFigures(state);
    const { keyService } = await startServices(ROOT, state, processes, { csockName: null, only: ['key-service'] });
    const { post, close } = caller(keyService.url, keyService.token());
    try {
      const authenticate = (count) => () => post('/v1/terminal', authentication(count));
      await lanes(authenticate(1), forMs(WARM_MS));
      const single = await lanes(authenticate(1), forMs(MEASURE_MS));
      const batched = [];
      for (const size of CALL_SIZES) {
        const measured = await lanes(authenticate(size), forMs(MEASURE_MS));
        batched.push(...batchRows(size, measured, bare.batched.get(size) ?? 0));
      }
      const prepare = () => post('/v1/personalization/prepare', personalization());
      await lanes(prepare, forMs(WARM_MS));
      const cards = await lanes(prepare, forMs(MEASURE_MS));
      const used = await memory(post, processes.child?.pid, wanted);
      const perCall = 1000 / bare.authentications;
      const p99 = percentile(single.latencies, 0.99);
      const { authentications, p99Ms, personalization: share, growth, recycleMib } = TARGETS;
      const clients = `over HTTP, ${CLIENTS} clients`;
      const rate = `≥ ${authentications}/s`;
      const halves = (/** @type {{ first: number, second: number }} */ { first, second }) =>
        target(`≤ × ${growth}`, second <= first * growth);
      return [
        row(
          `terminal authentications ${clients}`,
          single.perSecond,
          'per second',
          bare.authentications,
          target(rate, single.perSecond >= authentications),
        ),
        row('  p50', percentile(single.latencies, 0.5), 'ms', perCall),
        row('  p99', p99, 'ms', perCall, target(`≤ ${p99Ms} ms`, p99 <= p99Ms)),
        ...batched,
        row(
          `personalization calls ${clients}`,
          cards.perSecond,
          'cards/s',
          bare.cards,
          target(`≥ × ${share}`, cards.perSecond >= bare.cards * share),
        ),
        row(`audit appends, ${CLIENTS} at once`, bare.audit.perSecond, 'per second', bare.audit.bare),
        row(
          `memory of the service, 2nd half of ${wanted} against 1st`,
          used.service.second,
          'MiB',
          used.service.first,
          halves(used.service),
        ),
        row('memory of the largest HSM worker, the same', used.worker.second, 'MiB', used.worker.first),
        row(
          '  largest ever, against the bound of recycling',
          used.largest,
          'MiB',
          recycleMib,
          target(`≤ ${recycleMib} MiB`, used.largest <= recycleMib),
        ),
      ];
    } finally {
      close();
    }
  } finally {
    await processes.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { operations: { type: 'string', default: String(DEFAULT_OPERATIONS) } } });
  const rows = await run({ operations: Number(values.operations) });
  console.table(
    rows.map(({ target: wanted, value, baseline, ratio, ...rest }) => ({
      ...rest,
      value: Number(value.toPrecision(4)),
      bare: baseline === null ? null : Number(baseline.toPrecision(4)),
      ratio: ratio === null ? null : Number(ratio.toFixed(2)),
      target: wanted === undefined ? '' : `${wanted.met ? 'met' : 'MISSED'} ${wanted.text}`,
    })),
  );
}
