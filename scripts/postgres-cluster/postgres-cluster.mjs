/**
 * A private PostgreSQL cluster for tests: a temporary folder, a free port on loopback, no trace afterwards. PostgreSQL
 * refuses to run as root, so root runs it as the user `postgres`.
 */

import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** @param {string} zh @param {string} en */
function failure(zh, en) {
  return new Error(`${zh}\n${en}`);
}

/** Newest server that Debian installed: its programs are not on the path. */
function binaries() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root)
    ? readdirSync(root).filter((name) => existsSync(join(root, name, 'bin/initdb')))
    : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined)
    throw failure(
      '找不到 PostgreSQL。请安装：apt-get install postgresql',
      'PostgreSQL is missing. Install it: apt-get install postgresql',
    );
  return join(root, newest, 'bin');
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((done, refuse) => {
    const server = createServer();
    server.once('error', refuse);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Command prefix and ids of the user who may run PostgreSQL. */
function owner() {
  if (process.getuid?.() !== 0) return { prefix: [], uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const id = (/** @type {string} */ flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  const uid = id('-u');
  if (!(uid > 0))
    throw failure(
      '系统用户 postgres 不存在。请安装：apt-get install postgresql',
      'The user postgres does not exist. Install: apt-get install postgresql',
    );
  return { prefix: ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'], uid, gid: id('-g') };
}

/** @type {import('./postgres-cluster.d.mts').startPostgresCluster} */
export async function startPostgresCluster({ parentDir = '/tmp', port } = {}) {
  const bin = binaries();
  const { prefix, uid, gid } = owner();
  mkdirSync(parentDir, { recursive: true });
  const folder = mkdtempSync(join(parentDir, 'rhc-pg-'));
  const data = join(folder, 'data');
  const sockets = join(folder, 's');
  const passwordFile = join(folder, 'pw');
  const password = randomBytes(18).toString('base64url');
  mkdirSync(sockets);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of [folder, sockets, passwordFile]) chownSync(path, uid, gid);
  const run = (/** @type {string[]} */ command) => {
    const [program = '', ...rest] = [...prefix, ...command];
    return spawnSync(program, rest, { cwd: folder, encoding: 'utf8' });
  };
  const made = run([
    join(bin, 'initdb'),
    '-D',
    data,
    '-U',
    'rhc',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ]);
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw failure('PostgreSQL 集群初始化失败。', `initdb failed: ${made.stderr}`);
  }
  const chosen = port ?? (await freePort());
  const settings = {
    listen_addresses: '127.0.0.1',
    port: chosen,
    unix_socket_directories: sockets,
    fsync: 'off',
    max_connections: 60,
  };
  const command = [...prefix, 'setpriv', '--pdeathsig', 'INT', join(bin, 'postgres'), '-D', data];
  for (const [name, value] of Object.entries(settings)) command.push('-c', `${name}=${value}`);
  const [program = '', ...rest] = command;
  const log = join(folder, 'log');
  writeFileSync(log, '');
  chownSync(log, uid, gid);
  const server = spawn(program, rest, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (text) => {
    said = (said + text).slice(-4000);
  });
  const over = () => server.exitCode !== null || server.signalCode !== null;
  const stop = async () => {
    if (!over()) {
      const exit = new Promise((done) => server.once('exit', done));
      server.kill('SIGINT');
      const timer = setTimeout(() => server.kill('SIGKILL'), 5000);
      await exit;
      clearTimeout(timer);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + 20_000;
  while (run([join(bin, 'pg_isready'), '-q', '-h', '127.0.0.1', '-p', String(chosen)]).status !== 0) {
    if (over() || Date.now() > deadline) {
      await stop();
      throw failure('PostgreSQL 启动失败。', `PostgreSQL did not start: ${said}`);
    }
    await pause(50);
  }
  return {
    host: '127.0.0.1',
    port: chosen,
    user: 'rhc',
    password,
    database: 'postgres',
    url: `postgres://rhc:${password}@127.0.0.1:${chosen}/postgres`,
    version: readFileSync(join(data, 'PG_VERSION'), 'utf8').trim(),
    stop,
  };
}
