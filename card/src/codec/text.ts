/**
 * Text on the card (CARD-FACTS 1.2: GBK text, left-justified, padded with 00; CARD.md "text"). `gbk` is the one- and
 * two-byte part of GB 18030, which 2012 cards and their readers know; `gb18030` adds the four-byte characters.
 * iconv-lite writes "?" for what it cannot encode, so every character is encoded alone and read back.
 */
import iconv from 'iconv-lite';
import { refuse } from './errors.ts';

export type TextEncoding = 'gbk' | 'gb18030';

/** Control and format characters, lone surrogates, private use, line and paragraph separators: no reader shows them. */
const UNWRITABLE = /^[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]$/u;

/** Bytes of the text without padding; `field` names the element in the error. */
export function encodeText(text: string, encoding: TextEncoding, field: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const encoded = encodeCharacter(character, encoding);
    if (encoded === undefined) {
      const name = nameOfCharacter(character);
      refuse('TEXT_NOT_ENCODABLE', field, {
        zh: `字符 ${name} 不能写入卡片（${encoding.toUpperCase()}）`,
        en: `the character ${name} cannot be written to the card (${encoding.toUpperCase()})`,
      });
    }
    bytes.push(...encoded);
  }
  return Uint8Array.from(bytes);
}

/** A roster of a million names meets few characters, and iconv-lite takes some 3 µs for each call. */
const ENCODED = { gbk: new Map<string, Uint8Array | null>(), gb18030: new Map<string, Uint8Array | null>() } as const;
const REMEMBERED_CHARACTERS = 32_768;

function encodeCharacter(character: string, encoding: TextEncoding): Uint8Array | undefined {
  const remembered = ENCODED[encoding];
  let bytes = remembered.get(character);
  if (bytes === undefined) {
    bytes = encodeAfresh(character, encoding) ?? null;
    if (remembered.size < REMEMBERED_CHARACTERS) remembered.set(character, bytes);
  }
  return bytes ?? undefined;
}

function encodeAfresh(character: string, encoding: TextEncoding): Uint8Array | undefined {
  if (UNWRITABLE.test(character)) return undefined;
  const bytes = iconv.encode(character, 'gb18030');
  if (iconv.decode(bytes, 'gb18030') !== character) return undefined;
  if (encoding === 'gb18030') return bytes;
  // Where GBK and GB 18030 disagree (the euro sign: 80 against A2E3) readers show different characters.
  const agreed = bytes.length <= 2 && iconv.encode(character, 'gbk').equals(bytes);
  return agreed ? bytes : undefined;
}

/** `𠮷 U+20BB7`; a character that cannot be shown is named by its number alone. */
export function nameOfCharacter(character: string): string {
  const number = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return UNWRITABLE.test(character) ? number : `${character} ${number}`;
}

/** Length in card bytes, for a form that shows how much room is left. */
export function textSizeBytes(text: string, encoding: TextEncoding, field: string): number {
  return encodeText(text, encoding, field).length;
}

/**
 * Text up to the first 00 (trailing FF of an erased field is dropped), or null when empty. GB 18030 reads GBK too. What
 * the bytes do not say stands as U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string | null {
  const zero = bytes.indexOf(0);
  let end = zero === -1 ? bytes.length : zero;
  while (end > 0 && bytes[end - 1] === 0xff) end--;
  return end === 0 ? null : iconv.decode(bytes.subarray(0, end), 'gb18030');
}
