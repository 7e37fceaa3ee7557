/**
 * A private PC/SC world (FIELD.md): pcscd with the virtual reader driver inside network and mount namespaces of its own.
 * Nothing listens on the host's network, the host's pcscd is untouched, several stacks run side by side, and nothing is
 * left when the parent ends. Clients outside reach it through the Unix socket (PCSCLITE_CSOCK_NAME).
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Debian's build of vpcd listens on these two, one a virtual reader. */
export const READER_PORTS = Object.freeze([35963, 35964]);
/** Names under which PC/SC shows the two readers. */
export const READER_NAMES = Object.freeze(['Virtual PCD 00 00', 'Virtual PCD 00 01']);
const SOCKET_PATH_LIMIT = 107;
const DRIVER_FOLDERS = ['/usr/lib/pcsc/drivers/serial', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'];
const NAMESPACE_SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'namespace.sh');

/** @param {string} zh @param {string} en */
function failure(zh, en) {
  return new Error(`${zh}\n${en}`);
}

function vpcdDriver() {
  for (const folder of DRIVER_FOLDERS) {
    if (!existsSync(folder)) continue;
    const name = readdirSync(folder).find((entry) => /^libifdvpcd\.so/.test(entry));
    if (name !== undefined) return join(folder, name);
  }
  throw failure(
    '找不到虚拟读卡器驱动 libifdvpcd.so。请安装：apt-get install vsmartcard-vpcd',
    'The virtual reader driver libifdvpcd.so is missing. Install it: apt-get install vsmartcard-vpcd',
  );
}

/** Which namespaces this user may make: root plainly, others inside a user namespace. */
function namespaceFlags() {
  const attempts = [
    ['-m', '-n'],
    ['-U', '-r', '-m', '-n'],
  ];
  const why = [];
  for (const flags of attempts) {
    const trial = spawnSync('unshare', [...flags, 'true'], { encoding: 'utf8' });
    if (trial.status === 0) return flags;
    why.push(`unshare ${flags.join(' ')}: ${(trial.stderr || String(trial.error ?? '')).trim()}`);
  }
  throw failure(
    `本机不允许建立私有命名空间，虚拟读卡器无法隔离运行。请用 root 运行，或改用真实读卡器：npm start -- --readers system\n${why.join('\n')}`,
    'This machine does not allow private namespaces, so the virtual readers cannot be isolated. Run as root, or use real readers: npm start -- --readers system',
  );
}

/** @param {import('node:child_process').ChildProcess} child */
function ended(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

/** @param {import('node:child_process').ChildProcess} child @param {number} graceMs */
async function end(child, graceMs) {
  if (ended(child)) return;
  const exit = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exit;
  clearTimeout(timer);
}

/** @param {string} what @param {number} deadlineMs @param {() => Promise<boolean> | boolean} check @param {() => string} story */
async function until(what, deadlineMs, check, story) {
  const deadline = Date.now() + deadlineMs;
  while (!(await check())) {
    if (Date.now() > deadline)
      throw failure(`虚拟读卡器未就绪（${what}）。\n${story()}`, `The virtual reader stack is not ready (${what}).`);
    await pause(10);
  }
}

/** @param {string} path @returns {Promise<boolean>} */
function accepts(path) {
  return new Promise((done) => {
    const socket = createConnection(path);
    socket.once('connect', () => done(socket.destroy() && true));
    socket.once('error', () => done(false));
  });
}

/** @param {number} pid @param {number} port true when a socket of that namespace listens on the port */
function listens(pid, port) {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['tcp', 'tcp6']) {
    let text = '';
    try {
      text = readFileSync(`/proc/${pid}/net/${table}`, 'utf8');
    } catch {}
    for (const line of text.split('\n')) {
      const [, local, , state] = line.trim().split(/\s+/);
      if (state === '0A' && local?.endsWith(`:${wanted}`)) return true;
    }
  }
  return false;
}

