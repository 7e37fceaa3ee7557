/**
 * `npm run bench`: how much our layers cost, each figure beside a bare loop of the same run, because only ratios travel
 * from one machine to another. Writes var/bench/latest.json.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { withProgress } from './setup/progress.mjs';
import { runPilotCeremony } from './start/ceremony.mjs';
import { bold, dim, red, say, table } from './start/print.mjs';
import { Processes } from './start/processes.mjs';
import { startReaders, startServices } from './start/services.mjs';
import { prepareState } from './start/state.mjs';

/** @typedef {{ name: string, value: number, unit: string, baseline: number | null, ratio: number | null }} Row */

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const PREPARE_MS = 4000;
const PREPARE_PARALLEL = 8;
const HSM_BENCH = 'key-service/bench/hsm.bench.mjs';
const APDU_BENCH = 'reader-agent/bench/apdu.bench.mjs';
const DESK_BENCH = 'reader-agent/bench/desk.bench.mjs';
const HOTLIST_BENCH = 'card-issuer/bench/hotlist.bench.mjs';

/**
 * Cards prepared over HTTP by a key-service of its own state, against the bare loop of the HSM bench, which prepares
 * cards of the same keys in one process.
 * @param {readonly Row[]} hsmRows @returns {Promise<Row[]>}
 */
async function cardsPrepared(hsmRows) {
  const state = prepareState(join(ROOT, 'var/bench/state'));
  const processes = new Processes((line) => process.stderr.write(`${line}\n`));
  try {
    await runPilotCeremony(ROOT, state);
    const { keyService } = await startServices(ROOT, state, processes, { csockName: null, only: ['key-service'] });
    const hex = (/** @type {number} */ bytes) => randomBytes(bytes).toString('hex').toUpperCase();
    const prepareOne = () =>
      keyService.demand('POST', '/v1/personalization/prepare', {
        json: {
          cardFactor: hex(8),
          provinceCode: '13',
          challenge: hex(8),
          masterKeyVersion: 0,
          securityCodeBlock: hex(16),
          issuer: '1301',
        },
      });
    await prepareOne();
    let cards = 0;
    const started = performance.now();
    const lane = async () => {
      while (performance.now() - started < PREPARE_MS) {
        await prepareOne();
        cards += 1;
      }
    };
    await Promise.all(Array.from({ length: PREPARE_PARALLEL }, lane));
    const value = (cards * 1000) / (performance.now() - started);
    const baseline = hsmRows.find(({ name }) => name.startsWith('cards prepared'))?.baseline ?? null;
    return [
      {
        name: 'cards prepared over HTTP, 8 clients',
        value,
        unit: 'cards/s',
        baseline,
        ratio: baseline === null ? null : value / baseline,
      },
    ];
  } finally {
    await processes.stop();
  }
}

/** The agent on a reader stack of its own with a virtual card. @returns {Promise<Row[]>} */
async function apdus() {
  const state = prepareState(join(ROOT, 'var/bench/state'));
  const processes = new Processes((line) => process.stderr.write(`${line}\n`));
  const stack = await startReaders(ROOT, state, processes);
  try {
    return await (await import(pathToFileURL(join(ROOT, APDU_BENCH)).href)).run({ csock: stack.csockName });
  } finally {
    await processes.stop();
    await stack.stop();
  }
}

/** @param {number} value */
function figure(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

/** @type {Row[]} */
const rows = [];
/** @type {string[]} */
const faults = [];
/** @param {{ zh: string, en: string }} label @param {() => Promise<Row[]>} work */
const measure = async (label, work) => {
  try {
    rows.push(...(await withProgress(label, work)));
  } catch (error) {
    faults.push(`${label.zh} · ${label.en}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

await measure({ zh: '密码机', en: 'HSM worker against a bare loop' }, async () =>
  (await import(pathToFileURL(join(ROOT, HSM_BENCH)).href)).run(),
);
await measure({ zh: 'APDU', en: 'agent against a bare loop on the same binding' }, apdus);
await measure({ zh: '诊室', en: 'a desk’s work under the wire model' }, async () =>
  (await import(pathToFileURL(join(ROOT, DESK_BENCH)).href)).run({ root: ROOT }),
);
await measure({ zh: '每秒备卡', en: 'cards prepared over HTTP' }, () => cardsPrepared(rows));
await measure({ zh: '黑名单', en: 'hotlist at 55 M cards' }, async () =>
  (await import(pathToFileURL(join(ROOT, HOTLIST_BENCH)).href)).run(),
);

say(
  `\n${bold('基准')} ${dim(`benchmarks · Node ${process.version} · ${cpus().length} × ${cpus()[0]?.model ?? ''}`)}\n`,
);
table([
  ['', '测得 measured', '裸循环 bare loop', '比 ratio'].map(bold),
  ...rows.map(({ name, value, unit, baseline, ratio }) => [
    name,
    `${figure(value)} ${unit}`,
    baseline === null ? '—' : `${figure(baseline)} ${unit}`,
    ratio === null ? '—' : ratio.toFixed(2),
  ]),
]);
for (const fault of faults) say(`${red('✗')} ${fault}`);
mkdirSync(join(ROOT, 'var/bench'), { recursive: true });
const latest = join(ROOT, 'var/bench/latest.json');
writeFileSync(latest, `${JSON.stringify({ node: process.version, cpus: cpus().length, rows, faults }, null, 2)}\n`);
say(`\n${dim(latest)}`);
process.exit(faults.length === 0 ? 0 : 1);
