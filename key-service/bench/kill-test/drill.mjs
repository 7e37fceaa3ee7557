/** What is killed, how, and the traffic meanwhile: cards being personalized and authentications with versions in flight. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { stateFolder } from '../../dist/ceremony-room.js';
import { childrenOf, dice, kill, pause } from './processes.mjs';
import { LABEL, ROOT } from './room.mjs';
import { RotationLane, WATCHED } from './rotations.mjs';

const CEREMONY = fileURLToPath(new URL('../kill-test.mjs', import.meta.url));

/** Longer than any restart: workers wait 30 s at most between two tries. */
const STUCK_MS = 120_000;

export class Drill {
  kills = { ceremony: 0, worker: 0, service: 0, connections: 0, server: 0 };
  /** Card factors whose answer came. @type {string[]} */
  answered = [];
  /** Card to how often it was asked for: nothing may be done more often than that. */
  askedFor = new Map();
  asked = 0;
  authentications = 0;
  /** @type {string[]} */
  faults = [];
  stopped = false;
  /** Every rotation has ended; kills go on until then. */
  rotated = false;
  lastError = '';
  /** Log lines of answers 500: an error that the service has no words for. @type {string[]} */
  internal = [];
  /** Codes with which steps of rotations were refused, most of them because they were done already. @type {Map<string, number>} */
  refusals = new Map();
  /** With each version of the watched slot. */
  withVersion = new Map([
    [1, 0],
    [2, 0],
  ]);
  /** @type {import('node:child_process').ChildProcess | undefined} */
  service;

  constructor(
    /** @type {{ state: string, database: string, kills: number, seed: number, rotations: number, port: number }} */ options,
  ) {
    this.options = options;
    this.roll = dice(options.seed);
    this.rotations = new RotationLane(this);
    this.tokenFile = join(options.state, 'bearer');
    this.bearer = randomBytes(16).toString('hex');
    writeFileSync(this.tokenFile, `${this.bearer}\n`, { mode: 0o600 });
  }

  get total() {
    return Object.values(this.kills).reduce((sum, each) => sum + each, 0);
  }

  say(/** @type {string} */ text) {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  }

  /** A fifth of the kills falls on the ceremony, at any moment of it. */
  async holdCeremony() {
    const { state, database, kills } = this.options;
    const words = [CEREMONY, '--child', state, '--database', database];
    for (;;) {
      // A ceremony whose worker was killed before it was attached ends and says so; it is simply run again.
      const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.on('data', (chunk) => {
        said += chunk;
      });
      const ended = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
      let hit = false;
      if (this.kills.ceremony < kills / 5) {
        await Promise.race([pause(this.roll(4_000)), ended]);
        const [worker] = childrenOf(child.pid ?? 0);
        if (kill(this.roll(3) === 0 ? (worker ?? child.pid) : child.pid)) {
          this.kills.ceremony++;
          hit = true;
        }
      }
      this.say(`ceremony: ${this.kills.ceremony} kills`);
      const { code, signal } = /** @type {{ code: number | null, signal: string | null }} */ (await ended);
      if (code === 0) {
        if (this.kills.ceremony >= kills / 5) return;
      } else if (signal === null && !hit) throw new Error(`the ceremony ended with ${code}: ${said.slice(-2000)}`);
    }
  }

