/** A token folder for recovery or for a drill: configuration and PINs of mode 0600, and the token; what is there stays. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { HsmConfig } from '@rhc/hsm-config';
import { workerEnvironment } from '../attach.ts';
import { initialiseTokenInWorker } from '../hsm/initialise-token.ts';
import { findModulePath } from '../hsm/module-path.ts';
import { makePinFile, readPinFile } from '../hsm/pin-file.ts';
import type { StateFolder } from '../state-folder.ts';

export interface TokenFolderOptions {
  readonly config: HsmConfig;
  readonly folder: StateFolder;
  readonly tokenLabel: string;
  readonly workerPath: string;
}

/** True when the token was made now. */
export function ensureTokenFolder({ config, folder, tokenLabel, workerPath }: TokenFolderOptions): Promise<boolean> {
  mkdirSync(folder.tokens, { recursive: true, mode: 0o700 });
  if (!existsSync(folder.softHsmConf)) {
    const text = config.softHsmConfTemplate.replaceAll('{{TOKEN_DIR}}', folder.tokens);
    writeFileSync(folder.softHsmConf, text, { mode: 0o600 });
  }
  for (const path of [folder.soPinFile, folder.pinFile]) makePinFile(path);
  const copy = (path: string) => readPinFile(path).use((bytes) => Uint8Array.from(bytes));
  return initialiseTokenInWorker(workerPath, workerEnvironment(folder.softHsmConf), {
    modulePath: findModulePath(config.model.modulePaths, existsSync),
    tokenLabel,
    soPin: copy(folder.soPinFile),
    pin: copy(folder.pinFile),
  });
}
