/** Attaching the token for a process: module path, PIN file and worker environment brought together. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SecretBytes } from '@rhc/card/bytes';
import type { HsmConfig } from '@rhc/hsm-config';
import { keyServiceErrors } from './errors.ts';
import { findModulePath } from './hsm/module-path.ts';
import { readPinFile } from './hsm/pin-file.ts';
import type { HsmPort } from './hsm/port.ts';
import { TokenGroup } from './hsm/token-group.ts';
import { HsmWorkerPool, type WorkerPoolOptions } from './hsm/worker-pool.ts';

export interface AttachOptions {
  readonly config: HsmConfig;
  readonly workerPath: string;
  readonly softHsmConf: string;
  readonly pinFile: string;
  /** In place of the file: a credential, or what was typed. Kept for workers that start later. */
  readonly pin?: SecretBytes;
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
      required: [hierarchy.suite],
    },
    pin: () => pin.use((bytes) => Uint8Array.from(bytes)),
    workers: options.workers,
    ...options.tuning,
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  });
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
      attachHsm({
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
