/**
 * The import rules of ARCHITECTURE.md hold, and the check that says so is not asleep: a violation of each rule is
 * planted in a small copy of the house and must be caught under that rule's name, and right imports must not.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ALLOWED, PLANTED } from './planted.ts';

const ROOT = join(__dirname, '../..');
const ROOMS: readonly string[] = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { workspaces: string[] }
).workspaces;
const INDEXED = ROOMS.flatMap((room) =>
  ['hsm-config', 'service-shell', 'console-shell'].includes(room)
    ? [`${room}/src/index.ts`]
    : [
        'bytes',
        'errors',
        'profile',
        'secure-messaging',
        'contract',
        'client',
        'hsm',
        'cos',
        'domain',
        'http',
        'store',
      ].map((folder) => `${room}/src/${folder}/index.ts`),
);

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

function cruise(folder: string): Violation[] {
  const tool = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const rooms = ROOMS.flatMap((room) => [`${room}/src`, `${room}/web`]).filter((path) =>
    existsSync(join(folder, path)),
  );
  const answer = spawnSync(
    process.execPath,
    [tool, '--config', join(ROOT, '.dependency-cruiser.cjs'), '--output-type', 'json', ...rooms],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (!answer.stdout.startsWith('{')) throw new Error(answer.stderr || answer.stdout);
  return (JSON.parse(answer.stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const house = mkdtempSync(join(tmpdir(), 'rhc-house-'));
let found: Violation[] = [];

beforeAll(() => {
  symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
  for (const room of ROOMS) {
    mkdirSync(join(house, room));
    cpSync(join(ROOT, room, 'package.json'), join(house, room, 'package.json'));
  }
  for (const file of [...INDEXED, 'card/src/bytes/inner.ts', 'test-vectors/vector.ts'])
    write(join(house, file), 'export const here = true;\n');
  for (const { file, imports } of [...PLANTED, ...ALLOWED])
    write(join(house, file), `import * as planted from '${imports}';\nexport { planted };\n`);
  found = cruise(house);
}, 60_000);

afterAll(() => rmSync(house, { recursive: true, force: true }));

describe('architecture', () => {
  test.each(PLANTED)('$rule catches $imports in $file', ({ rule, file }) => {
    const caught = found.filter((violation) => violation.from === file).map((violation) => violation.rule.name);
    expect(caught).toContain(rule);
  });

  test.each(ALLOWED)('$imports is allowed in $file', ({ file }) => {
    expect(found.filter((violation) => violation.from === file)).toEqual([]);
  });

  test('each rule has a planted violation', () => {
    // The rules are data of a CommonJS file that the tool itself loads.
    const { forbidden } = loadRules(join(ROOT, '.dependency-cruiser.cjs'));
    const planted = new Set(PLANTED.map(({ rule }) => rule));
    expect(forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });

  test('the house itself keeps every rule', () => {
    expect(cruise(ROOT).map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
  }, 60_000);

  test('the domain may not look at process.env', () => {
    const file = join(house, 'card-issuer/src/domain/environment.ts');
    write(file, 'export const home = process.env.HOME;\n');
    cpSync(join(ROOT, 'eslint.config.js'), join(house, 'eslint.config.js'));
    const tool = join(ROOT, 'node_modules/eslint/bin/eslint.js');
    const answer = spawnSync(process.execPath, [tool, '--format', 'json', 'card-issuer/src/domain/environment.ts'], {
      cwd: house,
      encoding: 'utf8',
      env: { ...process.env, RHC_LINT_UNTYPED: '1' },
    });
    if (!answer.stdout.startsWith('[')) throw new Error(answer.stderr);
    const [report] = JSON.parse(answer.stdout) as { messages: { ruleId: string }[] }[];
    expect(report?.messages.map(({ ruleId }) => ruleId)).toContain('no-restricted-globals');
  }, 60_000);
});

function loadRules(path: string): { forbidden: { name: string }[] } {
  return require(path) as { forbidden: { name: string }[] };
}
