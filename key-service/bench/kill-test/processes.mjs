/** Repeatable choices, and processes to kill. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

export const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

/** Repeatable choices. @param {number} seed */
export function dice(seed) {
  let count = 0;
  return (/** @type {number} */ sides) => {
    count += 1;
    return createHash('sha256').update(`${seed}/${count}`).digest().readUInt32BE(0) % sides;
  };
}

export const childrenOf = (/** @type {number} */ pid) => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
};
export const kill = (/** @type {number | undefined} */ pid) => {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
};
export const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => done(port));
    });
  });
