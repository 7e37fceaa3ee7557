/**
 * Whether a text fits the card's character set (GBK on 2012 cards, a switch of the product; CARD-FACTS 1.2), and how
 * many bytes it takes. The first character that does not fit is named, because that is what the clerk must talk about.
 */
import { rhcBlank1 } from '@rhc/card/profile';
import iconv from 'iconv-lite';

export type EncodedText =
  | { readonly ok: true; readonly sizeBytes: number }
  | { readonly ok: false; readonly character: string; readonly codePoint: string };

export function encodedText(text: string): EncodedText {
  let sizeBytes = 0;
  for (const character of text) {
    const bytes = iconv.encode(character, rhcBlank1.textEncoding);
    const tooLong = rhcBlank1.textEncoding === 'gbk' && bytes.length > 2;
    if (tooLong || /\p{Cc}/u.test(character) || iconv.decode(bytes, rhcBlank1.textEncoding) !== character) {
      const code = character.codePointAt(0) ?? 0;
      return { ok: false, character, codePoint: `U+${code.toString(16).toUpperCase().padStart(4, '0')}` };
    }
    sizeBytes += bytes.length;
  }
  return { ok: true, sizeBytes };
}
