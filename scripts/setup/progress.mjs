/** Shows long steps to a person: a spinner with elapsed time on a terminal, plain lines elsewhere. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const QUIET_MS = 1000;
const PLAIN_REPEAT_MS = 20_000;
const TAIL_LINES = 30;

/** A sentence for the person at the keyboard; `steps` are the lines they can run. */
export class SetupFailure extends Error {
  /** @param {string} zh @param {string} en @param {string} [next] */
  constructor(zh, en, next) {
    super(`${zh}\n${en}${next === undefined ? '' : `\n\n    ${next}\n`}`);
    this.name = 'SetupFailure';
  }
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/**
 * Shows `label` while `work` runs; nothing is shown for what takes less than a second.
 * @template T
 * @param {{ zh: string, en: string }} label
 * @param {(note: (line: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(label, work) {
  const terminal = process.stderr.isTTY === true;
  const started = Date.now();
  const title = `${label.zh} · ${label.en}`;
  let frame = 0;
  let shown = 0;
  let last = '';
  const timer = setInterval(
    () => {
      const elapsed = Date.now() - started;
      if (elapsed < QUIET_MS) return;
      if (terminal) {
        const width = Math.max(20, (process.stderr.columns ?? 80) - title.length * 1.4 - 14);
        const tail = last.slice(0, Math.floor(width));
        process.stderr.write(
          `\r\x1b[K${FRAMES[frame++ % FRAMES.length]} ${title} ${seconds(elapsed)} \x1b[2m${tail}\x1b[0m`,
        );
      } else if (shown === 0 || elapsed - shown > PLAIN_REPEAT_MS) {
        process.stderr.write(`… ${title}${shown === 0 ? '' : ` (${seconds(elapsed)})`}\n`);
        shown = elapsed;
      }
    },
    terminal ? 100 : 250,
  );
  const finish = (/** @type {string} */ mark) => {
    clearInterval(timer);
    const elapsed = Date.now() - started;
    if (terminal && elapsed >= QUIET_MS) process.stderr.write('\r\x1b[K');
    if (elapsed >= QUIET_MS) process.stderr.write(`${mark} ${title} (${seconds(elapsed)})\n`);
  };
  try {
    const result = await work((line) => {
      last = line;
    });
    finish('✓');
    return result;
  } catch (error) {
    finish('✗');
    throw error;
  }
}

/**
 * Runs a program with its output in `logFile`; the end of that output is part of the failure.
 * @param {{ zh: string, en: string }} label
 * @param {readonly string[]} command
 * @param {{ logFile: string, cwd: string, env?: NodeJS.ProcessEnv }} options
 */
export function runShown(label, command, { logFile, cwd, env = process.env }) {
  mkdirSync(dirname(logFile), { recursive: true });
  const [program = '', ...rest] = command;
  return withProgress(
    label,
    (note) =>
      new Promise((done, refuse) => {
        const log = openSync(logFile, 'a', 0o600);
        writeSync(log, `\n$ ${command.join(' ')}\n`);
        /** @type {string[]} */
        let tail = [];
        const child = spawn(program, rest, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
        const take = (/** @type {Buffer} */ chunk) => {
          writeSync(log, chunk);
          const lines = String(chunk)
            .split('\n')
            .filter((line) => line.trim() !== '');
          tail = [...tail, ...lines].slice(-TAIL_LINES);
          note(tail.at(-1) ?? '');
        };
        child.stdout.on('data', take);
        child.stderr.on('data', take);
        child.once('error', refuse);
        child.once('close', (code, signal) => {
          closeSync(log);
          if (code === 0) return done(undefined);
          refuse(
            new SetupFailure(
              `${label.zh}失败（${signal ?? `退出码 ${code}`}）：${command.join(' ')}`,
              `${label.en} failed. Its last lines, all of it in ${logFile}:\n${tail.map((line) => `  ${line}`).join('\n')}`,
            ),
          );
        });
      }),
  );
}
