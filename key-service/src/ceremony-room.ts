/**
 * The state folder of a ceremony and one run of it: token folder, SoftHSM2 configuration, PIN files (made at random,
 * mode 0600, when missing), database. Used by the `ceremony` command and by tests.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { HsmConfig } from '@rhc/hsm-config';
import { attachHsm, workerEnvironment } from './attach.ts';
import { type AuditRoom, openAuditRoom } from './audit/audit-room.ts';
import { type CeremonyResult, runCeremony } from './domain/pilot-ceremony.ts';
import type { AuditPort } from './domain/ports.ts';
import { type ProductionPolicy, refuseInProduction } from './domain/production.ts';
import { keyServiceErrors } from './errors.ts';
import { initialiseTokenInWorker } from './hsm/initialise-token.ts';
import { findModulePath } from './hsm/module-path.ts';
import { readPinFile } from './hsm/pin-file.ts';
import type { TokenDescription } from './hsm/port.ts';
import { auditStore } from './store/audit-store.ts';
import { openDatabase } from './store/database.ts';
import { ceremonyStore, keyVersionStore } from './store/stores.ts';

export interface StateFolder {
  readonly tokens: string;
  readonly softHsmConf: string;
  readonly pinFile: string;
  readonly soPinFile: string;
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
    database: join(own, 'key-service.sqlite'),
    audit: join(own, 'audit'),
  };
}

export interface CeremonyOptions {
  readonly config: HsmConfig;
  readonly folder: StateFolder;
  readonly tokenLabel: string;
  readonly workerPath: string;
  readonly policy: ProductionPolicy;
  /** Beside the audit log: lines for the operator. */
  readonly beside?: (log: AuditPort) => AuditPort;
  readonly now: () => Date;
}

export interface CeremonyOutcome extends CeremonyResult {
  readonly token: TokenDescription;
  readonly tokenCreated: boolean;
}

export async function holdCeremony(options: CeremonyOptions): Promise<CeremonyOutcome> {
  const { config, folder } = options;
  refuseInProduction(options.policy, config.ceremony, config.model);
  furnish(folder, config.softHsmConfTemplate);
  const tokenCreated = await initialise(options);
  const { workerPath, tokenLabel } = options;
  const hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel, workers: 1 });
  const database = await openDatabase(folder.database);
  let room: AuditRoom | undefined;
  try {
    room = await openAuditRoom({
      store: auditStore(database),
      hsm,
      folder: join(folder.audit, 'ceremony'),
      now: options.now,
    });
    const audit = options.beside?.(room.log) ?? room.log;
    // The log's own key lives in the token, so the token comes first and its leaf follows.
    if (tokenCreated) await audit.record('token-initialised', { label: tokenLabel, serial: hsm.token.serial });
    const result = await runCeremony({
      script: config.ceremony,
      scriptHash: createHash('sha256').update(JSON.stringify(config.ceremony)).digest('hex'),
      hierarchy: config.hierarchy,
      hsm,
      versions: keyVersionStore(database),
      runs: ceremonyStore(database),
      audit,
      now: options.now,
    });
    return { ...result, token: hsm.token, tokenCreated };
  } finally {
    await room?.close();
    await hsm.close();
    await database.destroy();
  }
}

function furnish(folder: StateFolder, template: string): void {
  for (const path of [folder.tokens, join(folder.softHsmConf, '..')]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
  if (!existsSync(folder.softHsmConf)) {
    writeFileSync(folder.softHsmConf, template.replaceAll('{{TOKEN_DIR}}', folder.tokens), { mode: 0o600 });
  }
}

/**
 * PINs are written before the token is made: a cut between the two leaves PINs without a token, which the next run
 * uses, never a token without its PIN. The user PIN missing beside a token is told, not overwritten.
 */
async function initialise({ config, folder, tokenLabel, workerPath }: CeremonyOptions): Promise<boolean> {
  const made = [folder.soPinFile, folder.pinFile].map((path) => {
    if (existsSync(path)) return false;
    writeFileSync(path, `${randomBytes(12).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    return true;
  });
  const copy = (path: string) => {
    const secret = readPinFile(path);
    try {
      return secret.use((bytes) => Uint8Array.from(bytes));
    } finally {
      secret.zeroize();
    }
  };
  const modulePath = findModulePath(config.model.modulePaths, existsSync);
  const created = await initialiseTokenInWorker(workerPath, workerEnvironment(folder.softHsmConf), {
    modulePath,
    tokenLabel,
    soPin: copy(folder.soPinFile),
    pin: copy(folder.pinFile),
  });
  if (!created && made[1] === true) throw keyServiceErrors.make('CEREMONY_PIN_LOST', { detail: folder.pinFile });
  return created;
}

/** The configuration's text, for callers that load hsm-config from disk. */
export const readText = (path: string): string => readFileSync(path, 'utf8');
