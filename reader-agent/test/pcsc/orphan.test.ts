/** An agent that is killed while its reader process still loads: no process stays behind that nobody asks for anything. */
import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { CHILD_PATH, startStack, until } from './stack.ts';

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Loaded before the program itself: keeps it waiting until its parent is gone. */
const SLOW_START = `data:text/javascript,${encodeURIComponent(
  'await new Promise((resolve) => process.once("disconnect", resolve))',
)}`;
const AGENT = `
  const child = require('node:child_process').fork(${JSON.stringify(CHILD_PATH)}, [], { execArgv: ['--import', ${JSON.stringify(SLOW_START)}] });
  process.stdout.write(String(child.pid) + '\\n');
  setInterval(() => {}, 1000);
`;

test('the reader process ends when its agent was killed before the binding was loaded', async () => {
  const stack = await startStack();
  let childPid = 0;
  try {
    const agent = spawn(process.execPath, ['-e', AGENT], {
      env: { ...process.env, PCSCLITE_CSOCK_NAME: stack.csockName },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    childPid = await new Promise<number>((resolve) =>
      agent.stdout.once('data', (line: Buffer) => resolve(Number(line.toString()))),
    );
    expect(alive(childPid)).toBe(true);
    agent.kill('SIGKILL');
    await until('the reader process is gone', () => !alive(childPid));
  } finally {
    // One that stays would keep the test runner's pipes open.
    if (childPid !== 0 && alive(childPid)) process.kill(childPid, 'SIGKILL');
    await stack.stop();
  }
}, 30_000);
