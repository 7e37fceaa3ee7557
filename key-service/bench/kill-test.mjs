/**
 * `npm run kill-test -- --kills 200 [--seed N]`: a ceremony, then traffic, on SoftHSM2 and a PostgreSQL cluster of its own,
 * while HSM workers, the ceremony, the service and its database connections are killed at random. Afterwards nothing
 * may be lost or doubled: roots, versions, one leaf a root, one leaf at least for each answer, and the log must verify.
 * Needs `dist`. Exit status 0 only when every check held.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadHsmConfig } from '@rhc/hsm-config';
import pg from 'pg';
import { startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { attachHsm } from '../dist/attach.js';
import { holdCeremony, readText, stateFolder } from '../dist/ceremony-room.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LABEL = 'rhc-kill-test';
const LANES = 4;
const config = loadHsmConfig(join(ROOT, 'hsm-config'), 'pilot', readText);
const workerPath = join(ROOT, 'key-service/dist/hsm/worker.js');
const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));
const folderOf = (/** @type {string} */ state, /** @type {string} */ database) => ({ ...stateFolder(state), database });

/** The part that is killed: one run of the ceremony. @param {string} state @param {string} database */
function ceremony(state, database) {
  const policy = { production: false, allowSoftToken: undefined };
  const common = { config, workerPath, tokenLabel: LABEL, policy, now: () => new Date() };
  return holdCeremony({ ...common, folder: folderOf(state, database) });
}

/** Repeatable choices. @param {number} seed */
function dice(seed) {
  let count = 0;
  return (/** @type {number} */ sides) => {
    count += 1;
    return createHash('sha256').update(`${seed}/${count}`).digest().readUInt32BE(0) % sides;
  };
}

const childrenOf = (/** @type {number} */ pid) => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
};
const kill = (/** @type {number | undefined} */ pid) => {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
};
const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => done(port));
    });
  });

class Drill {
  kills = { ceremony: 0, worker: 0, service: 0, database: 0 };
  /** Card factors whose answer came. @type {string[]} */
  answered = [];
  /** Card to how often it was asked for: nothing may be done more often than that. */
  askedFor = new Map();
  asked = 0;
  authentications = 0;
  /** @type {string[]} */
  faults = [];
  stopped = false;
  lastError = '';
  /** @type {import('node:child_process').ChildProcess | undefined} */
  service;

  constructor(/** @type {{ state: string, database: string, kills: number, seed: number, port: number }} */ options) {
    this.options = options;
    this.roll = dice(options.seed);
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
    const words = [fileURLToPath(import.meta.url), '--child', state, '--database', database];
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
        issuer: '1301',
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
          const { results } = await this.ask('/v1/terminal', {
            cardFactor: '0102030405060708',
            provinceCode: '13',
            operations: [protect],
          });
          this.authentications++;
          expected ||= results[0].data;
          if (results[0].data !== expected) this.faults.push(`another answer: ${results[0].data}`);
          done = true;
        } catch (error) {
          this.lastError = String(error).slice(0, 300);
          if (String(error).includes('Error: 4')) throw error;
          await pause(50);
        }
      }
    }
  }

  /** @param {pg.Client} admin */
  async killAtRandom(admin) {
    const { kills } = this.options;
    let told = 0;
    while (this.total < kills) {
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
        while (this.authentications < before + 3) await pause(50);
        if (kill(this.service?.pid)) {
          this.kills.service++;
          // Until it works again there is no worker and no connection to kill.
          const after = this.authentications;
          while (this.authentications < after + 2) await pause(50);
        }
      } else if (which < 7) {
        const { rowCount } = await admin.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'drill'",
        );
        if ((rowCount ?? 0) > 0) this.kills.database++;
      } else {
        const workers = childrenOf(pid ?? 0);
        if (kill(workers[this.roll(Math.max(1, workers.length))])) this.kills.worker++;
      }
    }
    const before = this.authentications;
    while (this.authentications < before + 20) await pause(50);
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

