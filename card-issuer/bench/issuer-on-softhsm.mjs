/**
 * What the benches of issuing share: key-service as a process of its own on SoftHSM2, card-issuer in this process, blanks and
 * invented people. Needs `dist`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytesToHex } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { disperse, pilotRoot } from '@rhc/card/secure-messaging';
import { KeyServiceClient, personalizationKeysOver } from '@rhc/key-service/client';
import { runPilotCeremony } from '../../scripts/start/ceremony.mjs';
import { Processes } from '../../scripts/start/processes.mjs';
import { startServices } from '../../scripts/start/services.mjs';
import { prepareState } from '../../scripts/start/state.mjs';
import { createIssuer } from '../dist/app.js';
import { systemClock } from '../dist/clock.js';
import { inventedResident } from './invented-residents.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ISSUER_CODE = '1301000000000000000001';
export const SUITE = 'intl-128';
export const IDENTITY = { name: '石家庄市卫生健康委员会', code: ISSUER_CODE, cityCode: '130100', validityYears: 10 };

export const random = (/** @type {number} */ length) => new Uint8Array(randomBytes(length));
export const root = (slot, version) => pilotRoot(nodeCrypto, slot, version);
const quiet = /** @type {any} */ ({ info() {}, warn() {}, error: (line) => console.error(JSON.stringify(line)) });

/** A blank of the pilot with a serial of its own. */
export function blank() {
  const historicalBytes = Uint8Array.of(0x52, 1, ...random(6), 1, 0, 0);
  const transportKey = bytesToHex(disperse(nodeCrypto, SUITE, root('TMK', 1), historicalBytes.slice(0, 8)));
  return { historicalBytes, transportKey };
}

export function person(/** @type {number} */ index) {
  const { name, sex, documentNumber, birthDate, areaCode, phone } = inventedResident(index);
  return { name, sex, documentNumber, birthDate, areaCode, phone, ethnicGroup: '汉族', documentType: '居民身份证' };
}

/**
 * key-service on a token of its own while `work` runs.
 * @template T
 * @param {(house: { readonly state: import('../../scripts/start/services.mjs').State, readonly url: string }) => Promise<T>} work
 */
export async function withKeyService(work) {
  const folder = mkdtempSync(join(tmpdir(), 'rhc-bench-issuing-'));
  const processes = new Processes((line) => process.stderr.write(`${line}\n`));
  try {
    const state = prepareState(folder);
    await runPilotCeremony(ROOT, state);
    const { keyService } = await startServices(ROOT, state, processes, { csockName: null, only: ['key-service'] });
    return await work({ state, url: keyService.url });
  } finally {
    await processes.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {{ readonly state: import('../../scripts/start/services.mjs').State, readonly url: string }} house
 * @param {import('../dist/store/index.js').Database} database
 * @param {{ readonly node?: string }} more
 */
export function issuerOn({ state, url }, database, more = {}) {
  const client = new KeyServiceClient({
    baseUrl: url,
    token: () => readFileSync(state.tokens.keyService, 'utf8').trim(),
  });
  return createIssuer({
    database,
    keys: {
      personalization: (people) => personalizationKeysOver(client, ISSUER_CODE, people),
      issuerCertificate: async () => (await client.issuerCertificate()).certificate,
    },
    dataKeys: client,
    crypto: nodeCrypto,
    clock: systemClock,
    random,
    logger: quiet,
    issuer: IDENTITY,
    enrolmentReview: 'none',
    ...more,
  });
}
