/** The whole system as a person starts it (`npm start`), in a state folder of its own, with hands to pull and kill. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pilotState } from '../../key-service/test/pilot-state.ts';

export const ROOT = process.cwd();
const RUNNING = '运行中';

type Service = 'key-service' | 'card-issuer' | 'reader-agent';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a foreign caller sees plain JSON
  readonly body: any;
}

export interface StartRun {
  readonly status: number | null;
  readonly output: string;
}

/** Suites run side by side, and a port is looked at long before it is taken: each process of tests has some of its own. */
const PORT = 10_001 + (process.pid % 2000) * 10;

function startArguments(state: string, more: readonly string[]) {
  return [join(ROOT, 'scripts/start.mjs'), '--state', state, '--port', String(PORT), ...more];
}

/** `npm start -- --once` to its end. */
export async function startOnce(state: string, more: readonly string[] = []): Promise<StartRun> {
  const child = spawn(process.execPath, startArguments(state, ['--once', ...more]), {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += String(chunk);
  });
  const status = await new Promise<number | null>((done) => child.once('close', done));
  return { status, output };
}

export class RunningHouse {
  readonly state: string;
  readonly #more: readonly string[];
  readonly #keys: 'copied' | 'own';
  #child: ChildProcess | null = null;
  #output = '';
  #ended: Promise<number | null> = Promise.resolve(null);

  /**
   * @param more options of `npm start`
   * @param keys `own`: the house holds its pilot ceremony, as on a person's first start
   */
  constructor(state: string, more: readonly string[] = [], keys: 'copied' | 'own' = 'copied') {
    this.state = state;
    this.#more = more;
    this.#keys = keys;
  }

  #begin(): ChildProcess {
    const child = spawn(process.execPath, startArguments(this.state, this.#more), {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const take = (chunk: Buffer) => {
      this.#output += String(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    this.#ended = new Promise((done) => child.once('close', done));
    return child;
  }

  get output(): string {
    return this.#output;
  }

  get csockName(): string {
    return join(this.state, 'run/pcscd/pcscd.comm');
  }

  /** Starts it. */
  async untilRunning(deadlineMs = 120_000): Promise<void> {
    if (this.#keys === 'copied') await pilotState(join(this.state, 'key-service'));
    this.#child = this.#begin();
    const deadline = Date.now() + deadlineMs;
    while (!this.#output.includes(RUNNING)) {
      if (this.#child.exitCode !== null || Date.now() > deadline) throw new Error(`npm start:\n${this.#output}`);
      await pause(50);
    }
  }

  /** Ctrl-C. */
  async stop(): Promise<number | null> {
    if (this.#child?.exitCode === null) this.#child.kill('SIGINT');
    return this.#ended;
  }

  url(service: Service): string {
    const label = { 'key-service': '密钥服务', 'card-issuer': '发卡台', 'reader-agent': '诊室读卡' }[service];
    const found = new RegExp(`${label}.*?(http://127\\.0\\.0\\.1:\\d+)/`).exec(this.#output);
    if (found?.[1] === undefined) throw new Error(`no address of ${service} in:\n${this.#output}`);
    return found[1];
  }

  token(service: Service | 'card-issuer-clerk'): string {
    return readFileSync(join(this.state, 'tokens', service), 'utf8').trim();
  }

  ask(service: Service, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    return this.#ask(service, service, method, path, body);
  }

  /** At the counter's window in card-issuer. */
  askAsClerk(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    return this.#ask('card-issuer', 'card-issuer-clerk', method, path, body);
  }

  async #ask(
    service: Service,
    principal: Service | 'card-issuer-clerk',
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<Answer> {
    const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
    const answer = await fetch(`${this.url(service)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token(principal)}`,
        'content-type': 'application/json',
        'x-rhc-request': '1',
      },
      ...(text === undefined ? {} : { body: text }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.status, body: await answer.json() };
  }

  /** A line to the hand that holds the card of reader 1 or 2. */
  hand(reader: 1 | 2, line: string): Promise<Record<string, unknown>> {
    return new Promise((done, refuse) => {
      const socket = createConnection(join(this.state, `virtual-card/card-000${reader}.sock`));
      let said = '';
      socket.once('error', refuse);
      socket.once('connect', () => socket.write(`${line}\n`));
      socket.on('data', (chunk) => {
        said += String(chunk);
        if (!said.includes('\n')) return;
        socket.end();
        done(JSON.parse(said) as Record<string, unknown>);
      });
    });
  }

  /** Process ids below `npm start` whose command line contains all words. */
  pids(...words: readonly string[]): number[] {
    const parents = new Map<number, number>();
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        // After the name in brackets, which may hold blanks: state, parent, …
        const parent = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1];
        parents.set(Number(name), Number(parent));
      } catch {}
    }
    const ours = (pid: number): boolean => {
      for (let at = pid; at > 1; at = parents.get(at) ?? 0) if (at === this.#child?.pid) return true;
      return false;
    };
    return [...parents.keys()].filter((pid) => {
      if (!ours(pid)) return false;
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return words.every((word) => line.includes(word));
      } catch {
        return false;
      }
    });
  }

  kill(...words: readonly string[]): number {
    const found = this.pids(...words);
    for (const pid of found) process.kill(pid, 'SIGKILL');
    return found.length;
  }
}

/** Resolves once a running personalization has sent so many APDUs of the card; rejects when that takes too long. */
export async function untilApdus(house: RunningHouse, cardId: string, apdus: number, limitMs = 20_000): Promise<void> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error(`not ${apdus} APDUs within ${limitMs} ms`)), limitMs);
  const answer = await fetch(`${house.url('card-issuer')}/v1/events`, {
    headers: { authorization: `Bearer ${house.token('card-issuer')}` },
    signal: stop.signal,
  });
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of answer.body ?? []) {
      rest += decoder.decode(chunk as Uint8Array, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((each) => each.startsWith('data: '))) {
        const event = JSON.parse(line.slice(6)) as { type: string; cardId: string; detail: { apdusDone?: number } };
        if (event.type === 'progress' && event.cardId === cardId && (event.detail.apdusDone ?? 0) >= apdus) return;
        if (event.type === 'personalized' && event.cardId === cardId) throw new Error(`over before ${apdus} APDUs`);
      }
    }
    throw new Error('the event stream ended');
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
