/**
 * One run of a ceremony in its state folder: token folder, SoftHSM2 configuration, PIN files (made at random,
 * mode 0600, when missing), database. Used by the `ceremony` command, by rehearsals in the service and by tests.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HsmConfig, hasQuirk } from '@rhc/hsm-config';
import { workerEnvironment } from './attach.ts';
import { type AuditRoom, openAuditRoom } from './audit/audit-room.ts';
import type { CeremonyHall } from './domain/ceremony/hall.ts';
import { NO_APPROVALS } from './domain/ceremony/ports.ts';
import { ceremonyHall } from './domain/ceremony/room.ts';
import { runUnattended } from './domain/ceremony/unattended.ts';
import type { KeyVersion } from './domain/key-versions.ts';
import type { AuditPort } from './domain/ports.ts';
import { type ProductionPolicy, refuseInProduction } from './domain/production.ts';
import { keyServiceErrors } from './errors.ts';
import { initialiseTokenInWorker } from './hsm/initialise-token.ts';
import { findModulePath } from './hsm/module-path.ts';
import { makePinFile, readPinFile } from './hsm/pin-file.ts';
import type { TokenDescription } from './hsm/port.ts';
import { mendTokenFiles } from './hsm/soft-token-file.ts';
import type { HsmWorkerPool } from './hsm/worker-pool.ts';
import { foundSamToken, settleSamRoots } from './sam-token.ts';
import type { StateFolder } from './state-folder.ts';
import { auditStore } from './store/audit-store.ts';
import { ceremonyStore } from './store/ceremony-store.ts';
import { keyVersionStore } from './store/stores.ts';
import { openTokenAndDatabase } from './token-and-database.ts';

export { type StateFolder, stateFolder } from './state-folder.ts';

export interface TokenOptions {
  readonly config: HsmConfig;
  readonly folder: StateFolder;
  readonly tokenLabel: string;
  readonly workerPath: string;
}

export interface OfflineRoomOptions extends TokenOptions {
  /** Scripts that may be held here; `config` alone when absent. */
  readonly scripts?: readonly HsmConfig[];
  readonly policy: ProductionPolicy;
  /** Beside the audit log: lines for the operator. */
  readonly beside?: (log: AuditPort) => AuditPort;
  readonly now: () => Date;
}

export interface OfflineRoom {
  readonly hall: CeremonyHall;
  readonly hsm: HsmWorkerPool;
  readonly audit: AuditRoom;
  readonly tokenCreated: boolean;
  versions(): Promise<KeyVersion[]>;
  close(): Promise<void>;
}

export interface CeremonyOutcome {
  readonly versions: readonly KeyVersion[];
  /** Keys made and versions activated by this run; 0 when everything was done before. */
  readonly changes: number;
  readonly token: TokenDescription;
  readonly tokenCreated: boolean;
  readonly ceremony: string;
}

