/**
 * The SAM token (ADR 024): founded beside the token of the masters, in a folder and with PINs of its own, and attached only
 * while SAMs are issued. The masters' token learns its public key from a file; no worker ever has both PINs.
 */
import { createHash } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { bytesToHex, type SecretBytes } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import type { HsmConfig } from '@rhc/hsm-config';
import { attachHsm, readSamKey } from './attach.ts';
import { ensureTokenFolder, type TokenFolderOptions } from './backup/token-folder.ts';
import { isServiceKey, type RootBackup } from './domain/backup/root-backup.ts';
import { componentTexts } from './domain/ceremony/pilot-texts.ts';
import type { AuditPort } from './domain/ports.ts';
import { isChannelRoot, isForSams } from './domain/sam-slots.ts';
import { keyServiceErrors } from './errors.ts';
import { readPinFile } from './hsm/pin-file.ts';
import type { HsmPort } from './hsm/port.ts';
import { SamToken } from './hsm/sam-token.ts';
import type { WorkerPoolOptions } from './hsm/worker-pool.ts';
import { stateFolder } from './state-folder.ts';

/** Two primes of 1,536 bits are a matter of luck, and of what else the machine does. */
const PAIR_DEADLINE_MS = 300_000;

/** Labels have 32 characters. */
export const samTokenLabel = (tokenLabel: string): string => `${tokenLabel.slice(0, 28)}-sam`;

/** True when it was founded now. Where the key's file stands the token was founded, wherever its folder is kept today. */
export async function foundSamToken({ config, folder, tokenLabel, workerPath }: TokenFolderOptions): Promise<boolean> {
  if (existsSync(folder.samKeyFile)) return false;
  const own = { config, folder: stateFolder(folder.sam), tokenLabel: samTokenLabel(tokenLabel), workerPath };
  await ensureTokenFolder(own);
  const { softHsmConf, pinFile } = own.folder;
  const tuning = { deadlineMs: PAIR_DEADLINE_MS };
  const hsm = await attachHsm({ ...own, softHsmConf, pinFile, tuning, workers: 1 });
  try {
    const { publicKey } = await hsm.run('ensure-unwrap-pair', { pair: 'sam' });
    const whole = `${folder.samKeyFile}.new`;
    writeFileSync(whole, `${publicKey}\n`, { mode: 0o600 });
    renameSync(whole, folder.samKeyFile);
    return true;
  } finally {
    await hsm.close();
  }
}

export interface SamFiles {
  readonly tokenLabel: string;
  readonly samKeyFile: string;
  readonly softHsmConf: string;
  readonly pinFile: string;
}

/** Where the SAM token is, unless told otherwise: in a folder beside the other token's configuration. */
export function samFiles(values: {
  readonly softHsmConf: string;
  readonly tokenLabel: string;
  readonly samTokenLabel?: string | undefined;
  readonly samKeyFile?: string | undefined;
  readonly samSoftHsmConf?: string | undefined;
  readonly samPinFile?: string | undefined;
}): SamFiles {
  const beside = stateFolder(dirname(values.softHsmConf));
  const own = stateFolder(beside.sam);
  return {
    tokenLabel: values.samTokenLabel ?? samTokenLabel(values.tokenLabel),
    samKeyFile: values.samKeyFile ?? beside.samKeyFile,
    softHsmConf: values.samSoftHsmConf ?? own.softHsmConf,
    pinFile: values.samPinFile ?? own.pinFile,
  };
}

export interface OpenSamTokenOptions extends SamFiles {
  readonly config: HsmConfig;
  readonly workerPath: string;
  readonly now: () => Date;
  /** In place of the file; asked at each opening, so that no PIN waits in this process for the next SAM. */
  readonly pin?: () => Promise<SecretBytes>;
  readonly idleMs?: number;
  readonly audit?: AuditPort;
  readonly onEvent?: WorkerPoolOptions['onEvent'];
}

export function openSamToken(options: OpenSamTokenOptions): SamToken {
  const { config, workerPath, tokenLabel, softHsmConf, pinFile, pin, audit, onEvent } = options;
  const own = { config, workerPath, tokenLabel, softHsmConf, pinFile, workers: 1, tuning: { deadlineMs: 60_000 } };
  const log = onEvent === undefined ? {} : { onEvent };
  return new SamToken({
    name: tokenLabel,
    start: async () => attachHsm({ ...own, ...log, pin: pin === undefined ? readPinFile(pinFile) : await pin() }),
    samKey: readSamKey(options.samKeyFile),
    now: options.now,
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
    ...(audit === undefined ? {} : { onEvent: async (event, details) => void (await audit.record(event, details)) }),
  });
}

