/** The last signed checkpoint in a file beside the service: a database cut back to an earlier state is seen by it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

export interface CheckpointAnchor {
  read(): string | null;
  write(note: string): void;
}

export function fileAnchor(path: string): CheckpointAnchor {
  return {
    read: () => (existsSync(path) ? readFileSync(path, 'utf8') : null),
    write: (note) => {
      writeFileSync(`${path}.new`, note, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
  };
}
