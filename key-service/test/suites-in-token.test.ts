/**
 * Each suite on a real token: personalization, terminal and re-key, byte for byte what clear keys compute. `intl-128`
 * and `pboc-3des` in SoftHSM2, `sm-128` in the labelled soft engine, and by a vendor's map whose numbers are the map's.
 */
import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex, concatBytes, hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { type AlgorithmSuite, CARD_KEY_SLOTS, type CardKeySlotName, nationalProfile } from '@rhc/card/profile';
import { localRekeyKeys } from '@rhc/card/rekey';
import {
  blockBytes,
  cardKey,
  channelKeys,
  disperse,
  kcvEnc0,
  macBlock,
  pad80,
  pilotRoot,
  protectedData,
  sessionKey,
} from '@rhc/card/secure-messaging';
import type { HsmConfig, HsmModel } from '@rhc/hsm-config';
import { attachHsm } from '../src/attach.ts';
import { holdCeremony, stateFolder } from '../src/ceremony-room.ts';
import { Keyring, type KeyVersion } from '../src/domain/key-versions.ts';
import { prepareInput } from '../src/domain/personalization.ts';
import { refuseInProduction } from '../src/domain/production.ts';
import { rekeyInput, rekeyResponse } from '../src/domain/rekey.ts';
import { terminalInput, terminalResponse } from '../src/domain/terminal.ts';
import type { HsmPort } from '../src/hsm/port.ts';
import { config, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';

const CARD = '0102030405060708';
const R = 'A1A2A3A4A5A6A7A8';
const [cardFactor, challenge] = [hexToBytes(CARD), hexToBytes(R)];
const request = {
  cardFactor: CARD,
  provinceCode: '13',
  challenge: R,
  masterKeyVersion: 0,
  securityCodeBlock: '000102030405060708090A0B0C0D0E0F',
  issuer: '1301000000000000000001',
};

/** The pilot with another suite, and another model where one is given. */
function inSuite(suite: AlgorithmSuite, model: HsmModel = config.model): HsmConfig {
  const hierarchy = { ...config.hierarchy, suite, slots: config.hierarchy.slots.map((slot) => ({ ...slot, suite })) };
  return { ...config, model, hierarchy, ceremony: { ...config.ceremony, suite } };
}

/** A token names DES keys with odd parity: the same keys. */
function asToken(suite: AlgorithmSuite, key: Uint8Array): Uint8Array {
  if (suite !== 'pboc-3des') return key;
  return key.map((byte) => {
    const ones = [1, 2, 3, 4, 5, 6, 7].filter((bit) => ((byte >> bit) & 1) === 1).length;
    return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0);
  });
}

/** A vendor's map that points to the AES of SoftHSM2: what is proven is that every number comes from the map. */
function vendorMap(): HsmModel {
  const own = config.model.suites['intl-128'];
  if (own?.engine !== 'token') throw new Error('no suite');
  return {
    ...config.model,
    id: 'vendor',
    suites: {
      'intl-128': {
        ...own,
        derive: { ...own.derive, mechanism: 'CKM_VENDOR_DERIVE' },
        ecb: 'CKM_VENDOR_ECB',
        cbc: 'CKM_VENDOR_CBC',
        wrap: 'CKM_VENDOR_CBC',
        keyType: 'CKK_VENDOR',
      },
    },
    vendorNumbers: {
      CKM_VENDOR_DERIVE: '0x1105',
      CKM_VENDOR_ECB: '0x1081',
      CKM_VENDOR_CBC: '0x1082',
      CKK_VENDOR: '0x1F',
    },
  };
}

