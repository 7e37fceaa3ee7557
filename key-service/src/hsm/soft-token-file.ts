/**
 * SoftHSM2 writes a token's own file (label, serial, sealed PINs, flags) anew at every login. A process that is killed between
 * the truncation and the write leaves it empty, and the token is gone for everybody: a kill drill met it. None of it changes
 * but flags of wrong PINs, so that a copy taken after a login is as good as the file. A real HSM has nothing of the kind.
 */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'token.object';
/** SoftHSM2 looks at names that end in `.object` only. */
const COPY = 'token.kept';

/** Copies the file of each token of a `softhsm2.conf`, when it differs from the copy. */
export function keepTokenFiles(softHsmConf: string): void {
  for (const folder of tokenFolders(softHsmConf)) {
    const file = bytesOf(join(folder, FILE));
    if (file.length > 0 && !file.equals(bytesOf(join(folder, COPY)))) replace(join(folder, COPY), file);
  }
}

/** Puts the copies in place of files that are empty. @returns true when there was one */
export function mendTokenFiles(softHsmConf: string): boolean {
  let mended = false;
  for (const folder of tokenFolders(softHsmConf)) {
    const copy = bytesOf(join(folder, COPY));
    if (copy.length === 0 || bytesOf(join(folder, FILE)).length > 0) continue;
    replace(join(folder, FILE), copy);
    mended = true;
  }
  return mended;
}

function tokenFolders(softHsmConf: string): string[] {
  const [, folder] = /^\s*directories\.tokendir\s*=\s*(\S.*?)\s*$/m.exec(readFileSync(softHsmConf, 'utf8')) ?? [];
  if (folder === undefined) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [join(folder, entry.name)] : [],
  );
}

/** Empty when there is none. */
function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** Whole or not at all: whoever reads meanwhile sees the one or the other. */
function replace(path: string, bytes: Uint8Array): void {
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, bytes, { mode: 0o600 });
  renameSync(beside, path);
}
