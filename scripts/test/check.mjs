/** Runs one tool as one check of `npm test`, with its output shown as it comes. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** How long a suite may go on after its report is written, before it counts as hanging. */
const LINGER_MS = 60_000;

/**
 * A tool that has written `report` and does not end is stopped, and that is a failure: something it started still runs.
 *
 * @param {readonly string[]} command
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, quietOutput?: boolean, report?: string }} options
 * @returns {Promise<number>} exit status; 1 when a signal ended it
 */
export function runStreamed(command, { cwd, env = process.env, quietOutput = false, report }) {
  return new Promise((done) => {
    const [program = '', ...rest] = command;
    const child = spawn(program, rest, { cwd, env, stdio: ['ignore', quietOutput ? 'ignore' : 'inherit', 'inherit'] });
    /** @type {NodeJS.Timeout | undefined} */
    let hanging;
    const watch = setInterval(() => {
      if (report === undefined || hanging !== undefined || !existsSync(report)) return;
      hanging = setTimeout(() => {
        process.stderr.write('报告写完后没有退出，已终止 · it did not exit after its report and was stopped\n');
        child.kill('SIGKILL');
      }, LINGER_MS);
    }, 1000);
    const ended = (/** @type {number} */ status) => {
      clearInterval(watch);
      clearTimeout(hanging);
      done(status);
    };
    child.once('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      ended(1);
    });
    // "exit", not "close": a grandchild that outlives a killed tool may hold its standard error open.
    child.once('exit', (code) => ended(code ?? 1));
  });
}

/** @param {string} title */
export function heading(title) {
  process.stdout.write(`\n── ${title} ${'─'.repeat(Math.max(3, 72 - title.length))}\n`);
}
