/** Secrets (PINs, tokens) come from files with checked permissions, never from a command line or the environment. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { SecretBytes } from '@rhc/card/bytes';
import { shellErrors } from './errors.ts';

/**
 * Reads a secret's text (trimmed).
 * @throws SECRET_FILE_REFUSED when the file is missing, empty, or readable by others than its owner.
 */
export function readSecretFile(path: string): SecretBytes {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (cause) {
    throw shellErrors.make('SECRET_FILE_REFUSED', {
      detail: `${path}: cannot be opened`,
      cause,
      fields: fault(path, '文件不存在或不可读', 'is missing or unreadable'),
    });
  }
  try {
    const status = fstatSync(handle);
    if (process.platform !== 'win32' && (status.mode & 0o077) !== 0) {
      throw shellErrors.make('SECRET_FILE_REFUSED', {
        detail: `${path}: mode ${(status.mode & 0o777).toString(8)}`,
        fields: fault(
          path,
          `权限为 ${(status.mode & 0o777).toString(8)},须为 600`,
          `has mode ${(status.mode & 0o777).toString(8)}, must be 600`,
        ),
      });
    }
    const text = readFileSync(handle, 'utf8').trim();
    if (text.length === 0) {
      throw shellErrors.make('SECRET_FILE_REFUSED', {
        detail: `${path}: empty`,
        fields: fault(path, '文件是空的', 'is empty'),
      });
    }
    return new SecretBytes(new TextEncoder().encode(text));
  } finally {
    closeSync(handle);
  }
}

/** Makes a random token file (32 bytes, hex, mode 0600) unless it is there already. */
export function ensureTokenFile(path: string): void {
  try {
    writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Compares a presented bearer token with the secret in constant time. */
export function tokenMatches(secret: SecretBytes, presented: string | undefined): boolean {
  if (presented === undefined) return false;
  const candidate = new TextEncoder().encode(presented);
  return secret.use((bytes) => bytes.length === candidate.length && timingSafeEqual(bytes, candidate));
}

/** Token of an `Authorization: Bearer …` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(header ?? '')?.[1];
}

function fault(field: string, zh: string, en: string) {
  return [{ field, rule: { zh, en } }];
}
