/**
 * The printed face of the card as data (CARD-FACTS 1.10, technical specification 6.3, 2nd revision): millimetres on an ID-1
 * body, from the left and the top edge (or the bottom edge where the specification measures from there). A layout is
 * checked when it is declared: whatever leaves the body, or overlaps what it must not, does not load.
 */
import type { Text } from '@rhc/card/errors';

/** ISO/IEC 7810 ID-1, nominal. */
export const CARD_BODY = { widthMm: 85.6, heightMm: 53.98, cornerRadiusMm: 3.18 } as const;

/** What stands in a place. The renderer has one way of drawing for each kind. */
export type FaceContent =
  | { readonly kind: 'photo' }
  | { readonly kind: 'lines'; readonly lines: readonly FaceLine[]; readonly sizePt: number; readonly gapMm: number }
  | {
      readonly kind: 'text';
      readonly of: 'issuer' | 'bank' | 'bank-number' | 'title' | 'supervisor';
      readonly sizePt: number;
      readonly bold: boolean;
    }
  | { readonly kind: 'barcode' }
  | { readonly kind: 'seal'; readonly starMm: number }
  | { readonly kind: 'vendor-code'; readonly sizePt: number }
  | { readonly kind: 'emblem' };

export type FaceLine = 'name' | 'sex' | 'ethnic-group' | 'card-number';

export interface FacePlace {
  readonly id: string;
  readonly label: Text;
  readonly side: 'holder' | 'emblem';
  readonly leftMm: number;
  /** From the top edge to the top of the place. */
  readonly topMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
  readonly toleranceMm: number;
  readonly align: 'left' | 'center' | 'right';
  readonly content: FaceContent;
}

export interface FaceLayout {
  readonly id: string;
  readonly label: Text;
  readonly source: string;
  readonly places: readonly FacePlace[];
}

/** 汉仪 faces are a foundry's property; the layout names weights, the installation names the font files. */
const TOLERANCE_MM = 0.3;

type PlaceInput = Omit<FacePlace, 'toleranceMm' | 'align' | 'topMm'> &
  Partial<Pick<FacePlace, 'toleranceMm' | 'align'>> &
  ({ readonly topMm: number } | { readonly bottomMm: number });

function place(input: PlaceInput): FacePlace {
  const { toleranceMm = TOLERANCE_MM, align = 'left', ...rest } = input;
  if ('topMm' in rest) return { ...rest, toleranceMm, align };
  const { bottomMm, ...others } = rest;
  return { ...others, toleranceMm, align, topMm: round(CARD_BODY.heightMm - bottomMm - rest.heightMm) };
}

const round = (mm: number): number => Math.round(mm * 100) / 100;

/** @throws RangeError naming the layout and the place that leaves the body or lies on another */
export function defineFaceLayout(layout: FaceLayout): FaceLayout {
  for (const each of layout.places) {
    const right = each.leftMm + each.widthMm;
    const bottom = each.topMm + each.heightMm;
    if (each.leftMm < 0 || each.topMm < 0 || right > CARD_BODY.widthMm || bottom > CARD_BODY.heightMm) {
      throw new RangeError(`${layout.id}: ${each.id} leaves the card body`);
    }
    for (const other of layout.places) {
      if (other === each || other.side !== each.side || other.id <= each.id) continue;
      const apart =
        right <= other.leftMm ||
        other.leftMm + other.widthMm <= each.leftMm ||
        bottom <= other.topMm ||
        other.topMm + other.heightMm <= each.topMm;
      if (!apart) throw new RangeError(`${layout.id}: ${each.id} lies on ${other.id}`);
    }
  }
  return Object.freeze(layout);
}

const photo = place({
  id: 'photo',
  label: { zh: '照片', en: 'photo' },
  side: 'holder',
  leftMm: 4,
  topMm: 11,
  widthMm: 20,
  heightMm: 25,
  toleranceMm: 0.1,
  content: { kind: 'photo' },
});

const seal = place({
  id: 'seal',
  label: { zh: '印章', en: 'seal' },
  side: 'holder',
  leftMm: 2,
  bottomMm: 4.5,
  widthMm: 12,
  heightMm: 12,
  content: { kind: 'seal', starMm: 4 },
});

const vendorCode = place({
  id: 'vendor-code',
  label: { zh: '卡商代码', en: 'card vendor code' },
  side: 'holder',
  leftMm: 63.6,
  bottomMm: 2,
  widthMm: 20,
  heightMm: 2,
  align: 'right',
  content: { kind: 'vendor-code', sizePt: 4.5 },
});

