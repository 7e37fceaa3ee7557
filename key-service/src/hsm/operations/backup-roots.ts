/** All backups of keys as one signed document, for a quorum only (ADR 021). */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@rhc/card/bytes';
import { canonicalJson } from '../../audit/leaf.ts';
import type { BackedUpRoot, RootBackup } from '../../domain/backup/root-backup.ts';
import { keyServiceErrors } from '../../errors.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations } from '../port.ts';
import { recoveryKeyOf, rosterInForce, SEAL_PAIR } from '../quorum/notes.ts';
import { backupsOf } from './root-backup.ts';
import { standingServiceKeys } from './service-keys.ts';
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
  for (const { root, kcv: value } of [...standingRoots(token), ...standingServiceKeys(token)]) {
    const kcv = bytesToHex(value);
    const kept = backupsOf(token, root).find((each) => each.kcv === kcv && each.recoveryKey === recoveryKey);
    if (kept === undefined) missing.push(root);
    else roots.push(kept);
  }
  const { serial, label } = token.info();
  const about = { tokenSerial: serial, tokenLabel: label, recoveryKey, roster: rosterInForce(token) };
  const labels = (kind: 'private' | 'secret') => token.find(templates.find(kind)).map((handle) => token.label(handle));
  const told = (names: readonly string[]) => [...new Set(names)].sort();
  const pairs = told([...labels('private'), ...(token.soft?.pairNames() ?? [])]);
  const counted = new Set([...token.rootNames(), ...roots.map(({ root }) => root), ...missing]);
  const others = told(labels('secret').filter((name) => !counted.has(name)));
  const backup: RootBackup = { format: 'rhc-root-backup-2', ...about, roots, missing, pairs, others };
  const text = canonicalJson(backup);
  return {
    backup: text,
    signature: token.sign(keys.privateKey, createHash('sha256').update(text).digest()).toString('hex'),
    publicKey: bytesToHex(Uint8Array.from(token.publicPoint(keys.publicKey))),
  };
}
