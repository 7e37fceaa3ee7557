/**
 * The pilot's keys on a SoftHSM2 token, copied from the one ceremony of this test run: holding one costs six seconds, most
 * of them SoftHSM2's. For suites that need the keys and look neither at the ceremony nor at a second token beside this one
 * (a copy's token has the serial and the PINs of the first).
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const MOST_MS = 110_000;

/** @param state folder that is not there yet, or empty */
export async function pilotState(state: string): Promise<void> {
  const run = process.env.RHC_TEST_RUN;
  if (run === undefined) throw new Error('RHC_TEST_RUN is not set: scripts/test/run-folder.mjs makes it');
  const held = join(run, 'pilot');
  const making = join(run, 'pilot-in-the-making');
  if (claimed(join(run, 'pilot-claimed'))) {
    const ceremony = join(process.cwd(), 'key-service/dist/ceremony.js');
    await promisify(execFile)(process.execPath, [ceremony, 'pilot', '--state', making]);
    renameSync(making, held);
  } else {
    // Another suite of this run holds it; when that fails it says why, and these end at their deadline.
    for (const from = Date.now(); !existsSync(held); await pause(50)) {
      if (Date.now() - from > MOST_MS) throw new Error(`no pilot ceremony in ${held} after ${MOST_MS} ms`);
    }
  }
  cpSync(held, state, { recursive: true });
  for (const configuration of [join(state, 'softhsm2.conf'), join(state, 'sam/softhsm2.conf')]) {
    writeFileSync(configuration, readFileSync(configuration, 'utf8').replaceAll(making, state));
  }
}

/** True for one process of a run. */
function claimed(mark: string): boolean {
  try {
    mkdirSync(mark);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