/** Emblem, title and supervisor: the same in both layouts, as a rule preprinted on the body. */
const emblemSide: readonly FacePlace[] = [
  place({
    id: 'emblem',
    label: { zh: '标识', en: 'emblem' },
    side: 'emblem',
    leftMm: 33.6,
    topMm: 14.15,
    widthMm: 18.7,
    heightMm: 18.7,
    content: { kind: 'emblem' },
  }),
  place({
    id: 'title',
    label: { zh: '卡名', en: 'title' },
    side: 'emblem',
    leftMm: 4,
    topMm: 2.2,
    widthMm: 77.6,
    heightMm: 11.2,
    align: 'center',
    content: { kind: 'text', of: 'title', sizePt: 28, bold: true },
  }),
  place({
    id: 'supervisor',
    label: { zh: '监制', en: 'supervisor' },
    side: 'emblem',
    leftMm: 4,
    topMm: 44,
    widthMm: 77.6,
    heightMm: 4.5,
    align: 'center',
    content: { kind: 'text', of: 'supervisor', sizePt: 9, bold: false },
  }),
];

const HOLDER_LINES: readonly FaceLine[] = ['name', 'sex', 'ethnic-group', 'card-number'];
const TEXT_RIGHT_MM = 83.6;

export const plainLayout = defineFaceLayout({
  id: 'plain',
  label: { zh: '居民健康卡(单独卡面)', en: 'health card alone' },
  source: 'CARD-FACTS 1.10 (6.3 of the technical specification)',
  places: [
    photo,
    place({
      id: 'issuer',
      label: { zh: '发卡机构', en: 'issuer' },
      side: 'holder',
      leftMm: 31,
      topMm: 2,
      widthMm: 34,
      heightMm: 8.5,
      align: 'center',
      content: { kind: 'text', of: 'issuer', sizePt: 8.6, bold: true },
    }),
    place({
      id: 'holder',
      label: { zh: '持卡人', en: 'holder' },
      side: 'holder',
      leftMm: 31,
      topMm: 12,
      widthMm: TEXT_RIGHT_MM - 31,
      heightMm: 24,
      content: { kind: 'lines', lines: HOLDER_LINES, sizePt: 8, gapMm: 3 },
    }),
    place({
      id: 'barcode',
      label: { zh: '条码', en: 'bar code' },
      side: 'holder',
      leftMm: 31,
      bottomMm: 10.55,
      widthMm: 34,
      heightMm: 6,
      content: { kind: 'barcode' },
    }),
    seal,
    vendorCode,
    ...emblemSide,
  ],
});

export const bankLayout = defineFaceLayout({
  id: 'bank-combined',
  label: { zh: '居民健康卡与银行卡合一', en: 'health card combined with a bank card' },
  source: 'CARD-FACTS 1.10, values in brackets',
  places: [
    photo,
    place({
      id: 'bank',
      label: { zh: '银行', en: 'bank' },
      side: 'holder',
      leftMm: 4,
      topMm: 2,
      widthMm: 20,
      heightMm: 8.5,
      align: 'left',
      content: { kind: 'text', of: 'bank', sizePt: 7, bold: false },
    }),
    place({
      id: 'issuer',
      label: { zh: '发卡机构', en: 'issuer' },
      side: 'holder',
      leftMm: 27,
      topMm: 2,
      widthMm: 34,
      heightMm: 8.5,
      align: 'center',
      content: { kind: 'text', of: 'issuer', sizePt: 8.6, bold: true },
    }),
    place({
      id: 'holder',
      label: { zh: '持卡人', en: 'holder' },
      side: 'holder',
      leftMm: 27,
      topMm: 11,
      widthMm: TEXT_RIGHT_MM - 27,
      heightMm: 19.5,
      content: { kind: 'lines', lines: HOLDER_LINES, sizePt: 8, gapMm: 2 },
    }),
    place({
      id: 'barcode',
      label: { zh: '条码', en: 'bar code' },
      side: 'holder',
      leftMm: 27,
      bottomMm: 16.5,
      widthMm: 34,
      heightMm: 6,
      content: { kind: 'barcode' },
    }),
    // Centre of the first digit at 17.50 mm from the left and 12.50 mm from the bottom edge (ISO/IEC 7811-1 line of numbers).
    place({
      id: 'bank-number',
      label: { zh: '银行卡号', en: 'bank card number' },
      side: 'holder',
      leftMm: 16.2,
      bottomMm: 10.4,
      widthMm: 60,
      heightMm: 4.2,
      content: { kind: 'text', of: 'bank-number', sizePt: 12, bold: false },
    }),
    seal,
    vendorCode,
    ...emblemSide,
  ],
});

export const FACE_LAYOUTS: Readonly<Record<string, FaceLayout>> = Object.freeze({
  [plainLayout.id]: plainLayout,
  [bankLayout.id]: bankLayout,
});