  startService() {
    const { state, database, port } = this.options;
    const folder = stateFolder(state);
    const env = {
      PATH: process.env.PATH,
      SOFTHSM2_CONF: folder.softHsmConf,
      RHC_KEY_SERVICE_PORT: String(port),
      RHC_KEY_SERVICE_TOKEN_FILE: this.tokenFile,
      RHC_KEY_SERVICE_TOKEN_LABEL: LABEL,
      RHC_KEY_SERVICE_PIN_FILE: folder.pinFile,
      RHC_KEY_SERVICE_DATABASE: database,
      RHC_KEY_SERVICE_AUDIT_FOLDER: join(folder.audit, 'service'),
      RHC_KEY_SERVICE_TLS_FOLDER: join(state, 'tls'),
      RHC_KEY_SERVICE_DEMO_OPERATORS: join(state, 'operators'),
      RHC_LOG_LEVEL: 'warn',
    };
    const child = spawn(process.execPath, [join(ROOT, 'key-service/dist/main.js')], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said = (said + chunk).slice(-4_000);
      });
    createInterface(child.stdout).on('line', (line) => {
      if (line.includes('"status":500')) this.internal.push(line);
    });
    child.once('exit', (code, signal) => {
      if (this.stopped) return;
      // Ended by itself: a database that is away at the start is a reason; the drill starts it again and says so.
      if (signal === null) this.faults.push(`service ended with ${code}: ${said.slice(-600)}`);
      this.startService();
    });
    this.service = child;
  }

  async ask(/** @type {string} */ path, /** @type {unknown} */ body) {
    const answer = await fetch(`http://127.0.0.1:${this.options.port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Asks until an answer comes, as a client does; the same update must always be the same bytes. */
  async lane(/** @type {number} */ lane) {
    let expected = '';
    for (let count = 0; !this.stopped; count++) {
      const cardFactor = createHash('sha256')
        .update(`${this.options.seed}/${lane}/${count}`)
        .digest('hex')
        .slice(0, 16)
        .toUpperCase();
      const card = {
        cardFactor,
        provinceCode: '13',
        challenge: 'A1A2A3A4A5A6A7A8',
        masterKeyVersion: 0,
        securityCodeBlock: '00'.repeat(16),
        issuer: '1301000000000000000001',
      };
      const protect = {
        kind: 'protect',
        slot: 'STK.DF02',
        challenge: 'A1A2A3A4A5A6A7A8',
        header: '04DC0104',
        plain: '290102',
      };
      // A card whose answer came is not asked for again: what is repeated after a kill is only what got no answer.
      let prepared = false;
      for (let done = false; !done && !this.stopped; ) {
        try {
          if (!prepared) {
            this.asked++;
            this.askedFor.set(cardFactor, (this.askedFor.get(cardFactor) ?? 0) + 1);
            await this.ask('/v1/personalization/prepare', card);
            this.answered.push(cardFactor);
            prepared = true;
          }
          // A card that holds the old version, and one that holds the new one.
          const version = 1 + (count % 2);
          const { results } = await this.ask('/v1/terminal', {
            cardFactor: '0102030405060708',
            provinceCode: '13',
            operations: [
              protect,
              { kind: 'external-authentication', slot: WATCHED, challenge: 'A1A2A3A4A5A6A7A8', version },
            ],
          });
          this.authentications++;
          expected ||= results[0].data;
          if (results[0].data !== expected) this.faults.push(`another answer: ${results[0].data}`);
          if (results[1]?.version !== version) this.faults.push(`asked for ${version}, got ${results[1]?.version}`);
          this.withVersion.set(version, (this.withVersion.get(version) ?? 0) + 1);
          done = true;
        } catch (error) {
          this.lastError = String(error).slice(0, 300);
          if (String(error).includes('Error: 4')) throw error;
          await pause(50);
        }
      }
    }
  }

  async killAtRandom() {
    const { kills } = this.options;
    let told = 0;
    while (this.total < kills || !this.rotated) {
      // Whatever is killed was at work: on a slow machine a worker that is killed before it is attached proves nothing.
      const answers = this.authentications;
      await this.#untilAnswered(answers + 1);
      await pause(50 + this.roll(400));
      if (this.total % 10 === 0 || performance.now() - told > 5_000) {
        told = performance.now();
        this.say(
          `${JSON.stringify(this.kills)}, ${this.authentications} answers, ${this.faults.length} ends ${this.lastError}`,
        );
      }
      const pid = this.service?.pid;
      const which = this.roll(20);
      if (which < 2) {
        // A service that never gets to work proves nothing: it must have answered since the last kill.
        const before = this.authentications;
        await this.#untilAnswered(before + 3);
        if (kill(this.service?.pid)) {
          this.kills.service++;
          // Until it works again there is no worker and no connection to kill.
          const after = this.authentications;
          await this.#untilAnswered(after + 2);
        }
      } else if (which < 7) {
        if (await this.#endConnections()) this.kills.connections++;
      } else if (which === 7) {
        if (await this.#crashDatabase()) this.kills.server++;
      } else {
        const workers = childrenOf(pid ?? 0);
        if (kill(workers[this.roll(Math.max(1, workers.length))])) this.kills.worker++;
      }
    }
    const before = this.authentications;
    await this.#untilAnswered(before + 20);
  }

  /** @throws Error when nothing is answered for so long that the service is dead in all but name */
  async #untilAnswered(/** @type {number} */ wanted) {
    const deadline = performance.now() + STUCK_MS;
    while (this.authentications < wanted) {
      if (performance.now() > deadline) throw new Error(`no answer for ${STUCK_MS / 1000} s: ${this.lastError}`);
      await pause(20);
    }
  }

  async #ask(/** @type {string} */ sql) {
    const client = new pg.Client({ connectionString: this.options.database, application_name: 'drill' });
    // The server that is killed takes this connection with it.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.query(sql);
    } catch {
      return null;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #endConnections() {
    const answer = await this.#ask(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'drill'",
    );
    return (answer?.rowCount ?? 0) > 0;
  }

  /** SIGKILL of one of the server's processes: it ends all the others, and recovers from its log. */
  async #crashDatabase() {
    const answer = await this.#ask(
      "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'drill' limit 1",
    );
    const hit = kill(answer?.rows[0]?.pid);
    for (;;) {
      if ((await this.#ask('select 1')) !== null) return hit;
      await pause(100);
    }
  }

  async stop() {
    this.stopped = true;
    const { service } = this;
    if (service === undefined || service.exitCode !== null) return;
    const ended = new Promise((done) => service.once('exit', done));
    service.kill('SIGTERM');
    await ended;
  }
}
