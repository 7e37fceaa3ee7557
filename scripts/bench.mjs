/**
 * `npm run bench`: how much our layers cost, each figure beside a bare loop of the same run, because only ratios travel
 * from one machine to another. Writes var/bench/latest.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startReaderStack } from './reader-stack/reader-stack.mjs';
import { withProgress } from './setup/progress.mjs';
import { bold, dim, green, red, say, table, yellow } from './start/print.mjs';
import { prepareState } from './start/state.mjs';

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

/** The agent on a reader stack of its own with virtual cards. @returns {Promise<Row[]>} */
async function apdus() {
  const { dirs } = prepareState(join(ROOT, 'var/bench/state'));
  const stack = await startReaderStack({ socketDir: join(dirs.run, 'pcscd'), logFile: join(dirs.log, 'pcscd.log') });
  try {
    return await (await import(pathToFileURL(join(ROOT, APDU_BENCH)).href)).run({ stack });
  } finally {
    await stack.stop();
  }
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

await measure({ zh: '密码机', en: 'HSM worker against a bare loop' }, async () =>
  (await import(pathToFileURL(join(ROOT, HSM_BENCH)).href)).run(),
);
await measure({ zh: 'APDU', en: 'agent against a bare loop on the same binding' }, apdus);
await measure({ zh: '诊室', en: 'a desk’s work under the wire model' }, async () =>
  (await import(pathToFileURL(join(ROOT, DESK_BENCH)).href)).run({ root: ROOT }),
);
await measure({ zh: '一天', en: 'memory over a day’s cards, cold start' }, async () =>
  (await import(pathToFileURL(join(ROOT, DAY_BENCH)).href)).run(),
);
await measure({ zh: '密钥服务', en: 'key-service over HTTP against the bare token' }, async () =>
  (await import(pathToFileURL(join(ROOT, KEY_SERVICE_BENCH)).href)).run(asked),
);
await measure({ zh: '名册', en: 'import of a roster' }, async () =>
  (await import(pathToFileURL(join(ROOT, IMPORT_BENCH)).href)).run({ rows: rosterRows }),
);
await measure({ zh: '查找', en: 'look-up of residents' }, async () =>
  (await import(pathToFileURL(join(ROOT, LOOK_UP_BENCH)).href)).run({ residents: people }),
);
await measure({ zh: '发卡', en: 'whole issuing jobs against the bare dialogue' }, async () =>
  (await import(pathToFileURL(join(ROOT, ISSUING_BENCH)).href)).run(),
);
await measure({ zh: '黑名单', en: 'hotlist at 55 M cards' }, async () =>
  (await import(pathToFileURL(join(ROOT, HOTLIST_BENCH)).href)).run(),
);

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
