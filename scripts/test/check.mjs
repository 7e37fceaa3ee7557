/** Runs one tool as one check of `npm test`, with its output shown as it comes. */
import { spawn } from 'node:child_process';

/**
 * @param {readonly string[]} command @param {{ cwd: string, env?: NodeJS.ProcessEnv, quietOutput?: boolean }} options
 * @returns {Promise<number>} exit status; 1 when a signal ended it
 */
export function runStreamed(command, { cwd, env = process.env, quietOutput = false }) {
  return new Promise((done) => {
    const [program = '', ...rest] = command;
    const child = spawn(program, rest, { cwd, env, stdio: ['ignore', quietOutput ? 'ignore' : 'inherit', 'inherit'] });
    child.once('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      done(1);
    });
    child.once('close', (code) => done(code ?? 1));
  });
}

/** @param {string} title */
export function heading(title) {
  process.stdout.write(`\n── ${title} ${'─'.repeat(Math.max(3, 72 - title.length))}\n`);
}
