/**
 * PDFs of a card face: the page that goes to the card printer (exact size), the A4 proof with every place, tolerance and
 * measure drawn, and the printer's test page.
 */
import PDFDocument from 'pdfkit';
import type { CardFace } from '../domain/card-face/face.ts';
import { CARD_BODY, type FaceLayout, type FacePlace } from '../domain/card-face/layout.ts';
import { issuerErrors } from '../errors.ts';
import { BOLD, drawFace, type Pdf, REGULAR } from './draw-face.ts';
import { type FaceFonts, fontBytes, NOTO_FONTS, openFont, POINTS_PER_MM, textWidthMm, unprintableIn } from './fonts.ts';

const pt = (mm: number): number => mm * POINTS_PER_MM;
const A4_MM = { width: 210, height: 297 };
const GREY = '#8c8c8c';
const TOLERANCE_BLUE = '#1677ff';

interface RenderOptions {
  readonly fonts?: FaceFonts;
  /** Printed into the PDF's information; given, so that the same face gives the same bytes. */
  readonly madeAt: Date;
  /** 培训: a mark over everything. */
  readonly training?: boolean;
}

/**
 * What the printer could not print as it stands: characters without a glyph, lines wider than their place.
 * @throws FACE_REFUSED naming each line
 */
export function requirePrintable(face: CardFace, fonts: FaceFonts = NOTO_FONTS): void {
  const regular = openFont(fonts.regular);
  const fields = [];
  for (const place of face.layout.places) {
    if (place.content.kind !== 'lines') continue;
    for (const line of place.content.lines) {
      const { label, value } = face.lines[line];
      const missing = unprintableIn(regular, value);
      if (missing !== null) {
        fields.push({
          field: line,
          rule: { zh: `${label}中的“${missing}”没有字形`, en: `“${missing}” has no glyph in the font` },
        });
        continue;
      }
      const width = textWidthMm(regular, `${label}  ${value}`, place.content.sizePt);
      if (width > place.widthMm) {
        const [needs, has] = [width.toFixed(1), place.widthMm.toFixed(1)];
        fields.push({
          field: line,
          rule: {
            zh: `${label}占 ${needs} 毫米,卡面只有 ${has} 毫米`,
            en: `takes ${needs} mm, the face has ${has} mm`,
          },
        });
      }
    }
  }
  if (fields.length > 0) throw issuerErrors.make('FACE_REFUSED', { fields });
}

/** Two pages of 85.60 × 53.98 mm: the holder's side and the emblem's side. @throws FACE_REFUSED, FONT_MISSING */
export async function cardPdf(face: CardFace, options: RenderOptions): Promise<Uint8Array> {
  requirePrintable(face, options.fonts);
  const size: [number, number] = [pt(CARD_BODY.widthMm), pt(CARD_BODY.heightMm)];
  return pdfBytes({ size, title: '居民健康卡卡面' }, options, (pdf) => {
    drawFace(pdf, face, { side: 'holder', leftMm: 0, topMm: 0, scale: 1 });
    if (options.training === true) trainingMark(pdf, CARD_BODY.widthMm, CARD_BODY.heightMm, 20);
    pdf.addPage({ size, margin: 0 });
    drawFace(pdf, face, { side: 'emblem', leftMm: 0, topMm: 0, scale: 1 });
  });
}

