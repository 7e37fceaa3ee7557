/** How full the chip is: a 32 K card holds the whole profile (CARD-FACTS 1.4: 26.6 KB of data). */
import type { ChipContent } from '../memory/chip-content.ts';
import { bodySizeBytes } from './file-descriptor.ts';

export const CAPACITY_BYTES = 32768;
export const KEY_BYTES = 24;
const DIRECTORY_BYTES = 16;

export function usedBytes(content: ChipContent): number {
  const files = content.files.reduce((sum, file) => sum + bodySizeBytes(file.body), 0);
  return files + content.directories.length * DIRECTORY_BYTES + content.keys.length * KEY_BYTES;
}
