/** One set-up at a time: two of them in one folder would tear node_modules apart. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SetupFailure } from './progress.mjs';

const WAIT_LIMIT_MS = 30 * 60_000;

/** @param {number} pid */
function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {string} path */
function holder(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

/**
 * @template T
 * @param {string} path @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  const deadline = Date.now() + WAIT_LIMIT_MS;
  let told = false;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const pid = holder(path);
    if (pid === 0 || !lives(pid)) {
      // Its holder was killed: what it left half-done is done again because the stamp is missing.
      rmSync(path, { force: true });
      continue;
    }
    if (!told)
      process.stderr.write(`… 另一个安装（进程 ${pid}）正在进行，等待 · waiting for the set-up of process ${pid}\n`);
    told = true;
    if (Date.now() > deadline)
      throw new SetupFailure(
        '另一个安装 30 分钟仍未结束。',
        'Another set-up did not end within 30 minutes.',
        `kill ${pid}`,
      );
    await pause(250);
  }
  const free = () => rmSync(path, { force: true });
  process.once('exit', free);
  try {
    return await work();
  } finally {
    free();
    process.removeListener('exit', free);
  }
}