/** A4: both sides at true size, the holder's side at double size with places, tolerances and measures. */
export async function proofPdf(face: CardFace, options: RenderOptions): Promise<Uint8Array> {
  requirePrintable(face, options.fonts);
  return pdfBytes({ size: 'A4', title: '居民健康卡卡面校样' }, options, (pdf) => {
    pdf.font(BOLD).fontSize(14).fillColor('black');
    pdf.text('居民健康卡卡面校样  Proof of the card face', pt(15), pt(12), { lineBreak: false });
    pdf.font(REGULAR).fontSize(9);
    pdf.text(`${face.layout.label.zh}  ${face.layout.label.en}  ·  ${face.layout.source}`, pt(15), pt(20), {
      lineBreak: false,
    });
    const sides = [
      { side: 'holder' as const, leftMm: 15 },
      { side: 'emblem' as const, leftMm: 15 + CARD_BODY.widthMm + 8 },
    ];
    for (const { side, leftMm } of sides) {
      body(pdf, leftMm, 32, 1);
      drawFace(pdf, face, { side, leftMm, topMm: 32, scale: 1 });
      for (const place of face.layout.places) {
        if (place.side === side && place.content.kind === 'emblem') outline(pdf, place, leftMm, 32, 1);
      }
      pdf.font(REGULAR).fontSize(7).fillColor(GREY);
      pdf.text(side === 'holder' ? '1:1 持卡人面 holder' : '1:1 标识面 emblem', pt(leftMm), pt(88), {
        lineBreak: false,
      });
    }
    const left = (A4_MM.width - CARD_BODY.widthMm * 2) / 2;
    body(pdf, left, 98, 2);
    drawFace(pdf, face, { side: 'holder', leftMm: left, topMm: 98, scale: 2 });
    for (const place of face.layout.places.filter(({ side }) => side === 'holder')) tolerance(pdf, place, left, 98, 2);
    measures(pdf, face.layout, 215);
    if (options.training === true) trainingMark(pdf, A4_MM.width, A4_MM.height, 60);
  });
}

/** For a new printer or ribbon: edges, rulers, a grey wedge, smallest type, and the bar code to be scanned. */
export async function printerTestPdf(layout: FaceLayout, options: RenderOptions): Promise<Uint8Array> {
  const size: [number, number] = [pt(CARD_BODY.widthMm), pt(CARD_BODY.heightMm)];
  return pdfBytes({ size, title: '制卡打印机测试页' }, options, (pdf) => {
    pdf.lineWidth(0.3).strokeColor('black');
    for (const inset of [0.5, 1, 2]) {
      pdf.rect(pt(inset), pt(inset), pt(CARD_BODY.widthMm - 2 * inset), pt(CARD_BODY.heightMm - 2 * inset)).stroke();
    }
    rulers(pdf);
    for (let step = 0; step <= 10; step++) {
      pdf.rect(pt(14 + step * 5.2), pt(38), pt(5.2), pt(5)).fill([0, 0, 0, step * 10]);
    }
    pdf.fillColor('black').font(BOLD).fontSize(8);
    pdf.text('制卡打印机测试页 Printer test', pt(14), pt(6), { lineBreak: false });
    pdf.font(REGULAR).fontSize(5);
    pdf.text('龘靐齉爩 永国酬愛 ABCabc 0123456789 — 每边三框 0.5/1/2 mm 须完整', pt(14), pt(11), { lineBreak: false });
    for (const place of layout.places.filter(({ side }) => side === 'holder')) outline(pdf, place, 0, 0, 1);
    if (options.training === true) trainingMark(pdf, CARD_BODY.widthMm, CARD_BODY.heightMm, 20);
  });
}

