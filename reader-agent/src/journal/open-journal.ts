/** The journal on this machine's disk, under a key of its own that is made at the first start. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { hexToBytes, SecretBytes } from '@rhc/card/bytes';
import { ensureTokenFile, readSecretFile } from '@rhc/service-shell';
import { diskFolder } from './folder.ts';
import { WriteJournal } from './write-journal.ts';

const MAX_OPEN = 64;
const MAX_SETTLED = 256;

/** @throws SECRET_FILE_REFUSED when the key file may be read by others */
export function openJournal(folder: string, keyFile: string): WriteJournal {
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 });
  ensureTokenFile(keyFile);
  const text = readSecretFile(keyFile);
  const key = text.use((bytes) => new SecretBytes(hexToBytes(new TextDecoder().decode(bytes).toUpperCase())));
  text.zeroize();
  return new WriteJournal({
    folder: diskFolder(folder),
    key,
    random: (length) => Uint8Array.from(randomBytes(length)),
    maxOpen: MAX_OPEN,
    maxSettled: MAX_SETTLED,
  });
}
