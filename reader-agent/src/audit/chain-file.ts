/**
 * The local audit on disk: one text of lines that only grows, and beside it a note of where the chain stood after the
 * last line. The note is written after the line is on the disk, so it can be behind the chain by what a power cut took,
 * and never ahead of it: a note that is ahead says that lines were taken away.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { TextPlace } from '../pairing/index.ts';
import { textFile } from '../text-file.ts';

export interface ChainPlace {
  /** Null: no chain was begun here. */
  read(): Uint8Array | null;
  /** On the disk when it returns. */
  append(line: string): void;
  /** Takes a torn end away. */
  cutTo(length: number): void;
  /** Lays the file aside for whoever looks into it; gives the name. */
  setAside(name: string): string;
  /** Begins the file anew with these lines (after old ones were uploaded). */
  replace(text: string): void;
  readonly note: TextPlace;
}

export function diskChain(path: string): ChainPlace {
  let handle: number | null = null;
  const opened = (): number => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    handle ??= openSync(path, 'a', 0o600);
    return handle;
  };
  const close = () => {
    if (handle !== null) closeSync(handle);
    handle = null;
  };
  const whole = textFile(path);
  return {
    note: textFile(`${path}.head`),
    read() {
      try {
        return Uint8Array.from(readFileSync(path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    append(line) {
      const file = opened();
      const bytes = Buffer.from(`${line}\n`);
      const before = fstatSync(file).size;
      try {
        if (writeSync(file, bytes) !== bytes.length) throw new RangeError('the line was not written whole');
        fsyncSync(file);
      } catch (error) {
        // Half a line would be joined with the next one and look like somebody's change.
        ftruncateSync(file, before);
        throw error;
      }
    },
    cutTo(length) {
      close();
      const file = openSync(path, 'r+');
      try {
        ftruncateSync(file, length);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
    setAside(name) {
      close();
      const aside = `${path}.${name}`;
      renameSync(path, aside);
      return aside;
    },
    replace(text) {
      close();
      whole.write(text);
    },
  };
}
