/** The classical PKCS#11 attacks with the user PIN on a token that our ceremony founded. Known limits are named as such. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { samKeyReferences } from '@rhc/card/profile';
import { stateFolder } from '../../src/ceremony-room.ts';
import { config, ecb, pilotCeremony, pilotRoot, projectRoot, TOKEN_LABEL, temporaryFolder } from '../pilot-room.ts';

interface Loot {
  readonly labels: readonly string[];
  readonly answers: Readonly<Record<string, string>>;
  readonly blocks: number;
  readonly samRoots: readonly string[];
}
const state = temporaryFolder();
const folder = stateFolder(state);
const modulePath = config.model.modulePaths.find(existsSync) ?? '';
/** Two versions of each slot, and the key under which the blocks for SAMs rest. */
const secretKeys = config.hierarchy.slots.length * 2 + 1;
const samSlots = new Set<string>(samKeyReferences.map(({ slot }) => slot));
const forSams = config.hierarchy.slots
  .filter(({ name }) => samSlots.has(name))
  .flatMap(({ name }) => [1, 2].map((version) => pilotRoot(name, version).toString('hex')));
const environment = { PATH: process.env.PATH, SOFTHSM2_CONF: folder.softHsmConf };
let loot: Loot;
beforeAll(async () => {
  await pilotCeremony(state);
  const words = [join(projectRoot, 'key-service/test/attacks/attacker.mjs'), modulePath, TOKEN_LABEL];
  const input = readFileSync(folder.pinFile);
  loot = JSON.parse(execFileSync(process.execPath, words, { env: environment, input, encoding: 'utf8' }));
});
afterAll(() => rmSync(state, { recursive: true, force: true }));

describe('refused', () => {
  test.each([
    ['read', 'CKR_ATTRIBUTE_SENSITIVE'],
    ['wrap by own CBC', 'CKR_KEY_UNEXTRACTABLE'],
    ['wrap by own KEY_WRAP', 'CKR_KEY_UNEXTRACTABLE'],
    ['wraps TMK', 'CKR_KEY_FUNCTION_NOT_PERMITTED'],
    ['unwraps weak', 'CKR_MECHANISM_INVALID'],
  ])('%s, for every secret key: %s', (attack, refusal) => {
    expect(loot.labels).toHaveLength(secretKeys);
    for (const label of loot.labels) expect([label, loot.answers[`${label} ${attack}`]]).toEqual([label, refusal]);
  });

  test.each(['CKA_EXTRACTABLE', 'CKA_SENSITIVE', 'CKA_KEY_TYPE', 'CKA_NEVER_EXTRACTABLE'])(
    '%s by set or copy',
    (type) => {
      expect(loot.answers[`set ${type}`]).toBe('CKR_ATTRIBUTE_READ_ONLY');
      expect(loot.answers[`copy ${type}`]).toBe('CKR_ATTRIBUTE_READ_ONLY');
    },
  );

  test.each([
    ['set CKA_EXTRACTABLE in the token', 'CKR_ATTRIBUTE_READ_ONLY'],
    ['set CKA_SENSITIVE in the token', 'CKR_ATTRIBUTE_READ_ONLY'],
    ['decrypt', 'CKR_KEY_FUNCTION_NOT_PERMITTED'],
    ['encrypt', 'CKR_KEY_FUNCTION_NOT_PERMITTED'],
    ['derive from CVK', 'CKR_KEY_FUNCTION_NOT_PERMITTED'],
    ['CKM_XOR_BASE_AND_DATA', 'CKR_MECHANISM_INVALID'],
    ['CKM_CONCATENATE_BASE_AND_DATA', 'CKR_MECHANISM_INVALID'],
    ['CKM_CONCATENATE_DATA_AND_BASE', 'CKR_MECHANISM_INVALID'],
    ['CKM_CONCATENATE_BASE_AND_KEY', 'CKR_MECHANISM_INVALID'],
    ['CKM_EXTRACT_KEY_FROM_KEY', 'CKR_MECHANISM_INVALID'],
  ])('%s: %s', (attack, refusal) => expect(loot.answers[attack]).toBe(refusal));
});

describe('known limits, for whoever holds the user PIN', () => {
  test('a key of his own may WRAP and DECRYPT', () => {
    expect(loot.answers['make a key with WRAP and DECRYPT']).toBe('OK');
  });

  test.each(['CKA_WRAP', 'CKA_DECRYPT', 'CKA_UNWRAP'])('a master stays MODIFIABLE: %s can be given to it', (type) => {
    expect(loot.answers[`set ${type}`]).toBe('OK');
    expect(loot.answers[`copy ${type}`]).toBe('OK');
  });

  test('what DERIVE makes of a master (a card key) can be read, also cut to one byte', () => {
    const child = ecb(pilotRoot('TMK', 1), Buffer.alloc(16, 1)).toString('hex');
    expect(loot.answers['derive a readable child']).toBe(`OK ${child}`);
    expect(loot.answers['derive a DES child']).toBe('OK');
    expect(loot.answers['derive a one-byte child']).toBe('OK');
  });
});

test('pkcs11-tool sees no extractable master', () => {
  const words = ['--module', modulePath, '--token-label', TOKEN_LABEL, '--login', '--pin', 'env:TOKEN_PIN'];
  const listing = execFileSync('pkcs11-tool', [...words, '--list-objects', '--type', 'secrkey'], {
    env: { ...environment, TOKEN_PIN: readFileSync(folder.pinFile, 'utf8').trim() },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const access = listing.split('\n').filter((line) => line.includes('Access:'));
  expect(access).toHaveLength(secretKeys);
  for (const line of access) {
    expect(line).toContain('sensitive, always sensitive, never extractable');
    expect(line.replace('never extractable', '')).not.toContain('extractable');
  }
});

test('NOT PREVENTED: every root that SAMs hold is extractable by two calls, C_GetAttributeValue of its block and C_DeriveKey', () => {
  expect([...loot.samRoots].sort()).toEqual([...forSams].sort());
});
