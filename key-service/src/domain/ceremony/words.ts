/** Check values and hashes as words that can be read aloud: one word a byte, in both languages. Pure. */
import { hexToBytes } from '@rhc/card/bytes';
import type { WordList } from '@rhc/hsm-config';

export interface SpokenWords {
  readonly zh: string[];
  readonly en: string[];
}

export function spoken(list: WordList, hex: string): SpokenWords {
  const pairs = [...hexToBytes(hex)].map((byte) => list.words[byte] as [string, string]);
  return { zh: pairs.map(([zh]) => zh), en: pairs.map(([, en]) => en) };
}

/** What was heard, back to hex; null when a word is not of the list. */
export function heard(list: WordList, words: readonly string[]): string | null {
  const bytes = words.map((word) => list.words.findIndex((pair) => pair.includes(word.trim().toLowerCase())));
  if (bytes.includes(-1)) return null;
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}