interface SettleOptions {
  readonly hsm: Pick<HsmPort, 'run'>;
  readonly audit: AuditPort;
  readonly logger?: { warn(details: object, message: string): void };
  /** A ceremony whose roots come from public texts: their value can come again. */
  readonly pilot?: HsmConfig['ceremony'];
}

/**
 * The one-time step of a token from before there was a SAM token: what can be sealed is, the key that gave roots in clear is
 * destroyed, and the log says so. Where all is well it changes nothing.
 * @returns roots that are still not sealed
 * @throws SAM_TOKEN_MISSING when roots could be read with one PIN and there is no SAM token to seal them for
 */
export async function settleSamRoots({ hsm, audit, logger, pilot }: SettleOptions): Promise<readonly string[]> {
  const { moved, loadingKeyDestroyed, unsealed } = await hsm.run('move-sam-roots', null);
  const sealed = [...moved];
  const left: string[] = [];
  for (const root of unsealed) {
    if (pilot !== undefined && (await sealPilotRoot(hsm, pilot, root))) sealed.push(root);
    else left.push(root);
  }
  if (sealed.length > 0 || loadingKeyDestroyed)
    await audit.record('sam-roots-moved', { count: sealed.length, roots: sealed.join(' '), loadingKeyDestroyed });
  if (left.length > 0) {
    const { code, text, nextStep } = keyServiceErrors.make('SAM_ROOT_NOT_SEALED');
    logger?.warn({ code, roots: left, text, nextStep }, 'SAM roots');
  }
  return left;
}

interface ResealOptions {
  readonly backup: RootBackup;
  readonly recovery: Pick<HsmPort, 'run'>;
  readonly hsm: Pick<HsmPort, 'run'>;
  readonly audit: AuditPort;
  readonly folder: { readonly samKeyFile: string };
}

/** From the backup through the recovery token, for a SAM token that came later or in place of a lost one; no value is ever in clear. */
export async function resealSamRoots({
  backup,
  recovery,
  hsm,
  audit,
  folder,
}: ResealOptions): Promise<readonly string[]> {
  const key = readSamKey(folder.samKeyFile);
  if (key === null) throw keyServiceErrors.make('SAM_TOKEN_MISSING');
  const publicKey = Buffer.from(key).toString('base64url');
  const samKey = createHash('sha256').update(key).digest('hex');
  const standing = new Map((await hsm.run('describe-roots', null)).map(({ root, kcv }) => [root, bytesToHex(kcv)]));
  const seals = [];
  for (const { root, usage, suite, kcv, wrapped } of backup.roots) {
    if (isServiceKey(usage) || !(isForSams(root) || isChannelRoot(root)) || standing.get(root) !== kcv) continue;
    const { wrapped: sealed } = await recovery.run('rewrap-root', { wrapped, publicKey });
    seals.push({ root, usage, suite, kcv, samKey, wrapped: sealed });
  }
  await audit.record('sam-roots-resealed', { count: seals.length, roots: seals.map(({ root }) => root).join(' ') });
  return (await hsm.run('keep-seals', { seals })).kept;
}

/** False: the root that stands is another one (made in the token, by custodians). */
async function sealPilotRoot(
  hsm: Pick<HsmPort, 'run'>,
  { steps, suite }: HsmConfig['ceremony'],
  root: string,
): Promise<boolean> {
  const source = steps.flatMap((step) =>
    step.step === 'import-components' && step.source.kind === 'pilot-text' ? [step.source] : [],
  )[0];
  if (source === undefined) return false;
  const [slot = '', version = ''] = root.split('#');
  try {
    const pilotTexts = componentTexts(source, slot, Number(version));
    await hsm.run('import-root', { root, usage: 'derive', suite, pilotTexts });
    return true;
  } catch (error) {
    if (isRhcError(error) && ['KEY_CHECK_VALUE_MISMATCH', 'APPROVAL_REQUIRED'].includes(error.code)) return false;
    throw error;
  }
}