/** @type {import('./reader-stack.d.mts').startReaderStack} */
export async function startReaderStack({ socketDir, logFile }) {
  const folder = resolve(socketDir);
  const csockName = join(folder, 'pcscd.comm');
  if (Buffer.byteLength(csockName) > SOCKET_PATH_LIMIT)
    throw failure(
      `套接字路径过长（最多 ${SOCKET_PATH_LIMIT} 字节）：${csockName}`,
      `The socket path is too long (at most ${SOCKET_PATH_LIMIT} bytes); use a shorter folder.`,
    );
  const driver = vpcdDriver();
  const flags = namespaceFlags();
  mkdirSync(folder, { recursive: true });
  if (await accepts(csockName))
    throw failure(
      `已有读卡器服务在 ${csockName} 上运行。请先停止它。`,
      `A pcscd already serves ${csockName}. Stop it first.`,
    );
  const drivers = join(folder, 'drivers');
  const config = join(folder, 'reader.conf.d');
  mkdirSync(drivers, { recursive: true });
  mkdirSync(config, { recursive: true });
  const plugged = join(config, 'vpcd');
  const plug = (/** @type {boolean} */ readers) => {
    rmSync(plugged, { force: true });
    if (readers)
      writeFileSync(
        plugged,
        `FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH ${driver}\nCHANNELID 0x8C7B\n`,
      );
  };
  const log = openSync(logFile, 'a', 0o600);

  // The holder ends with its standard input even where the death signal is lost.
  const holder = spawn('unshare', [...flags, 'setpriv', '--pdeathsig', 'KILL', 'sh', NAMESPACE_SCRIPT, folder], {
    stdio: ['pipe', 'pipe', log],
  });
  const holderPid = holder.pid;
  const userNamespace = flags.includes('-U') ? ['-U', '--preserve-credentials'] : [];
  /** @type {Set<import('node:child_process').ChildProcess>} */
  const inside = new Set();
  const story = () => {
    const text = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n') : '';
    return `${logFile}:\n${text}`;
  };

  /** @type {import('./reader-stack.d.mts').ReaderStack['enter']} */
  const enter = (command, options = {}) => {
    if (command.length === 0) throw new TypeError('enter: a command is wanted');
    const cwd = String(options.cwd ?? process.cwd());
    const child = spawn(
      'nsenter',
      [
        '-t',
        String(holderPid),
        ...userNamespace,
        '-m',
        '-n',
        'setpriv',
        '--pdeathsig',
        'KILL',
        'env',
        '-C',
        cwd,
        ...command,
      ],
      options,
    );
    inside.add(child);
    child.once('exit', () => inside.delete(child));
    return child;
  };

  /** @type {import('node:child_process').ChildProcess | undefined} */
  let daemon;
  const startDaemon = async (readers = true) => {
    plug(readers);
    rmSync(csockName, { force: true });
    rmSync(join(folder, 'pcscd.pid'), { force: true });
    daemon = enter(['pcscd', '--foreground', '--error', '--config', config], {
      // No USB driver in here: real readers stay with the machine's own pcscd.
      env: { ...process.env, PCSCLITE_HP_DROPDIR: drivers, PCSCLITE_CSOCK_NAME: undefined },
      stdio: ['ignore', log, log],
    });
    const current = daemon;
    await until(
      'pcscd',
      10_000,
      async () => {
        if (ended(current)) throw failure(`pcscd 启动后退出。\n${story()}`, 'pcscd ended right after its start.');
        const there = !readers || READER_PORTS.every((port) => listens(holderPid ?? 0, port));
        return there && (await accepts(csockName));
      },
      story,
    );
  };

  const stop = async () => {
    await Promise.all([...inside].map((child) => end(child, 3000)));
    holder.stdin?.end();
    await end(holder, 1000);
    try {
      closeSync(log);
    } catch {}
    for (const name of ['pcscd.comm', 'pcscd.pid', 'drivers', 'reader.conf.d'])
      rmSync(join(folder, name), { recursive: true, force: true });
  };

  try {
    await new Promise((ready, refuse) => {
      holder.once('error', refuse);
      holder.once('exit', () =>
        refuse(failure(`私有命名空间建立失败。\n${story()}`, 'The private namespaces could not be set up.')),
      );
      holder.stdout?.on('data', (text) => String(text).includes('ready') && ready(undefined));
    });
    await startDaemon();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    csockName,
    ports: READER_PORTS,
    readerNames: READER_NAMES,
    holderPid: holderPid ?? 0,
    get pcscdPid() {
      return daemon?.pid ?? 0;
    },
    enter,
    async restartPcscd({ readers = true } = {}) {
      if (daemon !== undefined) await end(daemon, 2000);
      await startDaemon(readers);
    },
    stop,
  };
}
