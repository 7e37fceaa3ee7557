/** Words in which check values and hashes are read aloud: one word a byte, in Chinese and in English. */
import { z } from 'zod';
import { schemaReference } from './common-schemas.ts';

export const wordList = z.strictObject({
  ...schemaReference,
  id: z.literal('bytes'),
  version: z.int().min(1),
  /** Position is the byte. Changing one changes what old minutes say: give the list another version instead. */
  words: z
    .array(
      z.tuple([
        z.string().regex(/^[\u4e00-\u9fff]{2}$/, 'two characters'),
        z.string().regex(/^[a-z]{3,8}$/, '3 to 8 small letters'),
      ]),
    )
    .length(256),
});
export type WordList = z.infer<typeof wordList>;