/** Folder, token, workers, database, log and hall of one machine without a service. */
export async function openOfflineRoom(options: OfflineRoomOptions): Promise<OfflineRoom> {
  const { config, folder, workerPath, tokenLabel, now } = options;
  const tokenCreated = await prepareToken(options);
  const both = await openTokenAndDatabase({ ...folder, config, workerPath, tokenLabel, workers: 1 }, folder.database);
  const { hsm, database } = both;
  const versions = keyVersionStore(database);
  let room: AuditRoom | undefined;
  const close = async () => {
    await room?.close();
    await both.close();
  };
  try {
    room = await openAuditRoom({ store: auditStore(database), hsm, folder: join(folder.audit, 'ceremony'), now });
    const { log } = room;
    const audit = options.beside?.(log) ?? log;
    // The log's own key lives in the token, so the token comes first and its leaf follows.
    if (tokenCreated) await audit.record('token-initialised', { label: tokenLabel, serial: hsm.token.serial });
    const hall = ceremonyHall({
      scripts: options.scripts ?? [config],
      store: ceremonyStore(database),
      audit,
      checkpoint: () => log.checkpoint(),
      bench: async () => ({ hsm, versions, tokenCreated }),
      approvals: NO_APPROVALS,
      permitReal: (script) => refuseInProduction(options.policy, script.ceremony, script.model),
      onKeysChanged: async () => undefined,
      sha256: (data) => Uint8Array.from(createHash('sha256').update(data).digest()),
      now,
      random: (length) => Uint8Array.from(randomBytes(length)),
    });
    return { hall, hsm, audit: room, tokenCreated, versions: () => versions.all(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The script of `config`, unattended and for real: the pilot. Taken up where a cut left it; once done it changes nothing. */
export async function holdCeremony(options: OfflineRoomOptions): Promise<CeremonyOutcome> {
  const { config } = options;
  refuseInProduction(options.policy, config.ceremony, config.model);
  if (config.ceremony.production !== 'refused') {
    throw keyServiceErrors.make('CEREMONY_UNATTENDED_REFUSED', { detail: config.ceremony.id });
  }
  const room = await openOfflineRoom(options);
  try {
    const { hall } = room;
    await settleSamRoots({ hsm: room.hsm, audit: room.audit.log, pilot: config.ceremony });
    const hash = hall.scriptHash(config.ceremony);
    const earlier = (await hall.list()).filter(
      ({ record, state }) =>
        record.mode === 'real' && record.scriptId === config.ceremony.id && state.phase !== 'abandoned',
    );
    const going = earlier.find(({ state }) => state.phase !== 'completed');
    if (going !== undefined && going.record.scriptHash !== hash) {
      throw keyServiceErrors.make('CEREMONY_SCRIPT_CHANGED', { detail: going.record.id });
    }
    const done = earlier.find(({ record, state }) => state.phase === 'completed' && record.scriptHash === hash);
    const order = { script: config.ceremony.id, mode: 'real', person: 'terminal:unattended' } as const;
    const before = going ?? done ?? (await hall.open(order));
    const after = await runUnattended(hall, before.record.id, { material: null });
    const changes = after.events
      .slice(before.events.length)
      .filter(({ event }) => event.kind === 'key-made' || event.kind === 'key-activated').length;
    const versions = await room.versions();
    return { versions, changes, token: room.hsm.token, tokenCreated: room.tokenCreated, ceremony: before.record.id };
  } finally {
    await room.close();
  }
}

/** Folders, configuration, a token of this label and its SAM token; true when the token was made now. */
export async function prepareToken(options: TokenOptions): Promise<boolean> {
  furnish(options.folder, options.config.softHsmConfTemplate);
  const created = await initialise(options);
  // Before any root is made: afterwards nothing can seal it.
  await foundSamToken(options);
  return created;
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
 * uses, never a token without its PIN. A token that was cut before its user PIN was set is finished. The user PIN missing
 * beside a whole token is told, not overwritten.
 */
async function initialise({ config, folder, tokenLabel, workerPath }: TokenOptions): Promise<boolean> {
  const made = [folder.soPinFile, folder.pinFile].map((path) => makePinFile(path));
  const copy = (path: string) => {
    const secret = readPinFile(path);
    try {
      return secret.use((bytes) => Uint8Array.from(bytes));
    } finally {
      secret.zeroize();
    }
  };
  // A token whose file a kill left empty would be taken for none, and another one made beside it.
  if (hasQuirk(config.model, 'token-file-rewritten-at-login')) mendTokenFiles(folder.softHsmConf);
  const modulePath = findModulePath(config.model.modulePaths, existsSync);
  const created = await initialiseTokenInWorker(workerPath, workerEnvironment(folder.softHsmConf), {
    modulePath,
    tokenLabel,
    soPin: copy(folder.soPinFile),
    pin: copy(folder.pinFile),
  });
  if (!created && made[1] === true) {
    // A PIN that opens nothing is not left in its place: the next run would take it for the token's.
    rmSync(folder.pinFile);
    throw keyServiceErrors.make('CEREMONY_PIN_LOST', { detail: folder.pinFile });
  }
  return created;
}

/** The configuration's text, for callers that load hsm-config from disk. */
export const readText = (path: string): string => readFileSync(path, 'utf8');
