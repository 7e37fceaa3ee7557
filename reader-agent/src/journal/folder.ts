/** Where the journal's files lie. On disk each file is replaced as a whole, and is there after a power cut once `write` returned. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export interface JournalFolder {
  names(): readonly string[];
  read(name: string): Uint8Array;
  write(name: string, bytes: Uint8Array): void;
  remove(name: string): void;
}

const ENDING = '.entry';

/** Readable by its owner only. */
export function diskFolder(path: string): JournalFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const fileOf = (name: string) => join(path, `${name}${ENDING}`);
  return {
    names: () =>
      readdirSync(path)
        .filter((name) => name.endsWith(ENDING))
        .map((name) => name.slice(0, -ENDING.length)),
    read: (name) => Uint8Array.from(readFileSync(fileOf(name))),
    write(name, bytes) {
      const unfinished = join(path, `${name}.unfinished`);
      const handle = openSync(unfinished, 'w', 0o600);
      try {
        writeSync(handle, bytes);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(unfinished, fileOf(name));
      syncFolder(path);
    },
    remove(name) {
      rmSync(fileOf(name), { force: true });
      syncFolder(path);
    },
  };
}

/** The name of a new file survives a power cut only once its folder was written; Windows has no such call. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
