/**
 * The restore drill: a scratch token is rebuilt from a backup and the recovery token, and every check value is compared
 * with the database's and the backup's. Whatever is not exactly as it should be is a difference.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex } from '@rhc/card/bytes';
import type { Text } from '@rhc/card/errors';
import { isRhcError } from '@rhc/card/errors';
import type { HsmConfig } from '@rhc/hsm-config';
import { attachHsm } from '../attach.ts';
import { type StateFolder, stateFolder } from '../ceremony-room.ts';
import { openBackup, type RootBackup } from '../domain/backup/root-backup.ts';
import { rootLabel } from '../domain/hierarchy.ts';
import type { KeyVersion } from '../domain/key-versions.ts';
import type { HsmPort } from '../hsm/port.ts';
import { ensureTokenFolder } from './token-folder.ts';

export const RECOVERY_LABEL = 'rhc-recovery';
const SCRATCH_LABEL = 'rhc-restore-drill';

export interface DrillOptions {
  readonly config: HsmConfig;
  readonly workerPath: string;
  /** The backup file's text. */
  readonly backup: string;
  /** Public key (x ‖ y, hex) with which the token signs backups, from the ceremony's minutes; null: the file's own. */
  readonly trustedKey: string | null;
  readonly recovery: StateFolder;
  readonly versions: readonly KeyVersion[];
  /** Where the scratch token lives for the drill; it is removed afterwards. */
  readonly scratch: string;
}
export interface DrillReport {
  readonly tokenSerial: string;
  readonly rows: readonly {
    readonly root: string;
    readonly recorded: string | null;
    readonly restored: string | null;
  }[];
  readonly differences: readonly Text[];
}

/** @throws BACKUP_REFUSED when the backup has been changed */
export async function restoreDrill(options: DrillOptions): Promise<DrillReport> {
  const backup = openBackup(options.backup, options.trustedKey);
  mkdirSync(options.scratch, { recursive: true, mode: 0o700 });
  const scratch = mkdtempSync(join(options.scratch, 'drill-'));
  try {
    return await compare(options, backup, stateFolder(scratch));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function compare(options: DrillOptions, backup: RootBackup, folder: StateFolder): Promise<DrillReport> {
  const { config, workerPath } = options;
  await ensureTokenFolder({ config, folder, tokenLabel: SCRATCH_LABEL, workerPath });
  const attach = (from: StateFolder, tokenLabel: string) =>
    attachHsm({ ...from, config, workerPath, tokenLabel, workers: 1 });
  const scratch = await attach(folder, SCRATCH_LABEL);
  try {
    const recovery = await attach(options.recovery, RECOVERY_LABEL);
    let faults: Text[];
    try {
      faults = await restoreRoots(backup, recovery, scratch);
    } finally {
      await recovery.close();
    }
    const roots = await scratch.run('describe-roots', null);
    const restored = new Map(roots.map(({ root, kcv }) => [root, bytesToHex(kcv)]));
    return reportOf(backup, options.versions, restored, faults);
  } finally {
    await scratch.close();
  }
}

/** All roots of a backup into a token without a roster. What fails is told, and the others are restored all the same. */
export async function restoreRoots(
  backup: RootBackup,
  recovery: Pick<HsmPort, 'run'>,
  into: Pick<HsmPort, 'run'>,
): Promise<Text[]> {
  const { publicKey } = await into.run('ensure-unwrap-pair', { pair: 'transport' });
  const faults: Text[] = [];
  for (const { root, usage, suite, kcv, wrapped } of backup.roots) {
    try {
      const inTransit = await recovery.run('rewrap-root', { wrapped, publicKey });
      await into.run('receive-root', { root, usage, suite, kcv, wrapped: inTransit.wrapped });
    } catch (error) {
      const said = isRhcError(error) ? error.text : { zh: '内部错误', en: String(error) };
      faults.push({ zh: `${root} 不能恢复:${said.zh}`, en: `${root} cannot be restored: ${said.en}` });
    }
  }
  return faults;
}

function reportOf(
  backup: RootBackup,
  versions: readonly KeyVersion[],
  restored: ReadonlyMap<string, string>,
  faults: readonly Text[],
): DrillReport {
  const recorded = new Map(
    versions.filter(({ state }) => state !== 'destroyed').map((each) => [rootLabel(each.slot, each.version), each.kcv]),
  );
  const differences = [...faults];
  const names = [...new Set([...recorded.keys(), ...backup.roots.map(({ root }) => root)])].sort();
  const rows = names.map((root) => ({
    root,
    recorded: recorded.get(root) ?? null,
    restored: restored.get(root) ?? null,
  }));
  for (const row of rows) {
    if (row.recorded === row.restored) continue;
    const missing = backup.missing.includes(row.root);
    differences.push({
      zh: `${row.root}:登记的校验值 ${row.recorded ?? '无'},恢复的 ${row.restored ?? '无'}${missing ? '(制作它时还没有恢复令牌)' : ''}`,
      en: `${row.root}: check value on record ${row.recorded ?? 'none'}, restored ${row.restored ?? 'none'}${missing ? ' (made before there was a recovery token)' : ''}`,
    });
  }
  return { tokenSerial: backup.tokenSerial, rows, differences };
}
