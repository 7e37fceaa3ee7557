/** A key-service on a real SoftHSM2 token in a folder of its own, and the pilot's keys recomputed by node:crypto. */
import { createCipheriv, createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadHsmConfig } from '@rhc/hsm-config';
import { type CeremonyOutcome, holdCeremony, readText, stateFolder } from '../src/ceremony-room.ts';

export const projectRoot = join(__dirname, '../..');
export const config = loadHsmConfig(join(projectRoot, 'hsm-config'), 'pilot', readText);
export const workerPath = join(projectRoot, 'key-service/dist/hsm/worker.js');
/** Of `npm start` too, so that a copy of its ceremony (pilot-state.ts) opens here. */
export const TOKEN_LABEL = 'rhc-pilot';

export function temporaryFolder(): string {
  const base = join(process.env.RHC_TEST_TMP ?? tmpdir(), 'rhc-key-service');
  mkdirSync(base, { recursive: true });
  return mkdtempSync(join(base, 't-'));
}

export function pilotCeremony(state: string, production = false): Promise<CeremonyOutcome> {
  return holdCeremony({
    config,
    folder: stateFolder(state),
    tokenLabel: TOKEN_LABEL,
    workerPath,
    policy: { production, allowSoftToken: undefined },
    now: () => new Date('2026-11-22T00:00:00Z'),
  });
}

export const hex = (text: string): Buffer => Buffer.from(text, 'hex');

function cipher(mode: 'ecb' | 'cbc', key: Buffer, data: Buffer, iv: Buffer | null): Buffer {
  const engine = createCipheriv(`aes-128-${mode}`, key, iv);
  engine.setAutoPadding(false);
  return Buffer.concat([engine.update(data), engine.final()]);
}
export const ecb = (key: Buffer, data: Buffer): Buffer => cipher('ecb', key, data, null);
export const cbc = (key: Buffer, iv: Buffer, data: Buffer): Buffer => cipher('cbc', key, data, iv);
export const not = (data: Buffer): Buffer => Buffer.from(data.map((byte) => byte ^ 0xff));
export const disperse = (key: Buffer, factor: Buffer): Buffer => ecb(key, Buffer.concat([factor, not(factor)]));
export const kcv = (key: Buffer): string => ecb(key, Buffer.alloc(16)).subarray(0, 3).toString('hex').toUpperCase();

export function pilotRoot(slot: string, version: number): Buffer {
  const root = Buffer.alloc(16);
  for (const part of [1, 2, 3]) {
    const digest = createHash('sha256').update(`rhc-pilot/${slot}/v${version}/component-${part}`).digest();
    for (let i = 0; i < 16; i++) root[i] = (root[i] ?? 0) ^ (digest[i] ?? 0);
  }
  return root;
}

export function cardKey(slot: string, version: number, factor: Buffer): Buffer {
  const levels = config.hierarchy.slots.find(({ name }) => name === slot)?.levels;
  const root = pilotRoot(slot, version);
  return disperse(levels === 2 ? disperse(root, Buffer.from('13000000')) : root, factor);
}
