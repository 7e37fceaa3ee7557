/**
 * `npm run conformance`: runs the suite of test-vectors/conformance on the virtual card in this process, through pcscd, or
 * on a card in a PC/SC reader, and prints what it covers by clause. What would change a real card is skipped unless asked
 * for, and said loudly.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inProcessCard, pilotImages } from './conformance/in-process-card.mjs';
import { coverage, loadSuite, runSuite } from './conformance/suite.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const SUITES = ['intl-128', 'sm-128', 'pboc-3des'];
const CONSEQUENCES = ['none', 'writes', 'irreversible'];
const HELP = `一致性套件 · Conformance suite

  npm run conformance                        进程内虚拟卡 · virtual card in this process
  npm run conformance -- --virtual-reader    虚拟卡经 pcscd · virtual card through pcscd
  npm run conformance -- --reader NAME       读卡器中的真实卡 · a card in a PC/SC reader

  --suite NAME         ${SUITES.join(', ')} (intl-128)
  --province NN        省级分散因子 province of the card's keys (13)
  --allow-writes       真实卡:允许改变内容的用例 real card: cases that change contents
  --allow-irreversible 真实卡:允许锁定、锁死密钥、换钥的用例 real card: cases that block, use up tries, re-key
  --case PREFIX        只运行此类用例 only cases whose id begins so
  --list               只列条款与用例数 list clauses and counts, run nothing
  --json FILE          结果写入文件 write the results to a file
`;

const say = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

/** @param {readonly any[]} clauses @param {readonly any[]} cases */
function printCoverage(clauses, cases) {
  const rows = coverage(clauses, cases);
  say('\n条款 · Clauses');
  for (const row of rows.filter(({ cases: count }) => count > 0)) {
    say(`  ${String(row.cases).padStart(4)}  ${row.id}  ${row.title.zh} · ${row.title.en}`);
  }
  say('\n没有用例的条款 · Clauses without a case');
  for (const row of rows.filter(({ cases: count }) => count === 0)) {
    say(
      `     -  ${row.id}  ${row.title.zh} · ${row.title.en}\n           ${row.withoutCase?.zh} · ${row.withoutCase?.en}`,
    );
  }
}

/** @param {any} values */
async function openCard(values) {
  const suite = values.suite;
  if (values['virtual-reader']) {
    const { startVirtualReader } = await import('./conformance/virtual-reader.mjs');
    const { card, reader, stop } = await startVirtualReader(ROOT, suite);
    return { card, name: reader.name, allow: CONSEQUENCES, stop };
  }
  if (values.reader !== undefined) {
    const { cardInReader, openReader, ReaderMissing } = await import('./conformance/pcsc-card.mjs');
    const reader = await openReader(values.reader).catch((/** @type {unknown} */ error) => {
      if (!(error instanceof ReaderMissing)) throw error;
      process.stderr.write(
        `没有带卡的读卡器“${values.reader}” · no reader “${values.reader}” with a card in it (${error.message})\n`,
      );
      process.exit(2);
    });
    const allow = [
      'none',
      ...(values['allow-writes'] ? ['writes'] : []),
      ...(values['allow-irreversible'] ? ['irreversible'] : []),
    ];
    return { card: cardInReader(reader), name: reader.name, allow, stop: () => reader.disconnect() };
  }
  const card = inProcessCard({ images: pilotImages(suite) });
  return { card, name: '虚拟卡 · virtual card', allow: CONSEQUENCES, stop: async () => undefined };
}

function readOptions() {
  try {
    const text = /** @type {const} */ ({ type: 'string' });
    const flag = /** @type {const} */ ({ type: 'boolean' });
    const { values } = parseArgs({
      options: {
        reader: text,
        suite: { ...text, default: 'intl-128' },
        province: { ...text, default: '13' },
        case: text,
        json: text,
        'virtual-reader': flag,
        'allow-writes': flag,
        'allow-irreversible': flag,
        list: flag,
        help: flag,
      },
    });
    if (!SUITES.includes(values.suite)) throw new Error(`--suite: ${SUITES.join(', ')}`);
    if (!/^\d{2}$/.test(values.province)) throw new Error('--province NN');
    return values;
  } catch (error) {
    process.stderr.write(`选项有误 · wrong option: ${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return process.exit(2);
  }
}

/** @param {any} result */
function printCase({ case: one, skipped, deviation }) {
  if (skipped !== null || deviation === null) return;
  say(`✗ ${one.id} [${one.clause}] ${one.title.zh} · ${one.title.en}`);
  say(
    `    第 ${deviation.step} 步 · step ${deviation.step} (${deviation.verb}): 应为 expected ${deviation.expected}, 实得 got ${deviation.got}`,
  );
}

/** @param {readonly any[]} results */
function printSkips(results) {
  const skips = new Map();
  for (const { skipped } of results) if (skipped !== null) skips.set(skipped, (skips.get(skipped) ?? 0) + 1);
  for (const [reason, count] of skips) {
    say(`⚠ 跳过 ${count} 个用例 · ${count} cases SKIPPED: ${reason}`);
  }
}

const values = readOptions();
if (values.help) {
  say(HELP);
  process.exit(0);
}
const { cases: all, clauses } = loadSuite(join(ROOT, 'test-vectors/conformance'));
const cases = all.filter(({ id }) => id.startsWith(values.case ?? ''));
if (values.list) {
  printCoverage(clauses, all);
  process.exit(0);
}
const { card, name, allow, stop } = await openCard(values);
say(`${cases.length} 个用例 · cases — ${name}, ${values.suite}`);
const started = performance.now();
const suite = /** @type {import('@rhc/card/profile').AlgorithmSuite} */ (values.suite);
const results = await runSuite({ cases, card, suite, province: values.province, allow, onCase: printCase });
await stop();
const failed = results.filter(({ deviation }) => deviation !== null).length;
const skipped = results.filter((result) => result.skipped !== null).length;
printCoverage(clauses, all);
say('');
printSkips(results);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
say(
  `${failed === 0 ? '✓' : '✗'} 通过 ${results.length - failed - skipped},不符 ${failed},跳过 ${skipped} · passed ${results.length - failed - skipped}, failed ${failed}, skipped ${skipped} (${seconds} s)`,
);
if (values.json !== undefined) {
  const lines = results.map(({ case: { id, clause }, ...rest }) => ({ id, clause, ...rest }));
  writeFileSync(
    values.json,
    `${JSON.stringify({ card: name, suite: values.suite, failed, skipped, results: lines }, null, 1)}\n`,
  );
}
// pcsclite's threads may keep an ordinary exit waiting.
process.exit(failed === 0 ? 0 : 1);
