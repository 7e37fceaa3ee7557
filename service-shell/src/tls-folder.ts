/**
 * A machine's TLS identity on disk: `key.pem` (mode 0600, refused when others may read it), `certificate.pem`,
 * `authority.pem`. A renewal writes key and certificate as one file each, certificate last, so that a cut between leaves
 * the old pair or is noticed as a pair that does not fit.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellErrors } from './errors.ts';
import { readSecretFile } from './secret-file.ts';
import type { TlsIdentity } from './tls.ts';

const KEY = 'key.pem';
const CERTIFICATE = 'certificate.pem';
const AUTHORITY = 'authority.pem';

/** Null when the folder holds no identity yet. @throws TLS_FILES_INVALID, SECRET_FILE_REFUSED */
export function readTlsFolder(folder: string): TlsIdentity | null {
  if (!existsSync(join(folder, CERTIFICATE))) return null;
  const key = readSecretFile(join(folder, KEY)).use((bytes) => new TextDecoder().decode(bytes));
  try {
    const certificate = readFileSync(join(folder, CERTIFICATE), 'utf8');
    const authority = readFileSync(join(folder, AUTHORITY), 'utf8');
    const own = new X509Certificate(certificate);
    if (!own.checkPrivateKey(createPrivateKey(key))) throw new Error('key and certificate do not fit');
    if (!own.verify(new X509Certificate(authority).publicKey)) throw new Error('certificate is not of this authority');
    return { key, certificate, authority };
  } catch (cause) {
    const detail = `${folder}: ${cause instanceof Error ? cause.message : 'unreadable'}`;
    throw shellErrors.make('TLS_FILES_INVALID', { detail, cause });
  }
}

/** @throws TLS_FILES_INVALID */
export function requireTlsFolder(folder: string): TlsIdentity {
  const found = readTlsFolder(folder);
  if (found === null) {
    const rule = { zh: '没有证书;请先凭登记码登记', en: 'holds no certificate; enrol with a one-time code first' };
    throw shellErrors.make('TLS_FILES_INVALID', { detail: folder, fields: [{ field: folder, rule }] });
  }
  return found;
}

export function writeTlsFolder(folder: string, { key, certificate, authority }: TlsIdentity): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const put = (name: string, text: string, mode: number) => {
    const fresh = join(folder, `${name}.new`);
    writeFileSync(fresh, text, { mode });
    renameSync(fresh, join(folder, name));
  };
  put(AUTHORITY, authority, 0o644);
  put(KEY, key, 0o600);
  put(CERTIFICATE, certificate, 0o644);
}
