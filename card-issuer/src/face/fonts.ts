/**
 * The faces that are embedded. The specification's 汉仪 faces are a foundry's property; Debian's Noto Sans CJK covers
 * GB 18030 and stands in unless an installation names its own files.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Font } from 'fontkit';
import * as fontkit from 'fontkit';
import { issuerErrors } from '../errors.ts';

export interface FaceFonts {
  readonly regular: FontFile;
  readonly bold: FontFile;
}

export interface FontFile {
  readonly path: string;
  /** PostScript name inside a collection (.ttc); absent for a single face. */
  readonly postscriptName?: string;
}

export const NOTO_FONTS: FaceFonts = {
  regular: {
    path: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
    postscriptName: 'NotoSansCJKsc-Regular',
  },
  bold: { path: '/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc', postscriptName: 'NotoSansCJKsc-Bold' },
};

const opened = new Map<string, Font>();

/** @throws FONT_MISSING */
export function openFont({ path, postscriptName }: FontFile): Font {
  const key = `${path}#${postscriptName ?? ''}`;
  const known = opened.get(key);
  if (known !== undefined) return known;
  if (!existsSync(path)) throw issuerErrors.make('FONT_MISSING', { detail: path });
  const font = fontkit.openSync(path, postscriptName);
  if (font === null || !('hasGlyphForCodePoint' in font)) throw issuerErrors.make('FONT_MISSING', { detail: key });
  opened.set(key, font);
  return font;
}

const read = new Map<string, Buffer>();

/** The file's bytes, read once: a collection has 20 MB, and a page embeds two of them. @throws FONT_MISSING */
export function fontBytes(file: FontFile): Buffer {
  const known = read.get(file.path);
  if (known !== undefined) return known;
  openFont(file);
  const bytes = readFileSync(file.path);
  read.set(file.path, bytes);
  return bytes;
}

/** Width in millimetres of a text set in this face. */
export function textWidthMm(font: Font, text: string, sizePt: number): number {
  const { advanceWidth } = font.layout(text);
  return (advanceWidth / font.unitsPerEm) * sizePt * MM_PER_POINT;
}

/** First character that the face has no glyph for, or null. */
export function unprintableIn(font: Font, text: string): string | null {
  for (const character of text) {
    if (!font.hasGlyphForCodePoint(character.codePointAt(0) as number)) return character;
  }
  return null;
}

export const MM_PER_POINT = 25.4 / 72;
export const POINTS_PER_MM = 72 / 25.4;
