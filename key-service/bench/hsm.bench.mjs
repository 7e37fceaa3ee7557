/**
 * HSM work through the worker against a bare PKCS#11 loop in one process, in the same run on the same token. Needs
 * `dist`. `run()` gives rows for the root's `npm run bench`; called directly it prints them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadHsmConfig } from '@rhc/hsm-config';
import { attachHsm } from '../dist/attach.js';
import { holdCeremony, readText, stateFolder } from '../dist/ceremony-room.js';
import { dispersalBlock } from '../dist/domain/hierarchy.js';
import { Keyring } from '../dist/domain/key-versions.js';
import { prepareInput } from '../dist/domain/personalization.js';
import { operations } from '../dist/hsm/operations/index.js';
import { bareToken } from './bare-token.mjs';

const TOKEN_LABEL = 'rhc-bench';
const LOOPS = 4_000;
const CARDS = 60;
const factor = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

async function perSecond(count, work) {
  const started = process.hrtime.bigint();
  await work();
  return (count * 1e9) / Number(process.hrtime.bigint() - started);
}

const row = (name, value, unit, baseline) => ({
  name,
  value: Math.round(value),
  unit,
  baseline: Math.round(baseline),
  ratio: Math.round((value / baseline) * 100) / 100,
});

export async function run() {
  const state = mkdtempSync(join(tmpdir(), 'rhc-bench-'));
  try {
    const config = loadHsmConfig(fileURLToPath(new URL('../../hsm-config', import.meta.url)), 'pilot', readText);
    const folder = stateFolder(state);
    const workerPath = fileURLToPath(new URL('../dist/hsm/worker.js', import.meta.url));
    const common = { config, workerPath, tokenLabel: TOKEN_LABEL };
    const policy = { production: false, allowSoftToken: undefined };
    const { versions } = await holdCeremony({ ...common, folder, policy, now: () => new Date() });
    const input = prepareInput(
      { hierarchy: config.hierarchy, keyring: new Keyring(versions, []) },
      {
        cardFactor: '0102030405060708',
        provinceCode: '13',
        challenge: 'A1A2A3A4A5A6A7A8',
        masterKeyVersion: 0,
        securityCodeBlock: '00'.repeat(16),
        issuer: '1301000000000000000001',
      },
    );
    const key = { root: 'MK.MF#1', blocks: [dispersalBlock(factor)], cachedBlocks: /** @type {const} */ (0) };

    const bare = bareToken(config, folder, TOKEN_LABEL);
    operations.prepare(bare, input);
    const bareLoops = await perSecond(LOOPS, () => operations['wrap-loop'](bare, { key, count: LOOPS }));
    const bareCards = await perSecond(CARDS, () => {
      for (let i = 0; i < CARDS; i++) operations.prepare(bare, input);
    });
    bare.close();

    const hsm = await attachHsm({ ...folder, ...common, workers: 1 });
    try {
      await hsm.run('prepare', input);
      const loops = await perSecond(LOOPS, () => hsm.run('wrap-loop', { key, count: LOOPS }));
      const cards = await perSecond(CARDS, () =>
        Promise.all(Array.from({ length: CARDS }, () => hsm.run('prepare', input))),
      );
      const single = await perSecond(CARDS, async () => {
        for (let i = 0; i < CARDS; i++) await hsm.run('prepare', input);
      });
      return [
        row('derive + wrap + destroy', loops, 'per second', bareLoops),
        row(`cards prepared (${input.loads.length} keys), queued`, cards, 'per second', bareCards),
        row(`cards prepared (${input.loads.length} keys), one after the other`, single, 'per second', bareCards),
      ];
    } finally {
      await hsm.close();
    }
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await run());
