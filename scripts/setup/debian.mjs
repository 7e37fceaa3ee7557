/** Debian packages that the system needs: looks what is missing and installs it where it may. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { runShown, SetupFailure } from './progress.mjs';

const START_PACKAGES = [
  'softhsm2',
  'pcscd',
  'libpcsclite-dev',
  'vsmartcard-vpcd',
  'opensc',
  'pcsc-tools',
  'iproute2',
  'util-linux',
  'build-essential',
  'python3',
];
const TEST_PACKAGES = [
  'postgresql',
  'chromium',
  'fonts-noto-cjk',
  'poppler-utils',
  'zbar-tools',
  'python3-pyscard',
  'python3-cryptography',
];
/** Present while we install and gone afterwards: no daemon is started and no default database cluster is made. */
const POLICY = '/usr/sbin/policy-rc.d';
const NO_CLUSTER = '/etc/postgresql-common/createcluster.d/rhc-setup.conf';

/** @param {'start' | 'test'} purpose */
export function wantedPackages(purpose) {
  return purpose === 'test' ? [...START_PACKAGES, ...TEST_PACKAGES] : START_PACKAGES;
}

/** @param {readonly string[]} wanted @returns {string[] | null} null: not a Debian system */
export function missingPackages(wanted) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own field syntax
  const asked = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...wanted], {
    encoding: 'utf8',
  });
  if (asked.error !== undefined) return null;
  const installed = new Set();
  for (const line of asked.stdout.split('\n')) {
    const [name, status] = line.split(' ');
    if (status === 'installed') installed.add(name);
  }
  return wanted.filter((name) => !installed.has(name));
}

/** @param {readonly string[]} missing */
export function installLine(missing) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
}

/** Runs `work` with services kept from starting; whatever was put in place is removed again. */
async function withoutServiceStarts(/** @type {() => Promise<void>} */ work) {
  /** @type {string[]} */
  const placed = [];
  /** @type {string[]} */
  const folders = [];
  const place = (/** @type {string} */ path, /** @type {string} */ text, /** @type {number} */ mode) => {
    if (existsSync(path)) return;
    const made = mkdirSync(dirname(path), { recursive: true });
    if (made !== undefined) folders.push(dirname(path));
    writeFileSync(path, text);
    chmodSync(path, mode);
    placed.push(path);
  };
  const clear = () => {
    for (const path of placed) rmSync(path, { force: true });
  };
  process.once('exit', clear);
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  const interrupted = () => process.exit(130);
  for (const signal of signals) process.once(signal, interrupted);
  try {
    place(POLICY, '#!/bin/sh\n# rhc-setup: no service is started while its packages are installed\nexit 101\n', 0o755);
    place(NO_CLUSTER, '# rhc-setup: tests make clusters of their own\ncreate_main_cluster = false\n', 0o644);
    await work();
  } finally {
    clear();
    for (const signal of signals) process.removeListener(signal, interrupted);
    process.removeListener('exit', clear);
  }
}

function listsAreThere() {
  const folder = '/var/lib/apt/lists';
  return existsSync(folder) && readdirSync(folder).some((name) => name.includes('_Packages'));
}

/** @param {'start' | 'test'} purpose @param {{ logFile: string, cwd: string }} options */
export async function ensureDebianPackages(purpose, options) {
  const missing = missingPackages(wantedPackages(purpose));
  if (missing === null) {
    process.stderr.write('⚠ 本机不是 Debian 系统，软件包未检查 · not a Debian system: packages are not checked\n');
    return;
  }
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0)
    throw new SetupFailure(
      `缺少 ${missing.length} 个 Debian 软件包。请运行下面一行，然后重试：`,
      `${missing.length} Debian packages are missing. Run this line, then try again:`,
      installLine(missing),
    );
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = () =>
    runShown({ zh: '更新软件包列表', en: 'updating package lists' }, ['apt-get', 'update'], { ...options, env });
  const install = () =>
    runShown(
      { zh: `安装 ${missing.length} 个 Debian 软件包`, en: `installing ${missing.length} Debian packages` },
      ['apt-get', '-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...missing],
      { ...options, env },
    );
  await withoutServiceStarts(async () => {
    const fresh = listsAreThere();
    if (!fresh) await update();
    try {
      await install();
    } catch (error) {
      // Old lists name files that the mirror no longer has: one look at the new ones, then give up.
      if (!fresh) throw error;
      await update();
      await install();
    }
  });
}
