/** A private pcscd with two virtual readers and stub cards, held by a process of its own. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join } from 'node:path';

export const ROOM = join(process.cwd(), 'reader-agent');
export const CHILD_PATH = join(ROOM, 'dist/pcsc/child.js');
/** Two cards of our product: `3B 8B 80 01 ‖ 11 historical bytes ‖ TCK`. */
export const ATR_A = '3B8B8001000101000000002A01000021';
export const ATR_B = '3B8B8001000101000000002B01000020';
/** A contact card of another scheme. */
export const ATR_FOREIGN = '3B021450';

export interface Stack {
  readonly csockName: string;
  readonly readers: readonly [string, string];
  /** `words`: of the emulator's command line, for `virtual-card`. */
  command(command: string, extra?: { slot?: number; atr?: string; words?: readonly string[] }): Promise<void>;
  stop(): Promise<void>;
}

export async function startStack(): Promise<Stack> {
  const holder: ChildProcess = fork(join(ROOM, 'test/pcsc/stack-process.mjs'), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, () => void>();
  let nextId = 1;
  const ready = await new Promise<{ csockName: string; readers: [string, string] }>((resolve, reject) => {
    holder.once('exit', (code) => reject(new Error(`the reader stack ended (${code})`)));
    holder.on('message', (message: { ready?: boolean; id?: number; csockName: string; readers: [string, string] }) => {
      if (message.ready === true) resolve(message);
      if (message.id === undefined) return;
      waiting.get(message.id)?.();
      waiting.delete(message.id);
    });
  });
  const command: Stack['command'] = (name, extra = {}) =>
    new Promise((resolve) => {
      const id = nextId++;
      waiting.set(id, resolve);
      holder.send({ id, command: name, ...extra });
    });
  return {
    ...ready,
    command,
    stop: async () => {
      await command('stop');
      const ended = new Promise((resolve) => holder.once('exit', resolve));
      holder.disconnect();
      await ended;
    },
  };
}

/** Polls with a deadline; real parts give no other sign. */
export async function until<T>(
  what: string,
  check: () => T | undefined | false | null,
  deadlineMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = check();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Runs a foreign tool against the private stack. */
export function runTool(stack: Stack, tool: string, args: readonly string[]): ChildProcess {
  return spawn(tool, args, { env: { ...process.env, PCSCLITE_CSOCK_NAME: stack.csockName } });
}