function pdfBytes(
  page: { size: [number, number] | 'A4'; title: string },
  { fonts = NOTO_FONTS, madeAt }: RenderOptions,
  draw: (pdf: Pdf) => void,
): Promise<Uint8Array> {
  const pdf = new PDFDocument({
    size: page.size,
    margin: 0,
    info: { Title: page.title, CreationDate: madeAt, ModDate: madeAt, Producer: 'card-issuer', Creator: 'card-issuer' },
  });
  pdf.registerFont(REGULAR, fontBytes(fonts.regular), fonts.regular.postscriptName);
  pdf.registerFont(BOLD, fontBytes(fonts.bold), fonts.bold.postscriptName);
  const chunks: Uint8Array[] = [];
  const done = new Promise<Uint8Array>((resolve, reject) => {
    pdf.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
  draw(pdf);
  pdf.end();
  return done;
}

function body(pdf: Pdf, leftMm: number, topMm: number, scale: number): void {
  const [width, height] = [CARD_BODY.widthMm * scale, CARD_BODY.heightMm * scale];
  pdf.lineWidth(0.5).strokeColor(GREY);
  pdf.roundedRect(pt(leftMm), pt(topMm), pt(width), pt(height), pt(CARD_BODY.cornerRadiusMm * scale)).stroke();
}

function outline(
  pdf: Pdf,
  { leftMm, topMm, widthMm, heightMm }: FacePlace,
  left: number,
  top: number,
  scale: number,
): void {
  pdf.lineWidth(0.3).strokeColor(TOLERANCE_BLUE).dash(1.5, { space: 1 });
  pdf.rect(pt(left + leftMm * scale), pt(top + topMm * scale), pt(widthMm * scale), pt(heightMm * scale)).stroke();
  pdf.undash();
}

/** The place, and how far it may be off in each direction. */
function tolerance(pdf: Pdf, place: FacePlace, left: number, top: number, scale: number): void {
  outline(pdf, place, left, top, scale);
  pdf.lineWidth(0.2).strokeColor(TOLERANCE_BLUE).strokeOpacity(0.5);
  for (const off of [-place.toleranceMm, place.toleranceMm]) {
    pdf
      .rect(
        pt(left + (place.leftMm - off) * scale),
        pt(top + (place.topMm - off) * scale),
        pt((place.widthMm + 2 * off) * scale),
        pt((place.heightMm + 2 * off) * scale),
      )
      .stroke();
  }
  pdf.strokeOpacity(1);
}

/** Every place with its measures, as a printer's operator checks them with a rule. */
function measures(pdf: Pdf, layout: FaceLayout, topMm: number): void {
  const columns = [15, 62, 90, 118, 146, 174];
  const rows = layout.places.map((place) => [
    `${place.label.zh} ${place.label.en}`,
    place.leftMm.toFixed(2),
    place.topMm.toFixed(2),
    place.widthMm.toFixed(2),
    place.heightMm.toFixed(2),
    `± ${place.toleranceMm.toFixed(2)}`,
  ]);
  const head = ['位置 place (mm)', '左 left', '上 top', '宽 width', '高 height', '公差 tolerance'];
  [head, ...rows].forEach((cells, row) => {
    pdf
      .font(row === 0 ? BOLD : REGULAR)
      .fontSize(8)
      .fillColor('black');
    cells.forEach((cell, at) => {
      pdf.text(cell, pt(columns[at] as number), pt(topMm + row * 5.2), { lineBreak: false });
    });
  });
}

function rulers(pdf: Pdf): void {
  pdf.lineWidth(0.25).strokeColor('black');
  for (let mm = 0; mm <= CARD_BODY.widthMm; mm++) {
    pdf
      .moveTo(pt(mm), pt(27))
      .lineTo(pt(mm), pt(27 - (mm % 10 === 0 ? 3 : mm % 5 === 0 ? 2 : 1)))
      .stroke();
  }
  for (let mm = 0; mm <= CARD_BODY.heightMm; mm++) {
    pdf
      .moveTo(pt(10), pt(mm))
      .lineTo(pt(10 - (mm % 10 === 0 ? 3 : mm % 5 === 0 ? 2 : 1)), pt(mm))
      .stroke();
  }
}

function trainingMark(pdf: Pdf, widthMm: number, heightMm: number, sizePt: number): void {
  pdf.save();
  pdf.fillOpacity(0.25).fillColor('red').font(BOLD).fontSize(sizePt);
  pdf.translate(pt(widthMm / 2), pt(heightMm / 2)).rotate(-25);
  const text = '培训 TRAINING';
  pdf.text(text, -pdf.widthOfString(text) / 2, -sizePt / 2, { lineBreak: false });
  pdf.restore();
}
