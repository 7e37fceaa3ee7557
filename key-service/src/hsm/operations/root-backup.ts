/**
 * Backups of roots (ADR 021). A root cannot be wrapped once it exists, so its backup is made in the moment in which it is
 * made, for the recovery token's RSA key, and rests in the token as a data object until a quorum exports all of them.
 */
import { constants, createHash, createPublicKey, publicEncrypt } from 'node:crypto';
import { bytesToHex } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import type { BackedUpRoot } from '../../domain/backup/root-backup.ts';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import { notes, recoveryKeyOf, writeNote } from '../quorum/notes.ts';

/** Label of a root's backup in the token. */
const labelOf = (root: string): string => `BACKUP.ROOT.${root}`;
export const fingerprint = (key: Uint8Array): string => createHash('sha256').update(key).digest('hex');

interface About {
  readonly root: string;
  readonly usage: 'derive' | 'encrypt';
  readonly suite: AlgorithmSuite;
  readonly kcv: Uint8Array;
}

function keep(token: Token, { kcv, ...about }: About, recoveryKey: Buffer, wrapped: Uint8Array): void {
  const entry: BackedUpRoot = {
    ...about,
    kcv: bytesToHex(kcv),
    recoveryKey: fingerprint(recoveryKey),
    wrapped: bytesToHex(wrapped),
  };
  writeNote(token, labelOf(about.root), Buffer.from(JSON.stringify(entry)));
}

/** Of a value that this worker holds anyway, because it came as components or in a key block. */
export function keepBackupOfValue(token: Token, about: About, value: Uint8Array): void {
  const recoveryKey = recoveryKeyOf(token);
  if (recoveryKey === null) return;
  const key = { key: recoveryKey, format: 'der', type: 'spki' } as const;
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  keep(token, about, recoveryKey, publicEncrypt({ ...key, ...padding }, value));
}

/** Of a root that the token makes itself: its twin is a session object, wrapped inside the token, and gone. */
export function keepBackupOfTwin(token: Token, about: About, makeTwin: () => Handle): void {
  const recoveryKey = recoveryKeyOf(token);
  if (recoveryKey === null) return;
  const made: Handle[] = [];
  try {
    const twin = makeTwin();
    made.push(twin);
    const publicKey = rsaPublicObject(token, recoveryKey);
    made.push(publicKey);
    keep(token, about, recoveryKey, token.wrapOaep(publicKey, twin));
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}

/** @param spki SubjectPublicKeyInfo of an RSA key */
export function rsaPublicObject(token: Token, spki: Buffer): Handle {
  const { n = '', e = '' } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return token.create(templates.recoveryKey(Buffer.from(n, 'base64url'), Buffer.from(e, 'base64url')));
}

export const backupsOf = (token: Token, root: string): BackedUpRoot[] =>
  notes(token, labelOf(root)).map(({ value }) => JSON.parse(value.toString()) as BackedUpRoot);

export function forgetBackup(token: Token, root: string): void {
  for (const { handle } of notes(token, labelOf(root))) token.destroy(handle);
}
