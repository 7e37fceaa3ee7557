/** Where the parts of key-service's state stand: tokens, their PINs, database, audit log. */
import { join, resolve } from 'node:path';

export interface StateFolder {
  readonly tokens: string;
  readonly softHsmConf: string;
  readonly pinFile: string;
  readonly soPinFile: string;
  /** Public key of the SAM token. */
  readonly samKeyFile: string;
  /** State folder of the SAM token, with a configuration and PINs of its own; may be kept elsewhere. */
  readonly sam: string;
  readonly database: string;
  /** Spool, open batches and last checkpoint of the audit log, a folder for each process. */
  readonly audit: string;
}

export function stateFolder(state: string): StateFolder {
  const own = resolve(state);
  return {
    tokens: join(own, 'tokens'),
    softHsmConf: join(own, 'softhsm2.conf'),
    pinFile: join(own, 'user.pin'),
    soPinFile: join(own, 'so.pin'),
    samKeyFile: join(own, 'sam-token.key'),
    sam: join(own, 'sam'),
    database: join(own, 'key-service.sqlite'),
    audit: join(own, 'audit'),
  };
}
