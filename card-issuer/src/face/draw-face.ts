/** Draws one side of a card into a PDF page: one function for each kind of content, millimetres in, points out. */
import * as bwip from 'bwip-js/node';
import type { CardFace } from '../domain/card-face/face.ts';
import type { FacePlace } from '../domain/card-face/layout.ts';
import { POINTS_PER_MM } from './fonts.ts';

export type Pdf = PDFKit.PDFDocument;

/** Colours of the specification in per cent CMYK. */
const BLACK: [number, number, number, number] = [0, 0, 0, 100];
const SEAL_RED: [number, number, number, number] = [0, 100, 100, 0];
/** Code 128 asks for a quiet zone of 10 modules on each side (GB/T 18347, ISO/IEC 15417). */
const QUIET_MODULES = 10;

/**
 * As ES module the package's named `raw` is the encoder of the symbology "raw", which rejects on its own time and would end
 * the process; the function that tells widths stands in the default export alone. Its types know no default.
 */
const { raw } = (bwip as unknown as { readonly default: typeof bwip }).default;

const pt = (mm: number): number => mm * POINTS_PER_MM;

/** The font names under which `render-face` registers the two weights. */
export const REGULAR = 'regular';
export const BOLD = 'bold';

export interface DrawOptions {
  readonly side: FacePlace['side'];
  /** Where the card's corner lies on the page, in millimetres. */
  readonly leftMm: number;
  readonly topMm: number;
  /** 1 = true size. */
  readonly scale: number;
}

export function drawFace(pdf: Pdf, face: CardFace, options: DrawOptions): void {
  pdf.save();
  pdf.translate(pt(options.leftMm), pt(options.topMm)).scale(options.scale);
  for (const place of face.layout.places.filter(({ side }) => side === options.side)) drawPlace(pdf, face, place);
  pdf.restore();
}

function drawPlace(pdf: Pdf, face: CardFace, place: FacePlace): void {
  const { content } = place;
  switch (content.kind) {
    case 'photo':
      drawPhoto(pdf, face.photo, place);
      break;
    case 'lines':
      drawLines(pdf, face, place, content);
      break;
    case 'text':
      drawText(pdf, textOf(face, content.of), place, content.sizePt, content.bold);
      break;
    case 'barcode':
      drawBarcode(pdf, face.barcode, place);
      break;
    case 'seal':
      drawSeal(pdf, face.sealText, place, content.starMm);
      break;
    case 'vendor-code':
      drawText(pdf, face.vendorCode, place, content.sizePt, false);
      break;
    case 'emblem':
      // Preprinted on the body; the proof shows its frame.
      break;
  }
}

export function textOf(face: CardFace, of: 'issuer' | 'bank' | 'bank-number' | 'title' | 'supervisor'): string {
  switch (of) {
    case 'issuer':
      return face.issuer;
    case 'bank':
      return face.bank ?? '';
    case 'bank-number':
      return (face.bankNumber ?? '').replace(/(.{4})(?=.)/g, '$1 ');
    case 'title':
      return face.title;
    case 'supervisor':
      return face.supervisor;
  }
}

function drawPhoto(pdf: Pdf, photo: Uint8Array | null, { leftMm, topMm, widthMm, heightMm }: FacePlace): void {
  if (photo === null) return;
  pdf.image(Buffer.from(photo), pt(leftMm), pt(topMm), {
    cover: [pt(widthMm), pt(heightMm)],
    align: 'center',
    valign: 'center',
  });
}

function drawText(pdf: Pdf, text: string, place: FacePlace, sizePt: number, bold: boolean): void {
  if (text === '') return;
  pdf
    .font(bold ? BOLD : REGULAR)
    .fontSize(sizePt)
    .fillColor(BLACK);
  const width = pdf.widthOfString(text);
  const spare = pt(place.widthMm) - width;
  const shift = place.align === 'center' ? spare / 2 : place.align === 'right' ? spare : 0;
  // The em box is centred in the place: the specification measures places, not base lines.
  const top = pt(place.topMm) + (pt(place.heightMm) - sizePt) / 2;
  emBoxText(pdf, text, pt(place.leftMm) + shift, top, sizePt);
}

