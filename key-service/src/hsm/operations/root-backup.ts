/**
 * Backups of keys (ADR 021). A key cannot be wrapped once it exists, so its backup is made in the moment in which it is
 * made, for the recovery token's RSA key, and rests in the token as a data object until a quorum exports all of them.
 */
import { bytesToHex } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import type { BackedUpRoot } from '../../domain/backup/root-backup.ts';
import type { Token } from '../pkcs11/token.ts';
import { notes, recoveryKeyOf, writeNote } from '../quorum/notes.ts';
import { fingerprint } from './wrap-for.ts';

/** Label of a root's backup in the token. */
const labelOf = (root: string): string => `BACKUP.ROOT.${root}`;

export interface AboutKey {
  readonly root: string;
  readonly usage: BackedUpRoot['usage'];
  readonly suite: AlgorithmSuite;
  readonly kcv: Uint8Array;
  readonly shape?: BackedUpRoot['shape'];
}
export interface AboutRoot extends AboutKey {
  readonly usage: 'derive' | 'encrypt';
}

/** Nothing where there is no recovery token. @param wrap the root under this SubjectPublicKeyInfo */
export function keepBackup(token: Token, { kcv, ...about }: AboutKey, wrap: (spki: Buffer) => Uint8Array): void {
  const recoveryKey = recoveryKeyOf(token);
  if (recoveryKey === null) return;
  const entry: BackedUpRoot = {
    ...about,
    kcv: bytesToHex(kcv),
    recoveryKey: fingerprint(recoveryKey),
    wrapped: bytesToHex(Uint8Array.from(wrap(recoveryKey))),
  };
  writeNote(token, labelOf(about.root), Buffer.from(JSON.stringify(entry)));
}

export const backupsOf = (token: Token, root: string): BackedUpRoot[] =>
  notes(token, labelOf(root)).map(({ value }) => JSON.parse(value.toString()) as BackedUpRoot);

export function forgetBackup(token: Token, root: string): void {
  for (const { handle } of notes(token, labelOf(root))) token.destroy(handle);
}
