/**
 * The suite through the real pcscd: a private reader stack with the virtual card in its first reader. After a case that
 * changed the chip for good, a new card is put in.
 */
import { randomBytes } from 'node:crypto';
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hexToBytes } from '@rhc/card/bytes';
import { ImageFileMemory } from '@rhc/virtual-card/memory';
import { startReaderStack } from '../reader-stack/reader-stack.mjs';
import { pilotImages } from './in-process-card.mjs';
import { cardInReader, openReader } from './pcsc-card.mjs';

const WAIT_MS = 15_000;

/** @param {string} root @param {import('@rhc/card/profile').AlgorithmSuite} suite */
export async function startVirtualReader(root, suite) {
  const folder = mkdtempSync(join(tmpdir(), 'rhc-conformance-'));
  const stack = await startReaderStack({ socketDir: join(folder, 'pcscd'), logFile: join(folder, 'pcscd.log') });
  process.env.PCSCLITE_CSOCK_NAME = stack.csockName;
  let serial = 0;
  const makeImage = (/** @type {string} */ chip) => {
    serial += 1;
    // Every card has an identifier of its own, as on a real pile of blanks.
    const historical = hexToBytes(`5201${serial.toString(16).padStart(12, '0')}010000`);
    const path = join(folder, 'cards', `${serial}.json`);
    const random = (/** @type {number} */ length) => new Uint8Array(randomBytes(length));
    const image = /** @type {Record<string, any>} */ (pilotImages(suite, historical))[chip];
    new ImageFileMemory({ path, fileSystem: fs, random }).manufacture(image);
    return path;
  };
  const control = join(folder, 'control');
  const main = resolve(root, 'virtual-card/dist/main.js');
  stack.enter([process.execPath, main, '--image', makeImage('operational'), '--control', control], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const reader = await openReader(null);
  let inside = 'operational';
  const put = async (/** @type {string} */ chip) => {
    await reader.disconnect().catch(() => undefined);
    await say(control, 'eject');
    await until(() => !reader.isPresent);
    await say(control, `swap ${makeImage(chip)}`);
    await until(() => reader.isPresent);
    inside = chip;
  };
  const source = cardInReader(reader);
  return {
    reader,
    card: {
      insert: async (/** @type {string} */ chip, /** @type {{ fresh: boolean }} */ { fresh }) => {
        if (fresh || chip !== inside) await put(chip);
        return source.insert(chip);
      },
    },
    stop: async () => {
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param {string} path @param {string} line */
async function say(path, line) {
  await new Promise((resolvePromise, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      if (JSON.parse(data.toString()).ok) resolvePromise(undefined);
      else reject(new Error(`${line}: ${data}`));
    });
    socket.write(`${line}\n`);
  });
}

/** @param {() => boolean} holds */
async function until(holds) {
  for (const deadline = Date.now() + WAIT_MS; !holds(); await pause(10)) {
    if (Date.now() > deadline) throw new Error('the reader did not follow');
  }
}
