/** The journal on this machine's disk. */
import { randomBytes } from 'node:crypto';
import { diskFolder } from './folder.ts';
import { sealingKey } from './sealing-key.ts';
import { WriteJournal } from './write-journal.ts';

const MAX_OPEN = 64;
const MAX_SETTLED = 256;

/** @throws SECRET_FILE_REFUSED when the key file may be read by others */
export function openJournal(folder: string, keyFile: string): WriteJournal {
  return new WriteJournal({
    folder: diskFolder(folder),
    key: sealingKey(keyFile),
    random: (length) => Uint8Array.from(randomBytes(length)),
    maxOpen: MAX_OPEN,
    maxSettled: MAX_SETTLED,
  });
}
