/**
 * `npm test`: everything that says whether the house stands, one check after the other, and one line that sums it up.
 * `npm test -- --only unit` (types, format, lint, architecture, unit, real, smoke) runs a part.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { heading, runStreamed } from './test/check.mjs';
import { countJest } from './test/jest-report.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const REPORTS = join(ROOT, 'var/test');
const bin = (/** @type {string} */ path) => [process.execPath, join(ROOT, 'node_modules', path)];
/** @type {{ workspaces: string[] }} */
const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** @type {{ skips: { test: string, reason: string }[] }} */
const { skips } = JSON.parse(readFileSync(join(ROOT, 'scripts/allowed-skips.json'), 'utf8'));

const TOOLS = [
  { name: 'build', title: '编译 · tsc -b', command: [...bin('typescript/bin/tsc'), '-b'] },
  {
    name: 'types',
    title: '测试的类型 · types of the tests',
    command: [...bin('typescript/bin/tsc'), '-p', 'tsconfig.test.json'],
  },
  {
    name: 'types',
    title: '控制台的类型 · types of the consoles',
    command: [...bin('typescript/bin/tsc'), '-p', 'tsconfig.web.json'],
  },
  {
    name: 'types',
    title: '基准的类型 · types of the benches',
    command: [...bin('typescript/bin/tsc'), '-p', 'tsconfig.bench.json'],
  },
  { name: 'format', title: '格式与规则 · biome', command: [...bin('@biomejs/biome/bin/biome'), 'check', '.'] },
  {
    name: 'lint',
    title: '丢失的 Promise · eslint',
    command: [
      ...bin('eslint/bin/eslint.js'),
      ...workspaces
        .flatMap((room) => [`${room}/src`, `${room}/test`])
        .filter((folder) => existsSync(join(ROOT, folder))),
      'test',
    ],
  },
  {
    name: 'architecture',
    title: '导入规则 · import rules',
    command: [
      ...bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err-long',
      ...workspaces
        .flatMap((room) => [`${room}/src`, `${room}/web`])
        .filter((folder) => existsSync(join(ROOT, folder))),
    ],
  },
];
/** As many as there are cores: with three on two, pages met pauses that no clerk's machine has, and tests failed of them. */
const SUITES = [
  { name: 'unit', title: '单元测试 · unit suites', flags: ['--maxWorkers=2'] },
  { name: 'real', title: '真实部件测试 · suites on real parts', flags: ['--maxWorkers=2'] },
];
const SMOKE = {
  name: 'smoke',
  title: '编译产物 · smoke test of dist',
  command: [process.execPath, 'scripts/test/smoke.mjs'],
};

const at = process.argv.indexOf('--only');
const only = at < 0 ? null : (process.argv[at + 1] ?? '').split(',');
const wanted = (/** @type {string} */ name) => only === null || only.includes(name);
const known = [...TOOLS, ...SUITES, SMOKE].map(({ name }) => name);
const unknown = (only ?? []).filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`没有这个检查 · there is no such check: ${unknown.join(', ')} (${known.join(', ')})`);
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const faults = [];
const started = Date.now();
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

const runTool = async (/** @type {{ name: string, title: string, command: string[] }} */ { name, title, command }) => {
  if (!wanted(name)) return;
  heading(title);
  const status = await runStreamed(command, { cwd: ROOT });
  if (status === 0) total.passed += 1;
  else {
    total.failed += 1;
    faults.push(`${title} (${status})`);
  }
};

for (const tool of TOOLS) await runTool(tool);
for (const { name, title, flags } of SUITES) {
  if (!wanted(name)) continue;
  heading(title);
  const report = join(REPORTS, `${name}.json`);
  const status = await runStreamed(
    [...bin('jest/bin/jest.js'), '--selectProjects', name, ...flags, '--json', `--outputFile=${report}`],
    // Jest prints the report on standard output too; people read standard error.
    { cwd: ROOT, quietOutput: true, report },
  );
  const count = countJest(report, new Set(skips.map(({ test }) => test)));
  if (status !== 0 && count.failed === 0) {
    count.failed += 1;
    count.faults.push(`${title} (${status})`);
  }
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
  faults.push(...count.faults);
}
await runTool(SMOKE);

if (faults.length > 0) {
  heading('未通过 · failed');
  for (const fault of faults) console.log(`✗ ${fault}`);
}
console.log(`\n${((Date.now() - started) / 1000).toFixed(0)} s`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
