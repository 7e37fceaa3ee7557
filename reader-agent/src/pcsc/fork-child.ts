/** Starts the PC/SC child as a Node process of its own. `childPath` is `dist/pcsc/child.js`, given by `main.ts`. */
import { fork } from 'node:child_process';
import type { FromChild } from './messages.ts';
import type { PcscChild } from './supervisor.ts';

export interface ForkOptions {
  readonly childPath: string;
  /** PCSCLITE_CSOCK_NAME travels in here: libpcsclite reads it when the child first connects. */
  readonly env: NodeJS.ProcessEnv;
}

export function forkPcscChild(options: ForkOptions): PcscChild {
  const child = fork(options.childPath, [], {
    env: options.env,
    serialization: 'advanced',
    // The binding's and libpcsclite's complaints go to the agent's stderr; they hold no card data.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Flags of a debugger or a test runner are not the child's.
    execArgv: [],
  });
  return {
    pid: child.pid,
    send: (message) => {
      // A pipe that just broke is reported by `exit`; the callback keeps it from becoming an uncaught error.
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => {
      child.on('message', (message) => listener(message as FromChild));
    },
    onExit: (listener) => {
      child.once('exit', (code, signal) => listener(`child ended (${signal ?? code})`));
      child.once('error', (error) => listener(`child could not run: ${error.message}`));
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
