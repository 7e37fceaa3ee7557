/** The token without worker, queue or service: what every bench measures our layers against. */
import { readFileSync } from 'node:fs';
import { Token } from '../dist/hsm/pkcs11/token.js';

/** @param {import('@rhc/hsm-config').HsmConfig} config @param {{ softHsmConf: string, pinFile: string }} folder @param {string} tokenLabel */
export function bareToken(config, folder, tokenLabel) {
  process.env.SOFTHSM2_CONF = folder.softHsmConf;
  return new Token({
    modulePath: config.model.modulePaths[0],
    tokenLabel,
    suites: config.model.suites,
    vendorNumbers: undefined,
    required: [config.hierarchy.suite],
    samKey: null,
    limitsMechanisms: !config.model.quirks.some(({ id }) => id === 'no-allowed-mechanisms'),
    pin: Uint8Array.from(readFileSync(folder.pinFile).subarray(0, 24)),
  });
}