/** Sets a line so that its em box, not the face's taller line box, begins at `top`. */
function emBoxText(pdf: Pdf, text: string, left: number, top: number, sizePt: number): void {
  const lineHeight = pdf.heightOfString('国', { lineBreak: false });
  pdf.text(text, left, top - (lineHeight - sizePt) / 2, { lineBreak: false });
}

function drawLines(
  pdf: Pdf,
  face: CardFace,
  place: FacePlace,
  content: Extract<FacePlace['content'], { kind: 'lines' }>,
): void {
  pdf.font(REGULAR).fontSize(content.sizePt).fillColor(BLACK);
  content.lines.forEach((line, at) => {
    const { label, value } = face.lines[line];
    const top = pt(place.topMm) + at * (content.sizePt + pt(content.gapMm));
    emBoxText(pdf, `${label}  ${value}`, pt(place.leftMm), top, content.sizePt);
  });
}

/** Dark bars of Code 128 in millimetres from the left edge of a place of this width, its quiet zones inside. */
export function barcodeBars(
  text: string,
  placeWidthMm: number,
): { readonly leftMm: number; readonly widthMm: number }[] {
  const [symbol] = raw({ bcid: 'code128', text }) as unknown as [{ sbs: number[] }];
  const modules = symbol.sbs.reduce((sum, width) => sum + width, 0) + 2 * QUIET_MODULES;
  const moduleMm = placeWidthMm / modules;
  let at = QUIET_MODULES;
  return symbol.sbs.flatMap((width, index) => {
    const leftMm = at * moduleMm;
    at += width;
    return index % 2 === 0 ? [{ leftMm, widthMm: width * moduleMm }] : [];
  });
}

/** Bars as vectors: no raster between the number and the printer. */
function drawBarcode(pdf: Pdf, text: string, place: FacePlace): void {
  pdf.fillColor(BLACK);
  for (const bar of barcodeBars(text, place.widthMm)) {
    pdf.rect(pt(place.leftMm + bar.leftMm), pt(place.topMm), pt(bar.widthMm), pt(place.heightMm));
  }
  pdf.fill();
}

/** Ring, star and the text along the ring, from the lower left over the top to the lower right. */
function drawSeal(pdf: Pdf, text: string, { leftMm, topMm, widthMm }: FacePlace, starMm: number): void {
  const radius = widthMm / 2;
  const [x, y] = [leftMm + radius, topMm + radius];
  const lineMm = 0.35;
  pdf.lineWidth(pt(lineMm)).strokeColor(SEAL_RED);
  pdf.circle(pt(x), pt(y), pt(radius - lineMm / 2)).stroke();
  const corner = (at: number, length: number): [number, number] => {
    const angle = -Math.PI / 2 + (at * Math.PI) / 5;
    return [pt(x + length * Math.cos(angle)), pt(y + length * Math.sin(angle))];
  };
  // Five points: the inner corners of a regular star lie at 0.382 of the outer radius.
  pdf.fillColor(SEAL_RED);
  pdf.polygon(...Array.from({ length: 10 }, (_, at) => corner(at, (starMm / 2) * (at % 2 === 0 ? 1 : 0.382)))).fill();
  const characters = [...text];
  const sweep = (270 * Math.PI) / 180;
  const sizePt = Math.min(5, ((radius * sweep) / characters.length) * POINTS_PER_MM * 0.8);
  pdf.font(BOLD).fontSize(sizePt);
  characters.forEach((character, at) => {
    const angle = -sweep / 2 + (sweep * (at + 0.5)) / characters.length;
    pdf.save();
    pdf.translate(pt(x), pt(y)).rotate((angle * 180) / Math.PI);
    emBoxText(pdf, character, -sizePt / 2, -pt(radius - lineMm - 0.35), sizePt);
    pdf.restore();
  });
}
