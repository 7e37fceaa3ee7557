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
  const sizeBytes = sizeOf(text);
  if (sizeBytes !== null) return { ok: true, sizeBytes };
  for (const character of text)
    if (sizeOf(character) === null) return { ok: false, character: nameOfCharacter(character) };
  throw new TypeError('each character fits, and the text does not');
}

function sizeOf(text: string): number | null {
  try {
    return textSizeBytes(text, rhcBlank1.textEncoding, 'text');
  } catch (error) {
    if (isRhcError(error) && error.code === 'TEXT_NOT_ENCODABLE') return null;
    throw error;
  }
}
