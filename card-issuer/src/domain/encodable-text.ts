/**
 * Whether a text fits the card's character set (a switch of the product; CARD-FACTS 1.2), and how many bytes it takes. The
 * card's own codec decides; here the first character that does not fit is named, because that is what the clerk must talk about.
 */
import { nameOfCharacter, textSizeBytes } from '@rhc/card/codec';
import { isRhcError } from '@rhc/card/errors';
import { rhcBlank1 } from '@rhc/card/profile';

export type EncodedText =
  | { readonly ok: true; readonly sizeBytes: number }
  /** `character`: as the codec names it, `㛃 U+36C3`. */
  | { readonly ok: false; readonly character: string };

export function encodedText(text: string): EncodedText {
  let sizeBytes = 0;
  for (const character of text) {
    try {
      sizeBytes += textSizeBytes(character, rhcBlank1.textEncoding, 'text');
    } catch (error) {
      if (isRhcError(error) && error.code === 'TEXT_NOT_ENCODABLE') {
        return { ok: false, character: nameOfCharacter(character) };
      }
      throw error;
    }
  }
  return { ok: true, sizeBytes };
}
