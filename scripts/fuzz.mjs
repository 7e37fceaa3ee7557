/**
 * `npm run fuzz -- --apdus 5000000 --seed 7`: the fuzzers of CI (test/fuzz), longer and from another seed. Everything
 * follows from the two numbers; a fault prints its seed, its path and the APDUs that led to it.
 */
import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runStreamed } from './test/check.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const USAGE = '用法 · usage: npm run fuzz -- [--apdus 1000000] [--seed 1] [--only card|sam|session|parsers|mutants]';

const number = (/** @type {string | undefined} */ text, /** @type {number} */ otherwise) => {
  const value = text === undefined ? otherwise : Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 2 ** 31 - 1) return value;
  console.error(USAGE);
  process.exit(2);
};

const { values } = parseArgs({
  options: { apdus: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string', default: '' } },
});
const apdus = number(values.apdus, 1_000_000);
const seed = number(values.seed, randomInt(1, 2 ** 31 - 1));
console.log(`模糊测试 · fuzzing: ${apdus} APDUs, seed ${seed}`);
process.exitCode = await runStreamed(
  [
    process.execPath,
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    'real',
    '--runInBand',
    '--testPathPatterns',
    `${ROOT}/test/fuzz/${values.only}`,
  ],
  { cwd: ROOT, env: { ...process.env, RHC_FUZZ_APDUS: String(apdus), RHC_FUZZ_SEED: String(seed) } },
);
