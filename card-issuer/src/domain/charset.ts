/** Charsets of files from Chinese spreadsheets and registers: UTF-8 (with or without mark) or GB 18030. */
import iconv from 'iconv-lite';

export type Charset = 'utf-8' | 'gb18030';

/** UTF-8 when the bytes are valid UTF-8 (GB 18030 text of any length almost never is), else GB 18030. */
export function charsetOf(bytes: Uint8Array): Charset {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'gb18030';
  }
}

/** A mark at the start is no part of the text. */
export function textOf(bytes: Uint8Array, charset: Charset = charsetOf(bytes)): string {
  return charset === 'utf-8' ? new TextDecoder().decode(bytes) : iconv.decode(Buffer.from(bytes), 'gb18030');
}
