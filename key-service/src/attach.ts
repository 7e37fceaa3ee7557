/** Attaching the token for a process: module path, PIN file and worker environment brought together. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { HsmConfig } from '@rhc/hsm-config';
import { keyServiceErrors } from './errors.ts';
import { findModulePath } from './hsm/module-path.ts';
import { readPinFile } from './hsm/pin-file.ts';
import { HsmWorkerPool, type WorkerPoolOptions } from './hsm/worker-pool.ts';

export interface AttachOptions {
  readonly config: HsmConfig;
  readonly workerPath: string;
  readonly softHsmConf: string;
  readonly pinFile: string;
  readonly tokenLabel: string;
  readonly workers: number;
  readonly tuning?: Partial<Pick<WorkerPoolOptions, 'deadlineMs' | 'recycleAfter' | 'maxQueued' | 'restartDelayMs'>>;
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
  const pin = readPinFile(options.pinFile);
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
