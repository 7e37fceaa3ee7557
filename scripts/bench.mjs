/**
 * `npm run bench`: how much our layers cost, each figure beside a bare loop of the same run, because only ratios travel
 * from one machine to another. Writes var/bench/latest.json.
 */
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withProgress } from './setup/progress.mjs';
import { bold, dim, green, red, say, table, yellow } from './start/print.mjs';

/** @typedef {{ name: string, value: number, unit: string, baseline: number | null, ratio: number | null, target?: { text: string, met: boolean } }} Row */

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const HSM_BENCH = 'key-service/bench/hsm.bench.mjs';
const KEY_SERVICE_BENCH = 'key-service/bench/key-service.bench.mjs';
const APDU_BENCH = 'reader-agent/bench/apdu.bench.mjs';
const DESK_BENCH = 'reader-agent/bench/desk.bench.mjs';
const DAY_BENCH = 'reader-agent/bench/day.bench.mjs';
const IMPORT_BENCH = 'card-issuer/bench/residents.bench.mjs';
const LOOK_UP_BENCH = 'card-issuer/bench/look-up.bench.mjs';
const ISSUING_BENCH = 'card-issuer/bench/issuing.bench.mjs';
const HOTLIST_BENCH = 'card-issuer/bench/hotlist.bench.mjs';

/**
 * @param {string} file @param {Record<string, unknown>} [options] @param {boolean} [needsStack] a reader stack with virtual cards
 * @returns {Promise<Row[]>}
 */
function alone(file, options = {}, needsStack = false) {
  const child = fork(join(ROOT, 'scripts/bench-alone.mjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send({ file, options, needsStack });
  return new Promise((resolve, reject) => {
    child.once('message', (/** @type {{ rows?: Row[], fault?: string }} */ { rows: measured, fault }) =>
      measured === undefined ? reject(new Error(fault)) : resolve(measured),
    );
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`${file}: ${status}`)));
  });
}

/** @param {number} value */
function figure(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

/**
 * `--operations N`: over how many operations key-service's memory is watched. `--rows N`, `--residents N`: sizes of import and
 * look-up, each measured at ten times as well.
 */
const { values: words } = parseArgs({
  options: {
    operations: { type: 'string' },
    rows: { type: 'string', default: '20000' },
    residents: { type: 'string', default: '100000' },
  },
});
const asked = words.operations === undefined ? {} : { operations: Number(words.operations) };
const [rosterRows, people] = [Number(words.rows), Number(words.residents)];
if (![rosterRows, people].every((size) => Number.isSafeInteger(size) && size > 0)) {
  process.stderr.write('用法 usage: npm run bench -- [--operations N] [--rows N] [--residents N]\n');
  process.exit(2);
}

/** @param {Row['target']} target */
function verdict(target) {
  if (target === undefined) return '';
  return target.met ? green(`✓ ${target.text}`) : yellow(`✗ ${target.text}`);
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

await measure({ zh: '密码机', en: 'HSM worker against a bare loop' }, () => alone(HSM_BENCH));
await measure({ zh: 'APDU', en: 'agent against a bare loop on the same binding' }, () => alone(APDU_BENCH, {}, true));
await measure({ zh: '诊室', en: 'a desk’s work under the wire model' }, () => alone(DESK_BENCH, { root: ROOT }));
await measure({ zh: '一天', en: 'memory over a day’s cards, cold start' }, () => alone(DAY_BENCH));
await measure({ zh: '密钥服务', en: 'key-service over HTTP against the bare token' }, () =>
  alone(KEY_SERVICE_BENCH, asked),
);
await measure({ zh: '名册', en: 'import of a roster' }, () => alone(IMPORT_BENCH, { rows: rosterRows }));
await measure({ zh: '查找', en: 'look-up of residents' }, () => alone(LOOK_UP_BENCH, { residents: people }));
await measure({ zh: '发卡', en: 'whole issuing jobs against the bare dialogue' }, () => alone(ISSUING_BENCH));
await measure({ zh: '黑名单', en: 'hotlist at 55 M cards' }, () => alone(HOTLIST_BENCH));

say(
  `\n${bold('基准')} ${dim(`benchmarks · Node ${process.version} · ${cpus().length} × ${cpus()[0]?.model ?? ''}`)}\n`,
);
table([
  ['', '测得 measured', '裸循环 bare loop', '比 ratio', '目标 target'].map(bold),
  ...rows.map(({ name, value, unit, baseline, ratio, target }) => [
    name,
    `${figure(value)} ${unit}`,
    baseline === null ? '—' : `${figure(baseline)} ${unit}`,
    ratio === null ? '—' : ratio.toFixed(2),
    verdict(target),
  ]),
]);
for (const fault of faults) say(`${red('✗')} ${fault}`);
mkdirSync(join(ROOT, 'var/bench'), { recursive: true });
const latest = join(ROOT, 'var/bench/latest.json');
writeFileSync(latest, `${JSON.stringify({ node: process.version, cpus: cpus().length, rows, faults }, null, 2)}\n`);
say(`\n${dim(latest)}`);
process.exit(faults.length === 0 ? 0 : 1);
