/**
 * Insertions and removals with random timing on a private pcscd with its virtual readers, and the service killed again and
 * again: no event lost or doubled, how long recovery takes, whether handles grow.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIMITS, forkPcscChild, SupervisedPort, systemTimers } from '../../reader-agent/dist/pcsc/index.js';
import { startReaderStack } from '../reader-stack/reader-stack.mjs';
import { EventWitness } from './event-witness.mjs';

const ATRS = ['3B8B8001000101000000002A01000021', '3B8B8001000101000000002B01000020'];
const SEEN_LIMIT_MS = 20_000;
const DWELL_MS = 120;

const handles = (/** @type {number} */ pid) => readdirSync(`/proc/${pid}/fd`).length;
/** @param {readonly number[]} values @param {number} share */
export const percentile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

/**
 * @param {{ insertions: number, kills: number, random?: () => number, say?: (line: string) => void }} wish
 * @returns {Promise<{ inserted: number, removed: number, faults: string[], recoveryMs: number[], handles: { first: number, last: number, child: number[] }, restarts: number }>}
 */
export async function soakThroughPcscd({ insertions, kills, random = Math.random, say = () => undefined }) {
  const folder = mkdtempSync(join(tmpdir(), 'rhc-soak-'));
  const stack = await startReaderStack({ socketDir: folder, logFile: join(folder, 'pcscd.log') });
  const hand = stack.enter(
    [process.execPath, fileURLToPath(new URL('hand.mjs', import.meta.url)), ...stack.ports.map(String)],
    {
      stdio: ['pipe', 'inherit', 'inherit'],
    },
  );
  const port = new SupervisedPort({
    spawn: () =>
      forkPcscChild({
        childPath: fileURLToPath(new URL('../../reader-agent/dist/pcsc/child.js', import.meta.url)),
        env: { ...process.env, PCSCLITE_CSOCK_NAME: stack.csockName },
      }),
    timers: systemTimers,
    limits: DEFAULT_LIMITS,
    readerReturnMs: 5_000,
  });
  const witness = new EventWitness();
  port.subscribe((event) => witness.see(event));
  /** @param {string} what @param {() => boolean} holds */
  const until = async (what, holds) => {
    for (const deadline = Date.now() + SEEN_LIMIT_MS; !holds(); await pause(2)) {
      if (Date.now() > deadline)
        throw new Error(`not within ${SEEN_LIMIT_MS} ms: ${what}; ${witness.faults.join('; ')}`);
    }
  };
  const order = (/** @type {string} */ line) => hand.stdin?.write(`${line}\n`);
  /** @type {number[]} */
  const recoveryMs = [];
  /** @type {number[]} */
  const childHandles = [];
  try {
    await until('both readers', () => port.health().state === 'running');
    const killAt = new Set();
    while (killAt.size < kills) killAt.add(1 + Math.floor(random() * insertions));
    let first = 0;
    for (let round = 1; round <= insertions; round += 1) {
      const slot = random() < 0.5 ? 0 : 1;
      const reader = stack.readerNames[slot] ?? '';
      const atr = ATRS[random() < 0.5 ? 0 : 1] ?? '';
      order(`insert ${slot} ${atr}`);
      await until(`insertion ${round}`, () => witness.lying(reader)?.atr === atr);
      const { insertion = 0 } = witness.lying(reader) ?? {};
      await pause(random() * DWELL_MS);
      // Half of the cards are held while they are pulled: their handle must end with them.
      if (random() < 0.5) await port.connect(reader, { share: 'exclusive' }).catch(() => undefined);
      if (killAt.has(round)) {
        process.kill(stack.pcscdPid, 'SIGKILL');
        await until('the loss is told', () => port.health().state !== 'running');
        await pause(random() * DWELL_MS);
        await stack.restartPcscd();
        const back = Date.now();
        // The card lay there all the time; after the restart it counts as inserted anew.
        await until(
          'recovery',
          () => port.health().state === 'running' && (witness.lying(reader)?.insertion ?? 0) > insertion,
        );
        recoveryMs.push(Date.now() - back);
      }
      order(`remove ${slot}`);
      await until(`removal ${round}`, () => witness.lying(reader) === null);
      await pause(random() * DWELL_MS);
      if (round === Math.ceil(insertions / 10)) first = handles(process.pid);
      if (round % Math.ceil(insertions / 20) === 0) {
        childHandles.push(handles(port.health().childPid ?? process.pid));
        say(`${round}/${insertions} · ${recoveryMs.length} 次重启 restarts · ${childHandles.at(-1)} fd`);
      }
    }
    return {
      inserted: witness.inserted,
      removed: witness.removed,
      faults: witness.faults,
      recoveryMs,
      handles: { first, last: handles(process.pid), child: childHandles },
      restarts: port.health().restarts,
    };
  } finally {
    await port.close();
    hand.stdin?.end();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
