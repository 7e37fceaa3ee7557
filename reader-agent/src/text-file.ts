/** One small text on disk, readable by its owner only, replaced as a whole and there after a power cut. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TextPlace } from './pairing/index.ts';

export function textFile(path: string): TextPlace {
  return {
    read() {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return null;
      }
    },
    write: (text) => replaceFile(path, Buffer.from(text)),
  };
}

export function bytesFile(path: string) {
  return {
    read(): Uint8Array | null {
      try {
        return Uint8Array.from(readFileSync(path));
      } catch {
        return null;
      }
    },
    write: (bytes: Uint8Array): void => replaceFile(path, bytes),
  };
}

function replaceFile(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const handle = openSync(`${path}.unfinished`, 'w', 0o600);
  try {
    writeSync(handle, bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${path}.unfinished`, path);
}
