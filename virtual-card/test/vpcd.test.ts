/** The built emulator in a real pcscd, seen by a foreign tool: opensc-tool lists it, talks to it, sees it pulled. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let folder: string;
let stack: ChildProcess;
let socketName: string;

function openscTool(...args: string[]): string {
  try {
    const env = { ...process.env, PCSCLITE_CSOCK_NAME: socketName };
    return execFileSync('opensc-tool', args, { env, encoding: 'utf8', timeout: 10_000 });
  } catch (error) {
    // No card in the reader is an exit status of the tool, and an answer to us.
    return String((error as { stdout?: unknown }).stdout ?? '');
  }
}
async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('the reader did not follow');
    await pause(50);
  }
}
const firstReader = () => /^0\s+(Yes|No)/m.exec(openscTool('-l'))?.[1];

async function control(line: string): Promise<{ readonly ok: boolean; readonly atr: string }> {
  const socket = connect(join(folder, 'control'));
  socket.write(`${line}\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return JSON.parse(answer.toString()) as { ok: boolean; atr: string };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vc-'));
  stack = spawn(process.execPath, [join(__dirname, 'support/card-in-reader.mjs'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (stack.stdout === null) throw new Error('no output');
  const [line] = (await once(stack.stdout, 'data')) as [Buffer];
  socketName = line.toString().trim();
}, 20_000);
afterAll(async () => {
  const ended = once(stack, 'exit');
  stack.stdin?.end();
  await ended;
  rmSync(folder, { recursive: true, force: true });
}, 20_000);

test('opensc-tool finds the blank, reads its state, sees it pulled and another one put in', async () => {
  await until(() => firstReader() === 'Yes');
  expect(openscTool('-r', '0', '-a').trim()).toBe('3b:8b:80:01:52:01:00:00:00:00:00:01:01:00:00:59');
  const answers = openscTool('-r', '0', '-s', '00A4000002DDF1', '-s', '80CA010200');
  expect(answers).toContain('SW1=0x6A, SW2=0x82');
  expect(answers).toContain('52 01 00 00 00 00 00 01');
  expect((await control('eject')).ok).toBe(true);
  await until(() => firstReader() === 'No');
  expect((await control(`swap ${join(folder, 'cards/two.json')}`)).ok).toBe(true);
  await until(() => openscTool('-r', '0', '-a').includes('52:01:00:00:00:00:00:02'));
}, 40_000);

test('the second reader holds a SAM, told apart by its answer to reset', async () => {
  const answerToReset = '3b:6d:00:00:52:02:00:00:00:00:00:01:01:00:53:41:4d';
  await until(() => openscTool('-r', '1', '-a').includes(answerToReset));
  const answers = openscTool(
    '-r',
    '1',
    '-s',
    '80CA010100',
    '-s',
    '80CA010400',
    '-s',
    '00A4000002DF01',
    '-s',
    '80DE2803',
  );
  expect(answers).toContain('00 00 FF 00 00 00 00 00');
  expect(answers).toContain('rhc-sam-1');
  expect(answers).toContain('SW1=0x67, SW2=0x00');
}, 20_000);