describe.each([
  ['intl-128', 'SoftHSM2', config.model],
  ['pboc-3des', 'SoftHSM2', config.model],
  ['sm-128', 'the soft engine', config.model],
  ['intl-128', "a vendor's numbers", vendorMap()],
] as const)('%s in %s', (suite, _where, model) => {
  const own = inSuite(suite, model);
  const state = temporaryFolder();
  const folder = stateFolder(state);
  let hsm: HsmPort;
  let versions: readonly KeyVersion[];
  const book = () => ({ hierarchy: own.hierarchy, keyring: new Keyring(versions, []) });
  const clear = (slot: CardKeySlotName, version: number) =>
    cardKey(
      nodeCrypto,
      suite,
      pilotRoot(nodeCrypto, slot, version),
      nationalProfile.keySlot(slot).levels,
      '13',
      cardFactor,
    );

  beforeAll(async () => {
    const policy = { production: false, allowSoftToken: undefined };
    const common = { config: own, workerPath, tokenLabel: TOKEN_LABEL };
    ({ versions } = await holdCeremony({ ...common, folder, policy, now: () => new Date() }));
    hsm = await attachHsm({ ...common, ...folder, workers: 1 });
  }, 120_000);
  afterAll(async () => {
    await hsm?.close();
    if (existsSync(state)) rmSync(state, { recursive: true, force: true });
  }, 60_000);

  test('every mechanism answered as known', () => {
    const mine = hsm.token.knownAnswers.filter(({ name }) => suite === 'intl-128' || name.startsWith(suite));
    expect(mine.length).toBeGreaterThanOrEqual(5);
    expect(hsm.token.knownAnswers.filter(({ passed }) => !passed)).toEqual([]);
  });

  test('personalization: every WRITE KEY, MAC, check value and the chain', async () => {
    const output = await hsm.run('prepare', prepareInput(book(), request));
    const master = disperse(nodeCrypto, suite, pilotRoot(nodeCrypto, 'TMK', 1), cardFactor);
    const channel = channelKeys(nodeCrypto, suite, master, challenge);
    const input = prepareInput(book(), request);
    const order = CARD_KEY_SLOTS.flatMap((slot) => [1, 2].map((version) => ({ slot, version })));
    expect(output.loads).toHaveLength(order.length);
    let chaining = new Uint8Array(blockBytes(suite));
    order.forEach(({ slot, version }, index) => {
      const load = output.loads[index];
      const { header, description } = input.loads[index] as (typeof input.loads)[number];
      if (load === undefined) throw new Error('too few');
      const key = clear(slot, version);
      const plain = concatBytes(description, asToken(suite, key), pad80(new Uint8Array(0), 16));
      expect(bytesToHex(load.cipher)).toBe(bytesToHex(nodeCrypto.encipherEcb(suite, channel.encipherment, plain)));
      expect(bytesToHex(load.kcv)).toBe(bytesToHex(kcvEnc0(nodeCrypto, suite, key)));
      chaining = Uint8Array.from(macBlock(nodeCrypto, suite, channel.mac, concatBytes(header, load.cipher), chaining));
      expect(bytesToHex(load.mac)).toBe(bytesToHex(chaining.slice(0, 4)));
    });
    expect(bytesToHex(output.macChaining)).toBe(bytesToHex(chaining));
  });

  test('terminal: a protected update and a MAC', async () => {
    const operations = [
      { kind: 'protect', slot: 'STK.DF02', challenge: R, header: '04DC0104', plain: '290102' },
      { kind: 'protect', slot: 'STK.DF03', challenge: R, header: '84D20104', plain: null },
    ] as const;
    const asked = { cardFactor: CARD, provinceCode: '13', operations: [...operations] };
    const outputs = await hsm.run('terminal', terminalInput(book(), asked, [1, 1]));
    const { results } = terminalResponse(book(), [1, 1], outputs);
    const expected = operations.map(({ slot, header, plain }) =>
      bytesToHex(
        protectedData(
          nodeCrypto,
          suite,
          sessionKey(nodeCrypto, suite, clear(slot, 1), challenge),
          hexToBytes(header),
          plain === null ? null : hexToBytes(plain),
        ),
      ),
    );
    expect(results).toMatchObject(expected.map((data) => ({ data })));
  });

  test('re-key: retirements and headers as clear keys make them', async () => {
    const rekey = {
      cardFactor: CARD,
      provinceCode: '13',
      challenge: R,
      masterKeyVersion: 1,
      writes: CARD_KEY_SLOTS.map((slot) => ({ slot, version: 2 })),
      retirements: CARD_KEY_SLOTS.map((slot) => ({ slot, version: 1 })),
    };
    const ours = rekeyResponse(book(), rekey, await hsm.run('rekey', rekeyInput(book(), rekey)));
    const local = localRekeyKeys({
      crypto: nodeCrypto,
      suite,
      profile: nationalProfile,
      random: (length) => new Uint8Array(length),
      root: (slot, version) => pilotRoot(nodeCrypto, slot, version),
    });
    const theirs = await local.openChannel({ ...rekey, cardFactor, challenge });
    const commands = (list: readonly { command: string | Uint8Array }[]) =>
      list.map(({ command }) => (typeof command === 'string' ? command : bytesToHex(command)));
    if (suite === 'pboc-3des') {
      // The new keys carry parity in the token, so their ciphertext and the chain after it differ; the frame does not.
      const frame = (list: readonly string[]) => list.map((command) => command.slice(0, 10));
      expect(frame(commands(ours.writes))).toEqual(frame(commands(theirs.writes)));
    } else {
      expect(commands(ours.writes)).toEqual(commands(theirs.writes));
      expect(commands(ours.retirements)).toEqual(commands(theirs.retirements));
    }
  });

  test('a second attach finds the same roots', async () => {
    const described = await hsm.run('describe-roots', null);
    expect(described).toHaveLength(52);
    for (const { root, kcv } of described) {
      const [slot, version] = root.split('#') as [CardKeySlotName, string];
      expect(bytesToHex(kcv)).toBe(
        bytesToHex(kcvEnc0(nodeCrypto, suite, pilotRoot(nodeCrypto, slot, Number(version)))),
      );
    }
  });
});

test('the soft engine is refused in production, by name', () => {
  const { ceremony, model } = inSuite('sm-128');
  const policy = { production: true, allowSoftToken: 'softhsm2' };
  expect(() => refuseInProduction(policy, { ...ceremony, production: 'allowed' }, model)).toThrow(
    'SOFT_ENGINE_REFUSED_IN_PRODUCTION',
  );
});
