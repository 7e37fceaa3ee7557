/** `npm run ceremony` as people start it: rehearsals in one command, a ceremony by prompts, kills, and minutes checked later. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectRoot, temporaryFolder } from './pilot-room.ts';

const command = join(projectRoot, 'key-service/dist/ceremony.js');
const run = promisify(execFile);
let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly text: string;
}
const ceremony = (...words: string[]): Promise<Ended> =>
  run(process.execPath, [command, ...words], { cwd: projectRoot, maxBuffer: 16 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ code: 0, text: `${stdout}${stderr}` }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      text: `${error.stdout}${error.stderr}`,
    }),
  );
const minutesIn = (out: string) => join(out, readdirSync(out).find((name) => name.endsWith('.minutes.json')) as string);

test('a database that does not open ends the command: no worker keeps it', async () => {
  const state = join(folder, 'no-database');
  mkdirSync(join(state, 'key-service.sqlite'), { recursive: true });
  const ended = await run(process.execPath, [command, 'pilot', '--state', state], {
    cwd: projectRoot,
    timeout: 40_000,
  }).catch((error: unknown) => error);
  expect(ended).toMatchObject({ code: 2, signal: null });
});

describe.each([
  ['pilot', 52, 26],
  ['provincial', 27, 26],
])('rehearsal of %s', (script, confirmed, active) => {
  let out: string;
  test('from an empty token to active keys in one command', async () => {
    out = join(folder, `out-${script}`);
    const { code, text } = await ceremony(script, '--rehearsal', '--no-pdf', '--out', out);
    expect([code, text]).toEqual([0, expect.stringContaining(`${confirmed} 已核对 confirmed, ${active} 启用 active`)]);
    expect(text).toContain('排演 REHEARSAL');
  }, 180_000);

  test('its minutes verify from files alone; one changed byte, a changed log or a left-out event is found', async () => {
    const verify = (file: string, log = out) => ceremony('verify-minutes', file, '--log', log);
    const file = minutesIn(out);
    expect(await verify(file)).toMatchObject({ code: 0 });
    const text = readFileSync(file, 'utf8');
    const changed = join(folder, 'changed.json');
    writeFileSync(changed, text.replace(/"person":"([^"]*)"/, '"person":"$1 "'));
    expect(await verify(changed)).toMatchObject({ code: 1, text: expect.stringContaining('a byte was changed') });
    const minutes = JSON.parse(text) as { events: unknown[] };
    minutes.events.splice(3, 1);
    writeFileSync(changed, JSON.stringify(minutes));
    expect(await verify(changed)).toMatchObject({ code: 1, text: expect.stringContaining('leave out') });
    const other = join(folder, `log-${script}`);
    mkdirSync(other);
    for (const name of ['checkpoints.txt', 'audit-key.pem'])
      writeFileSync(join(other, name), readFileSync(join(out, name)));
    const leaves = readFileSync(join(out, 'leaves.jsonl'), 'utf8').split('\n');
    writeFileSync(join(other, 'leaves.jsonl'), leaves.filter((_, at) => at !== 5).join('\n'));
    expect(await verify(file, other)).toMatchObject({ code: 1, text: expect.stringContaining('the audit log itself') });
  }, 120_000);
});

test('people at the terminal: by prompts, interrupted, another day in another process, to the end', async () => {
  const state = join(folder, 'room');
  const answers = join(folder, 'answers.json');
  const common = { 'role/*': '', 'act/*': 'y', 'confirm/*': 'y', resume: 'next day', 'check/*': '', 'index/*': '' };
  const names = Object.fromEntries(
    ['administrator', 'custodian', 'witness', 'officer-a', 'officer-b', 'auditor'].flatMap((role) =>
      [1, 2, 3].map((place) => [`role/${role}/${place}`, `${role} ${place}`]),
    ),
  );
  const part = (place: number) => String(place).repeat(64);
  const hold = () =>
    ceremony(
      'hold',
      'kbpk-exchange',
      '--state',
      state,
      '--answers',
      answers,
      '--no-pdf',
      '--out',
      join(state, 'record'),
    );
  const first = {
    ...common,
    ...names,
    'part/KBPK.partner/1': part(1),
    'index/KBPK.partner/2': '!interrupt',
    'interrupt/reason': '下班',
  };
  writeFileSync(answers, JSON.stringify(first));
  expect(await hold()).toMatchObject({ code: 0, text: expect.stringContaining('已中断') });
  const { 'index/KBPK.partner/2': _, ...second } = {
    ...first,
    'part/KBPK.partner/2': part(2),
    'part/KBPK.partner/3': part(3),
  };
  writeFileSync(answers, JSON.stringify(second));
  const ended = await hold();
  expect(ended).toMatchObject({ code: 0, text: expect.stringContaining('KBPK.partner') });
  const minutes = JSON.parse(readFileSync(minutesIn(join(state, 'record')), 'utf8'));
  expect(minutes).toMatchObject({ state: 'completed', mode: 'real', mark: null });
  expect(minutes.interruptions[0]).toMatchObject({ reason: '下班', resumedAt: expect.any(String) });
  expect(minutes.keys[0].parts.map(({ person }: { person: string }) => person)).toEqual([
    'custodian 1',
    'custodian 2',
    'custodian 3',
  ]);
  expect(JSON.stringify(minutes) + ended.text).not.toMatch(/1{64}|2{64}|3{64}/);
}, 240_000);

test('killed again and again, the pilot comes to the same end, each key once', async () => {
  const state = join(folder, 'killed');
  for (const afterMs of [900, 1_800, 3_000, 4_500]) {
    const child = spawn(process.execPath, [command, 'pilot', '--state', state], { cwd: projectRoot, stdio: 'ignore' });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
  const ended = await ceremony('pilot', '--state', state);
  expect(ended).toMatchObject({ code: 0, text: expect.stringContaining('RK1.DDF1') });
  expect(ended.text.match(/启用 active/g)).toHaveLength(26);
  expect(await ceremony('pilot', '--state', state)).toMatchObject({
    code: 0,
    text: expect.stringContaining('Nothing changed'),
  });
}, 240_000);

test.each([[[]], [['hold', 'pilot']], [['verify-minutes', 'x']], [['provincial', '--state', '/tmp/rhc-nowhere']]])(
  '%j is refused with a sentence',
  async (words) => {
    const { code, text } = await ceremony(...words);
    expect(code).toBe(2);
    expect(text).toMatch(/→ /);
  },
  60_000,
);