/** @param {Drill} drill @param {pg.Client} admin @param {string} out */
async function check(drill, admin, out) {
  const { state, database, port } = drill.options;
  /** @type {string[]} */
  const wrong = [];
  const folder = folderOf(state, database);
  const hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: LABEL, workers: 1 });
  const roots = await hsm.run('describe-roots', null);
  await hsm.close();
  const wanted = config.hierarchy.slots.length * 2;
  if (roots.length !== wanted) wrong.push(`${roots.length} roots in the token, not ${wanted}`);
  const { rows: versions } = await admin.query('select slot, version, state, kcv from key_versions');
  if (versions.length !== wanted) wrong.push(`${versions.length} versions on record, not ${wanted}`);
  const inToken = new Map(roots.map(({ root, kcv }) => [root, Buffer.from(kcv).toString('hex').toUpperCase()]));
  for (const { slot, version, kcv } of versions)
    if (inToken.get(`${slot}#${version}`) !== kcv) wrong.push(`check value of ${slot}#${version}`);
  if (versions.filter(({ state: at }) => at === 'active').length !== wanted / 2)
    wrong.push('not one active version a slot');

  drill.stopped = false;
  drill.startService();
  for (;;) {
    const status = await fetch(`http://127.0.0.1:${port}/v1/status`).catch(() => null);
    if (status?.ok) break;
    await pause(100);
  }
  await drill.stop();
  const { rows } = await admin.query('select leaf from audit_leaves order by position');
  const leaves = rows.map(({ leaf }) => JSON.parse(leaf));
  // The ceremony names its keys as the token does, SLOT#VERSION; a run that was killed in between finds its own leaf.
  for (const action of ['ceremony-key-made', 'ceremony-key-activated']) {
    const names = leaves.filter((leaf) => leaf.action === action).map(({ details }) => details.key);
    const expected = versions.filter(({ state: at }) => action === 'ceremony-key-made' || at === 'active');
    if (new Set(names).size !== names.length) wrong.push(`${action} stands twice for one version`);
    if (names.length !== expected.length) wrong.push(`${names.length} leaves ${action}, not ${expected.length}`);
  }
  const leavesOf = new Map();
  for (const { action, details } of leaves)
    if (action === 'personalization-prepare')
      leavesOf.set(details.cardFactor, (leavesOf.get(details.cardFactor) ?? 0) + 1);
  for (const [factor, count] of leavesOf) {
    const asked = drill.askedFor.get(factor) ?? 0;
    if (count > asked) wrong.push(`${count} leaves for card ${factor}, which was asked for ${asked} times`);
  }
  if (new Set(drill.answered).size !== drill.answered.length) wrong.push('a card was answered twice');
  const lost = drill.answered.filter((factor) => !leavesOf.has(factor));
  if (lost.length > 0) wrong.push(`${lost.length} answers without a leaf`);
  const counted = leaves
    .filter(({ action }) => action === 'terminal-batch')
    .reduce((sum, { details }) => sum + details.entries, 0);
  if (counted < drill.authentications)
    wrong.push(`${counted} counted terminal calls, ${drill.authentications} answers`);
  if (new Set(leaves.map(({ id }) => id)).size !== leaves.length) wrong.push('an entry stands twice');

  // The offline verifier, which needs no service and no database.
  const { rows: notes } = await admin.query('select note from audit_checkpoints order by size');
  const { publicKeyOf, publicKeyPem } = await import('../dist/audit/checkpoint.js');
  const { tokenSigner } = await import('../dist/audit/audit-room.js');
  const token = await attachHsm({ ...folder, config, workerPath, tokenLabel: LABEL, workers: 1 });
  writeFileSync(join(out, 'key.pem'), publicKeyPem(publicKeyOf((await tokenSigner(token)).publicKey)));
  await token.close();
  writeFileSync(join(out, 'leaves.jsonl'), rows.map(({ leaf }) => `${leaf}\n`).join(''));
  writeFileSync(join(out, 'checkpoints.txt'), notes.map(({ note }) => note).join('\n'));
  const verify = spawn(
    process.execPath,
    [
      join(ROOT, 'key-service/dist/audit/verify-main.js'),
      ...['key.pem', 'leaves.jsonl', 'checkpoints.txt'].map((name) => join(out, name)),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let report = '';
  verify.stdout.on('data', (chunk) => {
    report += chunk;
  });
  const code = await new Promise((done) => verify.once('exit', done));
  if (code !== 0) wrong.push(`the log does not verify: ${report.slice(-1000)}`);
  return { wrong, leaves: leaves.length, counted };
}

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    child: { type: 'string' },
    database: { type: 'string' },
  },
});
if (values.child !== undefined && values.database !== undefined) {
  await ceremony(values.child, values.database);
  process.exit(0);
} else {
  const state = mkdtempSync(join(tmpdir(), 'rhc-kills-'));
  const cluster = await startPostgresCluster();
  const started = performance.now();
  const admin = new pg.Client({ connectionString: cluster.url, application_name: 'drill' });
  const port = await freePort();
  const drill = new Drill({
    state,
    database: cluster.url,
    kills: Number(values.kills),
    seed: Number(values.seed),
    port,
  });
  let status = 1;
  try {
    await admin.connect();
    await drill.holdCeremony();
    drill.startService();
    const lanes = Promise.all(Array.from({ length: LANES }, (_, lane) => drill.lane(lane)));
    lanes.catch((error) => {
      drill.faults.push(String(error));
    });
    await drill.killAtRandom(admin);
    drill.stopped = true;
    await lanes.catch(() => undefined);
    await drill.stop();
    const { wrong, leaves, counted } = await check(drill, admin, state);
    const { kills, answered, asked, authentications, faults } = drill;
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(
      `${JSON.stringify({ kills, total: drill.total, seconds, asked, answered: answered.length, authentications, leaves, counted, restartsByItself: faults.length, wrong }, null, 2)}\n`,
    );
    if (faults.length > 0) process.stdout.write(`${faults.slice(0, 5).join('\n')}\n`);
    status = wrong.length === 0 && faults.every((fault) => fault.startsWith('service ended')) ? 0 : 1;
  } finally {
    await drill.stop();
    await admin.end().catch(() => undefined);
    await cluster.stop();
    if (existsSync(state)) rmSync(state, { recursive: true, force: true });
  }
  process.exit(status);
}
