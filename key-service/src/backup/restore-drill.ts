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
import { replacementOf } from '../domain/backup/replacement.ts';
import { isServiceKey, openBackup, type RootBackup } from '../domain/backup/root-backup.ts';
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
  /** Keys of the source token; null: the backup is of a format that did not tell. */
  readonly counted: number | null;
  /** Those that no backup can hold, and what takes their place in a new token. */
  readonly replaced: readonly { readonly name: string; readonly text: Text }[];
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
    let placed: Restored;
    try {
      placed = await restoreRoots(backup, recovery, scratch);
    } finally {
      await recovery.close();
    }
    const roots = await scratch.run('describe-roots', null);
    const restored = new Map([
      ...placed.serviceKeys,
      ...roots.map(({ root, kcv }) => [root, bytesToHex(kcv)] as const),
    ]);
    return reportOf(backup, options.versions, restored, placed.faults);
  } finally {
    await scratch.close();
  }
}

interface Restored {
  readonly faults: Text[];
  /** Check values of data keys and protection keys, as the new token found them. */
  readonly serviceKeys: ReadonlyMap<string, string>;
}

/** All keys of a backup into a token without a roster. What fails is told, and the others are restored all the same. */
export async function restoreRoots(
  backup: RootBackup,
  recovery: Pick<HsmPort, 'run'>,
  into: Pick<HsmPort, 'run'>,
): Promise<Restored> {
  const { publicKey } = await into.run('ensure-unwrap-pair', { pair: 'transport' });
  const faults: Text[] = [];
  const serviceKeys = new Map<string, string>();
  for (const { root, usage, suite, kcv, wrapped, shape } of backup.roots) {
    try {
      const inTransit = await recovery.run('rewrap-root', { wrapped, publicKey });
      const about = { root, usage, suite, kcv, ...(shape === undefined ? {} : { shape }) };
      const placed = await into.run('receive-root', { ...about, wrapped: inTransit.wrapped });
      if (isServiceKey(usage)) serviceKeys.set(root, bytesToHex(placed.kcv));
    } catch (error) {
      const said = isRhcError(error) ? error.text : { zh: '内部错误', en: String(error) };
      faults.push({ zh: `${root} 不能恢复:${said.zh}`, en: `${root} cannot be restored: ${said.en}` });
    }
  }
  return { faults, serviceKeys };
}

function reportOf(
  backup: RootBackup,
  versions: readonly KeyVersion[],
  restored: ReadonlyMap<string, string>,
  faults: readonly Text[],
): DrillReport {
  // Versions stand in the database; data keys and protection keys in the token alone, whose word the backup is.
  const recorded = new Map([
    ...backup.roots.filter(({ usage }) => isServiceKey(usage)).map(({ root, kcv }) => [root, kcv] as const),
    ...versions
      .filter(({ state }) => state !== 'destroyed')
      .map((each) => [rootLabel(each.slot, each.version), each.kcv] as const),
  ]);
  const differences = [...faults];
  const lost = backup.missing.filter((name) => !recorded.has(name));
  for (const name of lost) {
    differences.push({
      zh: `${name} 不在备份中(制作它时还没有恢复令牌),令牌丢失后由它保护的数据无法恢复`,
      en: `${name} is not in the backup (made before there was a recovery token): with the token, what it protects is lost`,
    });
  }
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
  const { pairs, others = [] } = backup;
  const counted =
    pairs === undefined ? null : backup.roots.length + backup.missing.length + pairs.length + others.length;
  const replaced = replacements(backup, differences);
  return { tokenSerial: backup.tokenSerial, rows, differences, counted, replaced };
}

/** Every key that the backup names and does not hold: what takes its place, or a difference. */
function replacements({ pairs, others = [] }: RootBackup, differences: Text[]): { name: string; text: Text }[] {
  if (pairs === undefined) {
    differences.push({
      zh: '旧格式的备份,没有说明令牌中还有什么(DEK、KBPK、密钥对);请重新备份',
      en: 'a backup of the old format does not tell what else the token held (DEK, KBPK, key pairs): back up again',
    });
    return [];
  }
  const named = [
    ...pairs.map((name) => ({ kind: 'pair', name }) as const),
    ...others.map((name) => ({ kind: 'secret', name }) as const),
  ];
  return named.flatMap(({ kind, name }) => {
    const text = replacementOf(kind, name);
    if (text !== null) return [{ name, text }];
    differences.push({
      zh: `${name} 不在备份中,也没有已知的代替办法:令牌丢失后它就丢失`,
      en: `${name} is not in the backup, and nothing is known to take its place: with the token it is lost`,
    });
    return [];
  });
}
