/**
 * The document of a backup of all keys that a token can give: ciphertext for the recovery token, check values, the names of
 * what is not in it, and the token's signature over it. Format 1 had roots alone.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../audit/leaf.ts';
import { keyServiceErrors } from '../../errors.ts';

const hex = z.string().regex(/^([0-9A-F]{2})+$/);
const backedUpRoot = z.strictObject({
  root: z.string().min(3).max(64),
  /** A root derives or (CVK) enciphers; a data key (`DEK.`) seals, a protection key (`KBPK.`) makes key blocks' MACs. */
  usage: z.enum(['derive', 'encrypt', 'data-key', 'protection-key']),
  kcv: z.string().regex(/^[0-9A-F]{6}$/),
  suite: z.enum(['intl-128', 'sm-128', 'pboc-3des']),
  /** Of a protection key. */
  shape: z.strictObject({ kind: z.enum(['TDES', 'AES']), bytes: z.int().min(16).max(32) }).optional(),
  /** RSA-OAEP of 16 bytes; a longer key in pieces of 16, the last filled with zeros, each for itself. */
  wrapped: hex,
  /** SHA-256 of the recovery key. */
  recoveryKey: z.string().regex(/^[0-9a-f]{64}$/),
});
export const rootBackup = z.strictObject({
  format: z.enum(['rhc-root-backup-1', 'rhc-root-backup-2']),
  tokenSerial: z.string(),
  tokenLabel: z.string(),
  recoveryKey: z.string().regex(/^[0-9a-f]{64}$/),
  roster: z.strictObject({ version: z.int(), sha256: z.string(), pilot: z.boolean() }).nullable(),
  roots: z.array(backedUpRoot).max(10_000),
  /** Keys that were made before there was a recovery token: a ceremony brings a root back, nothing brings back a data key. */
  missing: z.array(z.string()),
  /** Signing pairs of the token: their private keys never leave it, so a new token makes new ones. */
  pairs: z.array(z.string()).optional(),
  /** Secret keys that nothing outside of the token hangs on: they seal parts of ceremonies or the soft engine's keys. */
  others: z.array(z.string()).optional(),
});
export type BackedUpRoot = z.infer<typeof backedUpRoot>;
export type RootBackup = z.infer<typeof rootBackup>;

/** Data keys and protection keys: they stand in the token alone, while roots are versions in the database too. */
type ServiceKeyUsage = 'data-key' | 'protection-key';
export const isServiceKey = (usage: BackedUpRoot['usage']): usage is ServiceKeyUsage =>
  usage === 'data-key' || usage === 'protection-key';

/** The file as it is kept. */
export const backupFile = z.strictObject({
  backup: z.string(),
  /** r ‖ s over SHA-256 of `backup`, hex. */
  signature: z.string().regex(/^[0-9a-f]{128}$/),
  /** The signing key, x ‖ y, hex; to be compared with the one in the minutes of the ceremony. */
  publicKey: z.string().regex(/^[0-9A-F]{128}$/),
});
export type BackupFile = z.infer<typeof backupFile>;

/** @throws BACKUP_REFUSED unless it is whole, in canonical form and signed by `trusted` (x ‖ y, hex) */
export function openBackup(text: string, trusted: string | null): RootBackup {
  const refused = (detail: string, zh: string) =>
    keyServiceErrors.make('BACKUP_REFUSED', { detail, fields: [{ field: 'backup', rule: { zh, en: detail } }] });
  let file: BackupFile;
  let backup: RootBackup;
  try {
    file = backupFile.parse(JSON.parse(text));
    backup = rootBackup.parse(JSON.parse(file.backup));
  } catch {
    throw refused('is not a backup file of this system', '不是本系统的备份文件');
  }
  if (canonicalJson(backup) !== file.backup) throw refused('is not in canonical form', '不是规范形式');
  if (trusted !== null && trusted.toUpperCase() !== file.publicKey) {
    throw refused('is signed by another key than the one given', '签名密钥与所给的不同');
  }
  const point = Buffer.from(file.publicKey, 'hex');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(0, 32).toString('base64url'),
    y: point.subarray(32).toString('base64url'),
  };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const genuine = verify(
    'sha256',
    Buffer.from(file.backup),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(file.signature, 'hex'),
  );
  if (!genuine) throw refused('its signature does not fit: it has been changed', '签名不符:内容被改动过');
  return backup;
}

export const backupHash = (text: string): string => createHash('sha256').update(text).digest('hex');
