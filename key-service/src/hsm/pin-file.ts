/** The token's PIN comes from a file of mode 0600 and goes to the workers over IPC; never an argument, never a variable. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { SecretBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../errors.ts';

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
      throw keyServiceErrors.make('HSM_PIN_FILE_PERMISSIONS', { detail: `${path}: mode ${mode.toString(8)}` });
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
