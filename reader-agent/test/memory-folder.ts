/** A journal folder that outlives an agent but not the test. */
import type { JournalFolder } from '../src/journal/index.ts';

export function memoryFolder(): JournalFolder & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    names: () => [...files.keys()],
    read: (name) => files.get(name) ?? new Uint8Array(0),
    write: (name, bytes) => void files.set(name, bytes),
    remove: (name) => void files.delete(name),
  };
}
