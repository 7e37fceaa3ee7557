/** The classical PKCS#11 attacks with the user PIN on a token that our ceremony founded. Known limits are named as such. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stateFolder } from '../../src/ceremony-room.ts';
import { isChannelRoot } from '../../src/domain/sam-slots.ts';
import { samTokenLabel } from '../../src/sam-token.ts';
import { config, ecb, kcv, pilotRoot, projectRoot, TOKEN_LABEL, temporaryFolder } from '../pilot-room.ts';
import { pilotState } from '../pilot-state.ts';

interface Loot {
  readonly labels: readonly string[];
  readonly answers: Readonly<Record<string, string>>;
  /** Every 16 bytes that could be read anywhere, hex. */
  readonly loot: readonly string[];
  readonly objects: number;
  readonly applications: readonly string[];
  readonly tried: number;
}
const state = temporaryFolder();
const folder = stateFolder(state);
const samFolder = stateFolder(folder.sam);
const modulePath = config.model.modulePaths.find(existsSync) ?? '';
const masters = config.hierarchy.slots.flatMap(({ name }) =>
  [1, 2].map((version) => ({ label: `${name}#${version}`, value: pilotRoot(name, version) })),
);
/** The roots of the issue channel stand here as seals only. */
const inToken = masters.filter(({ label }) => !isChannelRoot(label)).map(({ label }) => label);

function attack(label: string, { softHsmConf, pinFile }: { softHsmConf: string; pinFile: string }): Loot {
  const words = [join(projectRoot, 'key-service/test/attacks/attacker.mjs'), modulePath, label];
  const env = { PATH: process.env.PATH, SOFTHSM2_CONF: softHsmConf };
  const input = readFileSync(pinFile);
  return JSON.parse(execFileSync(process.execPath, words, { env, input, encoding: 'utf8', maxBuffer: 2 ** 27 }));
}
let loot: Loot;
beforeAll(async () => {
  await pilotState(state);
  loot = attack(TOKEN_LABEL, folder);
}, 180_000);
afterAll(() => rmSync(state, { recursive: true, force: true }));

describe('refused', () => {
  test('the user PIN alone gives none of the 52 masters: nothing that can be read anywhere is the value of one', () => {
    expect(masters).toHaveLength(52);
    expect([...loot.labels].sort()).toEqual([...inToken].sort());
    // It did look: seals of 15 slots and of the channel's 2, two versions each, and all notes.
    expect(loot.applications).toContain('rhc-sam-sealed');
    expect(loot.applications).not.toContain('rhc-sam-root');
    expect(loot.objects).toBeGreaterThanOrEqual(34);
    expect(loot.tried).toBeGreaterThan(0);
    const found = new Set(loot.loot);
    const reached = masters.filter(({ value }) => found.has(value.toString('hex')));
    expect(reached.map(({ label, value }) => `${label} ${kcv(value)}`)).toEqual([]);
  });

  test.each([
    ['read', 'CKR_ATTRIBUTE_SENSITIVE'],
    ['wrap by own CBC', 'CKR_KEY_UNEXTRACTABLE'],
    ['wrap by own KEY_WRAP', 'CKR_KEY_UNEXTRACTABLE'],
    ['wrap by own KEY_WRAP_PAD', 'CKR_KEY_UNEXTRACTABLE'],
    ['wraps TMK', 'CKR_KEY_FUNCTION_NOT_PERMITTED'],
    ['unwraps weak', 'CKR_MECHANISM_INVALID'],
    ['by CKM_AES_ECB_ENCRYPT_DATA', 'CKR_MECHANISM_INVALID'],
    ['by CKM_DES3_ECB_ENCRYPT_DATA', 'CKR_MECHANISM_INVALID'],
    ['by CKM_DES3_CBC_ENCRYPT_DATA', 'CKR_MECHANISM_INVALID'],
    ['wraps when given WRAP', 'CKR_MECHANISM_INVALID'],
    ['unwraps when given UNWRAP', 'CKR_MECHANISM_INVALID'],
    ['signs when given SIGN', 'CKR_MECHANISM_INVALID'],
  ])('%s, for every master: %s', (attack, refusal) => {
    for (const label of loot.labels) expect([label, loot.answers[`${label} ${attack}`]]).toEqual([label, refusal]);
  });

  test('decrypts when given DECRYPT, for every master that derives: CKR_MECHANISM_INVALID', () => {
    const deriving = loot.labels.filter((label) => !label.startsWith('CVK#'));
    expect(deriving).toHaveLength(loot.labels.length - 2);
    for (const label of deriving)
      expect([label, loot.answers[`${label} decrypts when given DECRYPT`]]).toEqual([label, 'CKR_MECHANISM_INVALID']);
  });

  test.each(['CKA_EXTRACTABLE', 'CKA_SENSITIVE', 'CKA_KEY_TYPE', 'CKA_NEVER_EXTRACTABLE', 'CKA_ALLOWED_MECHANISMS'])(
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
    ['CKM_XOR_BASE_AND_DATA', 'CKR_MECHANISM_INVALID'],
    ['CKM_CONCATENATE_BASE_AND_DATA', 'CKR_MECHANISM_INVALID'],
    ['CKM_CONCATENATE_DATA_AND_BASE', 'CKR_MECHANISM_INVALID'],
    ['CKM_CONCATENATE_BASE_AND_KEY', 'CKR_MECHANISM_INVALID'],
    ['CKM_EXTRACT_KEY_FROM_KEY', 'CKR_MECHANISM_INVALID'],
  ])('%s: %s', (attack, refusal) => expect(loot.answers[attack]).toBe(refusal));
});

