/** A face as marks for a screen: the same places, texts and bars as the printer's page, for a console to draw as SVG. */
import type { CardFace } from '../domain/card-face/face.ts';
import { CARD_BODY, type FacePlace } from '../domain/card-face/layout.ts';
import { barcodeBars, textOf } from './draw-face.ts';
import { MM_PER_POINT } from './fonts.ts';

type Place = Pick<FacePlace, 'side' | 'leftMm' | 'topMm' | 'widthMm' | 'heightMm'>;
export type FaceMark = Place &
  (
    | { readonly kind: 'photo'; readonly photo: string | null }
    | {
        readonly kind: 'text';
        readonly text: string;
        readonly sizePt: number;
        readonly bold: boolean;
        readonly align: FacePlace['align'];
      }
    | { readonly kind: 'barcode'; readonly bars: readonly { readonly leftMm: number; readonly widthMm: number }[] }
    | { readonly kind: 'seal'; readonly text: string; readonly starMm: number }
  );

export interface FaceDrawing {
  readonly widthMm: number;
  readonly heightMm: number;
  readonly cornerRadiusMm: number;
  readonly marks: readonly FaceMark[];
}

export function faceDrawing(face: CardFace): FaceDrawing {
  return { ...CARD_BODY, marks: face.layout.places.flatMap((place) => marksOf(face, place)) };
}

function marksOf(face: CardFace, { content, align, side, leftMm, topMm, widthMm, heightMm }: FacePlace): FaceMark[] {
  const place = { side, leftMm, topMm, widthMm, heightMm };
  const text = (words: string, sizePt: number, bold: boolean): FaceMark[] =>
    words === '' ? [] : [{ ...place, kind: 'text', text: words, sizePt, bold, align }];
  switch (content.kind) {
    case 'photo':
      return [
        { ...place, kind: 'photo', photo: face.photo === null ? null : Buffer.from(face.photo).toString('base64') },
      ];
    case 'lines':
      return content.lines.flatMap((line, at): FaceMark[] => {
        const { label, value } = face.lines[line];
        const lineMm = content.sizePt * MM_PER_POINT;
        const top = topMm + at * (lineMm + content.gapMm);
        return text(`${label}  ${value}`, content.sizePt, false).map((mark) => ({
          ...mark,
          topMm: top,
          heightMm: lineMm,
        }));
      });
    case 'text':
      return text(textOf(face, content.of), content.sizePt, content.bold);
    case 'barcode':
      return [{ ...place, kind: 'barcode', bars: barcodeBars(face.barcode, widthMm) }];
    case 'seal':
      return [{ ...place, kind: 'seal', text: face.sealText, starMm: content.starMm }];
    case 'vendor-code':
      return text(face.vendorCode, content.sizePt, false);
    case 'emblem':
      // Preprinted on the body.
      return [];
  }
}
