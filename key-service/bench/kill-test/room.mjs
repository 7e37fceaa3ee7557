/** The token and the configuration that all parts of the drill share. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadHsmConfig } from '@rhc/hsm-config';
import { holdCeremony, readText, stateFolder } from '../../dist/ceremony-room.js';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const LABEL = 'rhc-kill-test';
export const config = loadHsmConfig(join(ROOT, 'hsm-config'), 'pilot', readText);
export const workerPath = join(ROOT, 'key-service/dist/hsm/worker.js');
export const folderOf = (/** @type {string} */ state, /** @type {string} */ database) => ({
  ...stateFolder(state),
  database,
});

/** The part that is killed: one run of the ceremony. @param {string} state @param {string} database */
export function ceremony(state, database) {
  const policy = { production: false, allowSoftToken: undefined };
  const common = { config, workerPath, tokenLabel: LABEL, policy, now: () => new Date() };
  return holdCeremony({ ...common, folder: folderOf(state, database) });
}