describe('SoftHSM2 permits, a certified HSM refuses: known limits for whoever holds the user PIN', () => {
  test('a key of his own may WRAP and DECRYPT at once', () => {
    expect(loot.answers['make a key with WRAP and DECRYPT']).toBe('OK');
  });

  test('the CVK, which enciphers, deciphers when given DECRYPT: one mechanism does both', () => {
    expect(loot.answers['CVK#1 decrypts when given DECRYPT']).toBe('OK');
  });

  test.each(['CKA_WRAP', 'CKA_DECRYPT', 'CKA_UNWRAP'])(
    'a master stays MODIFIABLE: %s can be given to it, though its allowed mechanisms leave it no use',
    (type) => {
      expect(loot.answers[`set ${type}`]).toBe('OK');
      expect(loot.answers[`copy ${type}`]).toBe('OK');
    },
  );

  test('a derivation may name SENSITIVE=false: what DERIVE makes of a master (a card key) can be read, also cut to one byte', () => {
    const child = ecb(pilotRoot('TMK', 1), Buffer.alloc(16, 1)).toString('hex');
    expect(loot.answers['derive a readable child']).toBe(`OK ${child}`);
    expect(loot.answers['derive a DES child']).toBe('OK');
    expect(loot.answers['derive a one-byte child']).toBe('OK');
  });
});

describe('the SAM token', () => {
  test("refuses the masters' PIN, and its own PIN without a seal gives no master", () => {
    const label = samTokenLabel(TOKEN_LABEL);
    expect(() => attack(label, { ...samFolder, pinFile: folder.pinFile })).toThrow('CKR_PIN_INCORRECT');
    const own = attack(label, samFolder);
    expect(own.labels).toEqual([]);
    expect(masters.filter(({ value }) => own.loot.includes(value.toString('hex')))).toEqual([]);
  });
});

test('pkcs11-tool sees no extractable master', () => {
  const words = ['--module', modulePath, '--token-label', TOKEN_LABEL, '--login', '--pin', 'env:TOKEN_PIN'];
  const listing = execFileSync('pkcs11-tool', [...words, '--list-objects', '--type', 'secrkey'], {
    env: {
      PATH: process.env.PATH,
      SOFTHSM2_CONF: folder.softHsmConf,
      TOKEN_PIN: readFileSync(folder.pinFile, 'utf8').trim(),
    },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const access = listing.split('\n').filter((line) => line.includes('Access:'));
  expect(access).toHaveLength(inToken.length);
  for (const line of access) {
    expect(line).toContain('sensitive, always sensitive, never extractable');
    expect(line.replace('never extractable', '')).not.toContain('extractable');
  }
});
