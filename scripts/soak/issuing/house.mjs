/** The whole system on real parts for the drill: services that come back 200 ms after they were killed, and who they are. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runPilotCeremony } from '../../start/ceremony.mjs';
import { Processes } from '../../start/processes.mjs';
import { startReaders, startServices } from '../../start/services.mjs';
import { prepareState } from '../../start/state.mjs';

const BACK_AFTER_MS = [200];
const STOP_ORDER = ['reader-agent', 'card-issuer', 'key-service', 'virtual-card-1', 'virtual-card-2'];

/** Children, their children, and so on, with their command lines. @returns {{ pid: number, line: string }[]} */
function descendants() {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // After the name in brackets, which may hold blanks: state, parent, …
      parents.set(Number(name), Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]));
    } catch {}
  }
  const ours = (/** @type {number} */ pid) => {
    for (let at = parents.get(pid) ?? 0; at > 1; at = parents.get(at) ?? 0) if (at === process.pid) return true;
    return false;
  };
  return [...parents.keys()].filter(ours).flatMap((pid) => {
    try {
      return [{ pid, line: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
    } catch {
      return [];
    }
  });
}

/** @typedef {'manager' | 'witness' | 'reviewer' | 'clerk' | 'stock'} Person */

export class DrillHouse {
  /** @type {{ csockName: string, stop: () => Promise<void> } | undefined} */
  #stack;
  /** @type {import('../../start/services.mjs').Apis | undefined} */
  apis;

  /**
   * @param {string} root @param {string} folder @param {NodeJS.ProcessEnv} issuerSettings
   * @param {() => Promise<void>} beforeServices with the token made and nobody at it
   */
  constructor(root, folder, issuerSettings, beforeServices) {
    this.root = root;
    this.beforeServices = beforeServices;
    this.state = prepareState(folder);
    this.#addSecondManager();
    this.issuerSettings = issuerSettings;
    this.processes = new Processes(() => undefined, BACK_AFTER_MS);
  }

  async open() {
    await runPilotCeremony(this.root, this.state);
    await this.beforeServices();
    this.#stack = await startReaders(this.root, this.state, this.processes);
    this.apis = await startServices(this.root, this.state, this.processes, {
      csockName: this.#stack.csockName,
      port: 10_001 + (process.pid % 2000) * 10,
      more: { 'card-issuer': this.issuerSettings },
    });
  }

  /** A bureau is asked for by one manager and approved by another. */
  #addSecondManager() {
    const { tokens, dirs } = this.state;
    const file = join(dirs.tokens, 'card-issuer-witness');
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    tokens.issuerPeople.witness = file;
    const register = JSON.parse(readFileSync(tokens.issuerUsers, 'utf8'));
    const tokenSha256 = createHash('sha256').update(this.tokenOf('witness')).digest('hex');
    register.users.push({ id: 'manager:sun.li', name: '孙丽', roles: ['manager'], tokenSha256 });
    writeFileSync(tokens.issuerUsers, JSON.stringify(register), { mode: 0o600 });
  }

  /** @param {Person} role */
  tokenOf(role) {
    return readFileSync(this.state.tokens.issuerPeople[role] ?? '', 'utf8').trim();
  }

  /**
   * Calls card-issuer as somebody until it answers; what it refuses for good is thrown.
   * @param {Person} role @param {'GET' | 'POST' | 'PUT'} method @param {string} path
   * @param {unknown} [body] @param {string} [key] idempotency key
   * @returns {Promise<{ status: number, body: any }>}
   */
  async ask(role, method, path, body, key) {
    for (;;) {
      try {
        const answer = await fetch(`${this.apis?.cardIssuer.url}${path}`, {
          method,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          headers: {
            authorization: `Bearer ${this.tokenOf(role)}`,
            'content-type': 'application/json',
            ...(key === undefined ? {} : { 'idempotency-key': key }),
          },
          signal: AbortSignal.timeout(15_000),
        });
        const text = await answer.text();
        if (answer.status < 500) return { status: answer.status, body: JSON.parse(text) };
      } catch {}
      await pause(100);
    }
  }

  /** A file, asked for until it comes. @param {'stock'} role @param {string} path */
  async download(role, path) {
    for (;;) {
      try {
        const answer = await fetch(`${this.apis?.cardIssuer.url}${path}`, {
          headers: { authorization: `Bearer ${this.tokenOf(role)}` },
          signal: AbortSignal.timeout(15_000),
        });
        const bytes = new Uint8Array(await answer.arrayBuffer());
        if (answer.ok) return bytes;
        if (answer.status < 500) throw new TypeError(`${path}: ${answer.status}`);
      } catch (error) {
        if (String(error).includes(path)) throw error;
      }
      await pause(100);
    }
  }

  /** A line to the hand that holds the card of reader 1 or 2. @param {number} reader @param {string} line */
  hand(reader, line) {
    return new Promise((done, refuse) => {
      const socket = createConnection(join(this.state.dirs.virtualCard, `card-000${reader}.sock`));
      let said = '';
      socket.once('error', refuse);
      socket.once('connect', () => socket.write(`${line}\n`));
      socket.on('data', (chunk) => {
        said += chunk;
        if (!said.includes('\n')) return;
        socket.end();
        done(JSON.parse(said));
      });
    });
  }

  /** Kills one process whose command line has all words. @param {(sides: number) => number} roll @param {string[]} words */
  kill(roll, ...words) {
    const found = descendants().filter(({ line }) => words.every((word) => line.includes(word)));
    const victim = found[roll(Math.max(1, found.length))];
    if (victim === undefined) return false;
    try {
      process.kill(victim.pid, 'SIGKILL');
      return true;
    } catch {
      return false;
    }
  }

  /** Answers 500 in the services' logs: errors for which they have no words. @returns {string[]} */
  innerErrors() {
    const folder = this.state.dirs.log;
    return readdirSync(folder)
      .filter((name) => name.endsWith('.log'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => line.includes('"status":500'));
  }

  async close() {
    await this.processes.stop(STOP_ORDER);
    await this.#stack?.stop();
  }
}
