/** Attaching the token for a process: module path, PIN file and worker environment brought together. */
import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SecretBytes } from '@rhc/card/bytes';
import { type HsmConfig, hasQuirk } from '@rhc/hsm-config';
import { keyServiceErrors } from './errors.ts';
import { findModulePath } from './hsm/module-path.ts';
import { readPinFile } from './hsm/pin-file.ts';
import type { HsmPort } from './hsm/port.ts';
import { keepTokenFiles, mendTokenFiles } from './hsm/soft-token-file.ts';
import { TokenGroup } from './hsm/token-group.ts';
import { HsmWorkerPool, type WorkerPoolOptions } from './hsm/worker-pool.ts';

export interface AttachOptions {
  readonly config: HsmConfig;
  readonly workerPath: string;
  readonly softHsmConf: string;
  readonly pinFile: string;
  /** In place of the file: a credential, or what was typed. Kept for workers that start later. */
  readonly pin?: SecretBytes;
  /** Public key of the SAM token (ADR 024), as `sam-token.ts` wrote it; no such file: this token seals no roots for SAMs. */
  readonly samKeyFile?: string;
  readonly tokenLabel: string;
  readonly workers: number;
  readonly tuning?: Partial<
    Pick<
      WorkerPoolOptions,
      'deadlineMs' | 'recycleAfter' | 'recycleAboveBytes' | 'maxQueued' | 'restartDelayMs' | 'refuseWhenAway'
    >
  >;
  readonly onEvent?: WorkerPoolOptions['onEvent'];
}

export const workerEnvironment = (softHsmConf: string): Record<string, string> => ({
  SOFTHSM2_CONF: resolve(softHsmConf),
});

/** @throws SAM_TOKEN_KEY_INVALID */
export function readSamKey(path: string | undefined): Uint8Array | null {
  if (path === undefined || !existsSync(path)) return null;
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url');
  try {
    createPublicKey({ key, format: 'der', type: 'spki' });
  } catch (cause) {
    throw keyServiceErrors.make('SAM_TOKEN_KEY_INVALID', { cause, detail: path });
  }
  return Uint8Array.from(key);
}

export async function attachHsm(options: AttachOptions): Promise<HsmWorkerPool> {
  const { model, hierarchy } = options.config;
  if (model.suites[hierarchy.suite] === undefined) {
    throw keyServiceErrors.make('HSM_MECHANISM_REFUSED', { detail: hierarchy.suite });
  }
  const pin = options.pin ?? readPinFile(options.pinFile);
  return HsmWorkerPool.start({
    workerPath: options.workerPath,
    environment: workerEnvironment(options.softHsmConf),
    attach: {
      modulePath: findModulePath(model.modulePaths, existsSync),
      tokenLabel: options.tokenLabel,
      suites: model.suites,
      vendorNumbers: model.vendorNumbers,
      limitsMechanisms: !hasQuirk(model, 'no-allowed-mechanisms'),
      required: [hierarchy.suite],
      samKey: readSamKey(options.samKeyFile),
    },
    pin: () => pin.use((bytes) => Uint8Array.from(bytes)),
    workers: options.workers,
    ...(hasQuirk(model, 'token-file-rewritten-at-login')
      ? {
          keepToken: () => keepTokenFiles(options.softHsmConf),
          mendToken: () => mendTokenFiles(options.softHsmConf),
        }
      : {}),
    ...options.tuning,
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  });
}

/** The first token's roots for SAMs are moved when the service starts (`settleSamRoots`); another one's when it comes. */
async function attachFurther(options: AttachOptions): Promise<HsmWorkerPool> {
  const pool = await attachHsm(options);
  try {
    const { moved, loadingKeyDestroyed } = await pool.run('move-sam-roots', null);
    if (moved.length > 0 || loadingKeyDestroyed)
      options.onEvent?.('sam-roots-moved', { token: options.tokenLabel, roots: moved, loadingKeyDestroyed });
    return pool;
  } catch (error) {
    await pool.close();
    throw error;
  }
}

export interface FurtherToken {
  readonly name: string;
  readonly label: string;
  readonly softHsmConf: string;
  readonly pinFile: string;
}

/** One token: its pool alone. Several: a group, the first of them the home of what cannot be in all. */
export async function attachTokens(options: AttachOptions, further: readonly FurtherToken[]): Promise<HsmPort> {
  if (further.length === 0) return attachHsm(options);
  const { onEvent, pin, ...common } = options;
  const tuning = { ...options.tuning, refuseWhenAway: true };
  const first = { name: options.tokenLabel, start: () => attachHsm({ ...options, tuning }) };
  const others = further.map(({ name, label, softHsmConf, pinFile }) => ({
    name,
    start: () =>
      attachFurther({
        ...common,
        tuning,
        tokenLabel: label,
        softHsmConf,
        pinFile,
        ...(onEvent === undefined ? {} : { onEvent }),
      }),
  }));
  return TokenGroup.start({
    places: [first, ...others],
    now: () => new Date(),
    ...(options.tuning?.deadlineMs === undefined ? {} : { waitMs: options.tuning.deadlineMs }),
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}
