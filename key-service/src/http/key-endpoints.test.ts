/** What a call does when keys come and go while it waits. On a real token: `npm run kill-test`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadHsmConfig } from '@rhc/hsm-config';
import type { Call, Endpoint } from '@rhc/service-shell';
import type { AuditReceipt } from '../audit/audit-log.ts';
import type { BureauCardKeysResponse, PreparePersonalizationResponse } from '../contract/index.ts';
import { ALL_KEY_SLOTS } from '../domain/hierarchy.ts';
import { Keyring, type KeyVersion } from '../domain/key-versions.ts';
import type { HsmOperations, HsmPort } from '../hsm/port.ts';
import { bureauEndpoints } from './bureau-endpoints.ts';
import { type KeyEndpointParts, keyEndpoints } from './key-endpoints.ts';

const { hierarchy } = loadHsmConfig(join(__dirname, '../../../hsm-config'), 'pilot', (path) =>
  readFileSync(path, 'utf8'),
);
const version = (slot: KeyVersion['slot'], number: number, state: KeyVersion['state']): KeyVersion => ({
  ...{ slot, version: number, state, suite: 'intl-128', kcv: '000000', kcvMethod: 'ENC0' },
});
const active = ALL_KEY_SLOTS.map((slot) => version(slot, 1, 'active'));
const before = [...active, version('RK1.DF01', 2, 'pre-active')];
/** A rotation rolled back in one slot, another one begun in a slot that is loaded earlier. */
const after = [...active, version('IRK.DDF1', 2, 'pre-active')];
const block = (path: string) => Buffer.from(path);

/** The keys change while the entry of the log is written; the HSM answers with the path of each key that it is asked for. */
function changing(): KeyEndpointParts {
  let keyring = new Keyring(before, []);
  const answers: Partial<{ [K in keyof HsmOperations]: (input: HsmOperations[K]['input']) => unknown }> = {
    prepare: ({ loads }) => ({
      cryptogram: new Uint8Array(8),
      terminalRandom: new Uint8Array(8),
      loads: loads.map(({ key }) => ({ cipher: new Uint8Array(48), mac: new Uint8Array(4), kcv: block(key.root) })),
      macChaining: new Uint8Array(8),
      securityCode: '000',
    }),
    'wrap-card-keys': ({ cards }) => ({
      transportKeyCheckValue: new Uint8Array(3),
      cards: cards.map(({ keys }) => ({
        keys: keys.map(({ key }) => ({ block: key.root, kcv: block(key.root) })),
        securityCode: '000',
      })),
    }),
  };
  const parts: Partial<KeyEndpointParts> = {
    book: {
      hierarchy,
      get keyring() {
        return keyring;
      },
    },
    uses: { spend: () => Promise.resolve() } as unknown as KeyEndpointParts['uses'],
    audit: {
      record: () => {
        keyring = new Keyring(after, []);
        return Promise.resolve({} as AuditReceipt);
      },
    },
    hsm: {
      run: (name: keyof typeof answers, input: never) => Promise.resolve(answers[name]?.(input)),
    } as unknown as HsmPort,
  };
  return parts as KeyEndpointParts;
}
async function answer<A>(rows: (parts: KeyEndpointParts) => Endpoint[], wanted: string, body: unknown): Promise<A> {
  const row = rows(changing()).find(({ path }) => path === wanted);
  return (await row?.handle({ body } as Call<unknown, unknown>)) as A;
}
const card = { cardFactor: '0102030405060708', securityCodeBlock: '00'.repeat(16) };
const issuer = { issuer: '1301000000000000000001', provinceCode: '13' };
const rootOf = (kcv: string) => Buffer.from(kcv, 'hex').toString();

test('each key command of a card bears the name of the key that it holds', async () => {
  const body = { ...card, ...issuer, challenge: 'A1A2A3A4A5A6A7A8', masterKeyVersion: 0 };
  const { keys } = await answer<PreparePersonalizationResponse>(keyEndpoints, '/v1/personalization/prepare', body);
  expect(keys.map(({ slot, version: number }) => `${slot}#${number}`)).toEqual(keys.map(({ kcv }) => rootOf(kcv)));
  expect(keys.filter(({ version: number }) => number === 2).map(({ slot }) => slot)).toEqual(['RK1.DF01']);
});

test('so does each key block for a bureau', async () => {
  const body = { ...issuer, transportKey: 'KBPK.BUREAU', order: 'bo_1', cards: [card] };
  const { cards } = await answer<BureauCardKeysResponse>(bureauEndpoints, '/v1/bureau/card-keys', body);
  const keys = cards.flatMap((each) => each.keys);
  expect(keys.map(({ slot, version: number }) => `${slot}#${number}`)).toEqual(keys.map(({ block: path }) => path));
  expect(keys.filter(({ version: number }) => number === 2).map(({ slot }) => slot)).toEqual(['RK1.DF01']);
});
