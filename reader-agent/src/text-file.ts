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
    write(text) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const handle = openSync(`${path}.unfinished`, 'w', 0o600);
      try {
        writeSync(handle, text);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(`${path}.unfinished`, path);
    },
  };
}
