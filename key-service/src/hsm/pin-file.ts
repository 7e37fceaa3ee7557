/** The token's PIN comes from a file of mode 0600 and goes to the workers over IPC; never an argument, never a variable. */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { SecretBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../errors.ts';

const PIN_BYTES = 12;

/**
 * A random PIN in a file of mode 0600, unless there is one. Under its name it is whole or not there, so that a cut leaves no
 * empty PIN behind.
 * @returns true when it was made now
 */
export function makePinFile(path: string): boolean {
  if (existsSync(path)) return false;
  const beside = `${path}.new`;
  rmSync(beside, { force: true });
  writeFileSync(beside, `${randomBytes(PIN_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(beside, path);
  return true;
}

export function readPinFile(path: string): SecretBytes {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (cause) {
    throw keyServiceErrors.make('HSM_PIN_FILE_MISSING', { detail: path, cause });
  }
  try {
    // Checked on the open file, so that the name cannot be exchanged in between.
    const mode = fstatSync(handle).mode & 0o777;
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const octal = mode.toString(8).padStart(4, '0');
      throw keyServiceErrors.make('HSM_PIN_FILE_PERMISSIONS', {
        detail: `${path}: mode ${octal}`,
        fields: [{ field: path, rule: { zh: `现为 ${octal},须为 0600`, en: `is ${octal}, must be 0600` } }],
      });
    }
    const content = readFileSync(handle);
    const end = content.findLastIndex((byte) => byte > 0x20) + 1;
    if (end === 0) throw keyServiceErrors.make('HSM_PIN_FILE_MISSING', { detail: `${path}: empty` });
    const pin = new SecretBytes(content.subarray(0, end));
    content.fill(0);
    return pin;
  } finally {
    closeSync(handle);
  }
}
