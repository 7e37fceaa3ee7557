/** The queue on this machine's disk, under the key of the write journal. */
import { randomBytes } from 'node:crypto';
import { diskFolder } from '../journal/folder.ts';
import { sealingKey } from '../journal/sealing-key.ts';
import { EventQueue } from './event-queue.ts';

/** A busy desk's cards of ten days without network. */
const CAPACITY = 5_000;

/** @throws SECRET_FILE_REFUSED when the key file may be read by others */
export function openEventQueue(folder: string, keyFile: string): EventQueue {
  return new EventQueue({
    folder: diskFolder(folder),
    key: sealingKey(keyFile),
    random: (length) => Uint8Array.from(randomBytes(length)),
    capacity: CAPACITY,
  });
}
