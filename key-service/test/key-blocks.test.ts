/** TR-31 / X9.143 with the protection key in SoftHSM2; the second implementation is node:crypto's. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes, xorBytes } from '@rhc/card/bytes';
import { attachHsm } from '../src/attach.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import { dispersalBlock } from '../src/domain/hierarchy.ts';
import { importFromKeyBlock } from '../src/domain/key-block/exchange.ts';
import { FORMS, type KeyBlockHeader } from '../src/domain/key-block/header.ts';
import { checkValueBlock, openKeyBlock, sealKeyBlock } from '../src/domain/key-block/key-block.ts';
import { softKeyBlockEngine } from '../src/hsm/soft-key-block-engine.ts';
import type { HsmWorkerPool } from '../src/hsm/worker-pool.ts';
import { openDatabase } from '../src/store/database.ts';
import { keyVersionStore } from '../src/store/stores.ts';
import {
  config,
  disperse,
  hex,
  kcv,
  pilotRoot,
  projectRoot,
  TOKEN_LABEL,
  temporaryFolder,
  workerPath,
} from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';

const state = temporaryFolder();
const folder = stateFolder(state);
let hsm: HsmWorkerPool;
beforeAll(async () => {
  await pilotState(state);
  hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers: 1 });
}, 180_000);
afterAll(async () => {
  await hsm?.close();
  rmSync(state, { recursive: true, force: true });
}, 20_000);

const parts = (value: string) => {
  const other = new Uint8Array(value.length / 2).map((_, index) => (index * 37 + 11) & 0xff);
  return [xorBytes(hexToBytes(value), other), other];
};
const install = (name: string, kind: 'AES' | 'TDES', value: string) =>
  hsm.run('import-protection-key', { name, kind, parts: parts(value) });
const header: KeyBlockHeader = {
  version: 'D',
  usage: 'E6',
  algorithm: 'A',
  mode: 'X',
  keyVersion: '03',
  exportability: 'N',
  optionalBlocks: [],
};
const random = (length: number) => new Uint8Array(length).fill(0x5a);
const KBPK = {
  AES128: '88E1AB2A2E3DD38C1FA039A536500CC8',
  AES256: '88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6',
  TDES2: 'DD7515F2BFC17F85CE48F3CA25CB21F6',
  TDES3: 'DD7515F2BFC17F85CE48F3CA25CB21F61357E6B0FDA2468A',
};
const key = hexToBytes('3EB3B72576BBBE831355AB0EE3123AE8');
let version = 10;

describe.each([
  ['AES128', 'AES', 'D'],
  ['AES256', 'AES', 'D'],
  ['TDES2', 'TDES', 'B'],
  ['TDES3', 'TDES', 'B'],
] as const)('protection key %s', (name, kind, blockVersion) => {
  const soft = softKeyBlockEngine(kind, hexToBytes(KBPK[name]));

  test('from components into the token; the same again changes nothing, another is refused', async () => {
    const first = await install(name, kind, KBPK[name]);
    expect(first).toEqual({ kcv: soft.checkValue(), created: true });
    expect(await install(name, kind, KBPK[name])).toEqual({ ...first, created: false });
    await expect(install(name, kind, 'AA'.repeat(KBPK[name].length / 2))).rejects.toMatchObject({
      code: 'KEY_CHECK_VALUE_MISMATCH',
    });
  });

  test("the token reads the other implementation's block into a root with the right check value", async () => {
    const root = `RK1.DF01#${version++}`;
    const block = sealKeyBlock({ ...header, version: blockVersion }, key, soft, random);
    const made = await hsm.run('import-key-block', { kbpk: name, block, root, usage: 'derive' });
    expect(made).toMatchObject({ root, created: true, header: { usage: 'E6', keyVersion: '03' } });
    expect(bytesToHex(made.kcv)).toBe(kcv(Buffer.from(key)));
    expect(await hsm.run('import-key-block', { kbpk: name, block, root, usage: 'derive' })).toMatchObject({
      created: false,
    });
  });

  test("the other implementation reads the token's block: a provincial key, with both check values", async () => {
    const province = hexToBytes('3133303030303030');
    const path = { root: 'RK1.DDF1#1', blocks: [dispersalBlock(province)], cachedBlocks: 0 } as const;
    const { block } = await hsm.run('export-key-block', {
      kbpk: name,
      key: path,
      header: { ...header, version: blockVersion },
    });
    const opened = openKeyBlock(block, soft);
    const expected = disperse(pilotRoot('RK1.DDF1', 1), hex('3133303030303030'));
    expect(bytesToHex(opened.key)).toBe(expected.toString('hex').toUpperCase());
    const blocks = opened.header.optionalBlocks;
    expect(blocks).toContainEqual({ id: 'KC', data: `00${kcv(expected)}` });
    expect(blocks).toContainEqual(checkValueBlock('KP', 'CMAC0', soft.checkValue()));
    // And back into the token, as a province would take it in.
    const made = await hsm.run('import-key-block', {
      kbpk: name,
      block,
      root: `RK1.DF02#${version++}`,
      usage: 'derive',
    });
    expect(bytesToHex(made.kcv)).toBe(kcv(expected));
  });

  test('a wrong protection key, an altered header, an altered MAC are refused with the reason, and leave nothing', async () => {
    const named = {
      ...header,
      version: blockVersion,
      optionalBlocks: [checkValueBlock('KP', 'CMAC0', soft.checkValue())],
    };
    const wrong = `wrong-${name}`;
    await install(wrong, kind, `${KBPK[name].slice(2)}5B`);
    const plain = sealKeyBlock({ ...header, version: blockVersion }, key, soft, random);
    const last = plain.endsWith('0') ? '1' : '0';
    const cases = [
      [wrong, plain, 'MAC'],
      [wrong, sealKeyBlock(named, key, soft, random), 'KBPK'],
      [name, plain.replace('E6AX', 'E0AX'), 'MAC'],
      [name, `${plain.slice(0, -1)}${last}`, 'MAC'],
      [name, plain.slice(0, -2), 'length'],
      [name, sealKeyBlock({ ...header, version: blockVersion, mode: 'N' }, key, soft, random), 'mode'],
      [name, sealKeyBlock({ ...header, version: blockVersion, algorithm: 'T' }, key, soft, random), 'algorithm'],
      [name, sealKeyBlock({ ...header, version: blockVersion }, key.slice(0, 8), soft, random), 'algorithm'],
      [
        name,
        sealKeyBlock(
          { ...header, version: blockVersion, optionalBlocks: [{ id: 'KC', data: '00000000' }] },
          key,
          soft,
          random,
        ),
        'KC',
      ],
    ] as const;
    const before = (await hsm.run('describe-roots', null)).length;
    for (const [kbpk, block, field] of cases) {
      await expect(
        hsm.run('import-key-block', { kbpk, block, root: 'RK1.DF03#99', usage: 'derive' }),
      ).rejects.toMatchObject({
        code: 'KEY_BLOCK_REFUSED',
        fields: [{ field }],
      });
    }
    expect(await hsm.run('describe-roots', null)).toHaveLength(before);
  });
});

const vectorFile = join(process.env.RHC_PUBLIC_VECTORS ?? join(projectRoot, '../shared/vectors'), 'tr31.json');
(existsSync(vectorFile) ? test : test.skip)(
  'the published blocks B and D open in the token (shared/vectors/tr31.json)',
  async () => {
    const vectors = JSON.parse(readFileSync(vectorFile, 'utf8')).vectors as {
      name: string;
      kbpk: string;
      block: string;
    }[];
    const readable = vectors.filter(({ block }) => /^[BD]/.test(block));
    expect(readable).toHaveLength(5);
    for (const [index, { kbpk, block }] of readable.entries()) {
      const name = `published-${index}`;
      await install(name, FORMS[block[0] as 'B'].kbpk, kbpk);
      // Their MAC is right, so what is refused is what this system does with such a key: TDES, or another mode.
      const tried = hsm.run('import-key-block', { kbpk: name, block, root: 'RK1.DF03#98', usage: 'encrypt' });
      const refusal = block[7] === 'A' ? null : 'algorithm';
      if (refusal === null) expect((await tried).header.mode).toBe('E');
      else await expect(tried).rejects.toMatchObject({ code: 'KEY_BLOCK_REFUSED', fields: [{ field: refusal }] });
    }
  },
);

test('a block of version A or C is not read with a key in the token, and says why', async () => {
  const block = `A${'0072'}P0TE00E0000F5161ED902807AF26F1D62263644BD24192FDB3193C730301CEE8701`;
  await expect(
    hsm.run('import-key-block', { kbpk: 'TDES2', block, root: 'RK1.DF03#97', usage: 'encrypt' }),
  ).rejects.toMatchObject({ code: 'KEY_BLOCK_REFUSED', fields: [{ field: 'version' }] });
});

test('components: one alone, six, or of different lengths are refused', async () => {
  const part = new Uint8Array(16);
  for (const bad of [
    [],
    [part],
    Array(6).fill(part),
    [part, new Uint8Array(32)],
    [new Uint8Array(8), new Uint8Array(8)],
  ]) {
    await expect(hsm.run('import-protection-key', { name: 'bad', kind: 'AES', parts: bad })).rejects.toMatchObject({
      code: 'KEY_BLOCK_REFUSED',
    });
  }
});

test('a root is not exported, and protection keys are SIGN only and never extractable', async () => {
  const path = { root: 'RK1.DDF1#1', blocks: [], cachedBlocks: 0 } as const;
  await expect(hsm.run('export-key-block', { kbpk: 'AES256', key: path, header })).rejects.toMatchObject({
    code: 'HSM_FAILED',
  });
  const pin = readFileSync(folder.pinFile, 'utf8').trim();
  const words = [
    '--module',
    config.model.modulePaths[0] ?? '',
    '--token-label',
    TOKEN_LABEL,
    '-l',
    '--pin',
    'env:TEST_PIN',
    '-O',
    '--type',
    'secrkey',
  ];
  const listing = execFileSync('pkcs11-tool', words, {
    env: { ...process.env, SOFTHSM2_CONF: folder.softHsmConf, TEST_PIN: pin },
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString();
  const own = listing.split('Secret Key Object').filter((object) => object.includes('KBPK.'));
  expect(own.length).toBeGreaterThanOrEqual(8);
  for (const object of own) {
    expect(object).toContain('sensitive, always sensitive, never extractable');
    // pkcs11-tool names no right to SIGN of a secret key: it shows that there is no other.
    expect(/Usage:\s+(.*)/.exec(object)?.[1]).toBe('none');
  }
});

test('an import is logged before and after, refusals too, and the version is pre-active', async () => {
  const logged: string[] = [];
  const database = await openDatabase(folder.database);
  const room = {
    hierarchy: config.hierarchy,
    hsm,
    versions: keyVersionStore(database),
    audit: {
      record: async (action: string) => {
        logged.push(action);
        return { id: action, index: null };
      },
    },
    now: () => new Date('2026-11-22T00:00:00Z'),
  };
  const soft = softKeyBlockEngine('AES', hexToBytes(KBPK.AES256));
  const block = sealKeyBlock(header, key, soft, random);
  const order = { slot: 'RK1.DF03', version: 3, kbpk: 'AES256', block, actor: 'officer-a' } as const;
  expect(await importFromKeyBlock(room, order)).toEqual({ kcv: kcv(Buffer.from(key)) });
  const bad = { ...order, version: 4, block: block.replace('E6AX', 'E0AX') };
  await expect(importFromKeyBlock(room, bad)).rejects.toMatchObject({ code: 'KEY_BLOCK_REFUSED' });
  expect(logged).toEqual(['key-block-import', 'root-imported', 'key-block-import', 'key-block-refused']);
  const made = (await room.versions.all()).filter((each) => each.slot === 'RK1.DF03');
  expect(made.map((each) => [each.version, each.state])).toContainEqual([3, 'pre-active']);
  expect(made).toHaveLength(3);
  await database.destroy();
});
