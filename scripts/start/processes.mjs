/**
 * Child processes with a log each and supervision: what ends unasked is started again with growing waits; what ends
 * again and again is given up with a sentence. All of them end with this process.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StartFailure } from './failure.mjs';

const STOP_GRACE_MS = 5000;
const RESTART_WAITS_MS = [200, 500, 1000, 2000, 5000];
/** A child that lived this long starts again with the shortest wait. */
const HEALTHY_AFTER_MS = 30_000;
const TAIL_LINES = 12;

/** @param {string} path */
export function tailOf(path) {
  if (!existsSync(path)) return '';
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}

/**
 * @typedef {object} ChildPlan
 * @property {string} name
 * @property {string} logFile
 * @property {(stdio: import('node:child_process').StdioOptions) => import('node:child_process').ChildProcess} spawn
 */

export class Processes {
  /** @type {Map<string, { plan: ChildPlan, child: import('node:child_process').ChildProcess | null, timer: NodeJS.Timeout | null, failures: number }>} */
  #running = new Map();
  #stopping = false;
  /** @type {(line: string) => void} */
  #tell;

  #waits;

  /** @param {(line: string) => void} tell @param {readonly number[]} waits ms before the first, second, … start anew */
  constructor(tell, waits = RESTART_WAITS_MS) {
    this.#tell = tell;
    this.#waits = waits;
  }

  /** @param {ChildPlan} plan */
  start(plan) {
    mkdirSync(dirname(plan.logFile), { recursive: true });
    this.#running.set(plan.name, { plan, child: null, timer: null, failures: 0 });
    this.#launch(plan.name);
  }

  /** @param {string} name */
  #launch(name) {
    const entry = this.#running.get(name);
    if (entry === undefined || this.#stopping) return;
    const log = openSync(entry.plan.logFile, 'a', 0o600);
    const child = entry.plan.spawn(['ignore', log, log]);
    closeSync(log);
    entry.child = child;
    const started = Date.now();
    child.once('error', () => undefined);
    child.once('exit', (code, signal) => {
      entry.child = null;
      if (this.#stopping) return;
      entry.failures = Date.now() - started > HEALTHY_AFTER_MS ? 1 : entry.failures + 1;
      const wait = this.#waits[Math.min(entry.failures, this.#waits.length) - 1] ?? 5000;
      this.#tell(`⚠ ${name} 意外结束（${signal ?? code}），${wait} ms 后重启 · ended, starting again in ${wait} ms`);
      entry.timer = setTimeout(() => this.#launch(name), wait);
    });
  }

  /** A child that fails at once, several times: waiting longer does not help. @param {string} name */
  assertHopeful(name) {
    const entry = this.#running.get(name);
    if (entry === undefined || entry.failures < 4) return;
    throw new StartFailure(
      { zh: `${name} 无法启动。`, en: `${name} does not start.` },
      { zh: `请查看日志 ${entry.plan.logFile}`, en: `See its log ${entry.plan.logFile}` },
      tailOf(entry.plan.logFile),
    );
  }

  /** @param {string} name */
  logOf(name) {
    return this.#running.get(name)?.plan.logFile ?? '';
  }

  /** Ends the named children one after the other, all others after them. @param {readonly string[]} order */
  async stop(order = []) {
    this.#stopping = true;
    const names = [...order, ...[...this.#running.keys()].filter((name) => !order.includes(name))];
    for (const name of names) {
      const entry = this.#running.get(name);
      if (entry?.timer != null) clearTimeout(entry.timer);
      const child = entry?.child;
      if (child == null || child.exitCode !== null || child.signalCode !== null) continue;
      const exit = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await exit;
      clearTimeout(timer);
    }
  }

  /** Second Ctrl-C. */
  kill() {
    this.#stopping = true;
    for (const { child } of this.#running.values()) child?.kill('SIGKILL');
  }
}

/**
 * A Node program of ours that dies with this process even when this process is killed. It leads its own group so that
 * a Ctrl-C on the terminal reaches only us and we stop the children in order.
 * @param {readonly string[]} words @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {ChildPlan['spawn']}
 */
export function nodeProgram(words, { cwd, env }) {
  return (stdio) =>
    spawn('setpriv', ['--pdeathsig', 'TERM', process.execPath, ...words], { cwd, env, stdio, detached: true });
}

/** Only one `npm start` in a folder. @param {string} varDir */
export function claimStart(varDir) {
  const path = join(varDir, 'run/start.pid');
  mkdirSync(dirname(path), { recursive: true });
  const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  if (pid > 0 && existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.mjs'))
    throw new StartFailure(
      { zh: `系统已经在运行（进程 ${pid}）。`, en: `The system is running already (process ${pid}).` },
      { zh: '在它的终端按 Ctrl-C 停止，然后重试。', en: 'Stop it with Ctrl-C in its terminal, then try again.' },
    );
  writeFileSync(path, String(process.pid));
  const free = () => rmSync(path, { force: true });
  process.once('exit', free);
}
