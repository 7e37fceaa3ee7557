/** All backups of roots as one signed document, for a quorum only (ADR 021). */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@rhc/card/bytes';
import { canonicalJson } from '../../audit/leaf.ts';
import type { BackedUpRoot, RootBackup } from '../../domain/backup/root-backup.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations } from '../port.ts';
import { recoveryKeyOf, rosterInForce, SEAL_PAIR } from '../quorum/notes.ts';
import { backupsOf } from './root-backup.ts';
import { standingRoots } from './standing-root.ts';
import { fingerprint } from './wrap-for.ts';

export function backupRoots(
  token: Token,
  { recoveryKey }: HsmOperations['backup-roots']['input'],
): HsmOperations['backup-roots']['output'] {
  const present = recoveryKeyOf(token);
  if (present === null || fingerprint(present) !== recoveryKey) {
    throw keyServiceErrors.make('BACKUP_NO_RECOVERY_KEY', { detail: recoveryKey });
  }
  const keys = token.findPair(SEAL_PAIR);
  if (keys === null) throw keyServiceErrors.make('ROSTER_MISSING');
  const roots: BackedUpRoot[] = [];
  const missing: string[] = [];
  for (const { root, kcv: value } of standingRoots(token)) {
    const kcv = bytesToHex(value);
    const kept = backupsOf(token, root).find((each) => each.kcv === kcv && each.recoveryKey === recoveryKey);
    if (kept === undefined) missing.push(root);
    else roots.push(kept);
  }
  const { serial, label } = token.info();
  const about = { tokenSerial: serial, tokenLabel: label, recoveryKey, roster: rosterInForce(token) };
  const backup: RootBackup = { format: 'rhc-root-backup-1', ...about, roots, missing };
  const text = canonicalJson(backup);
  return {
    backup: text,
    signature: token.sign(keys.privateKey, createHash('sha256').update(text).digest()).toString('hex'),
    publicKey: bytesToHex(Uint8Array.from(token.publicPoint(keys.publicKey))),
  };
}
