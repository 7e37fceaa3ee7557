/** What is printed on one card: texts from the resident and the issuer, in the order of the national layout. */
import type { CardData } from '@rhc/card/personalization';
import { codeTableOfItem, elementOfItem } from '../profile-items.ts';
import type { FaceLayout, FaceLine } from './layout.ts';

export interface CardFace {
  readonly layout: FaceLayout;
  readonly issuer: string;
  readonly lines: Readonly<Record<FaceLine, { readonly label: string; readonly value: string }>>;
  /** Content of the bar code: the card number as it stands on the chip. */
  readonly barcode: string;
  /** JPEG; null leaves the frame empty. */
  readonly photo: Uint8Array | null;
  /** Ring of the seal, for example 河北省卫生健康委员会居民健康卡专用章. */
  readonly sealText: string;
  /** Vendor letters and day, for example `HXGC20261125`. */
  readonly vendorCode: string;
  readonly title: string;
  readonly supervisor: string;
  readonly bank: string | null;
  readonly bankNumber: string | null;
}

export interface FaceTexts {
  readonly issuer: string;
  readonly sealText: string;
  readonly vendorLetters: string;
  readonly title: string;
  readonly supervisor: string;
  readonly bank: string | null;
}

export const DEFAULT_FACE_TEXTS: FaceTexts = {
  issuer: '河北省卫生健康委员会',
  sealText: '河北省居民健康卡专用章',
  vendorLetters: 'RHC',
  title: '居民健康卡',
  supervisor: '中华人民共和国卫生部监制',
  bank: null,
};

const text = (data: CardData, item: number): string => String(data.elements[elementOfItem(item).id] ?? '');

function codeText(data: CardData, item: number): string {
  const code = text(data, item);
  return codeTableOfItem(item).entries.find((entry) => entry.code === code)?.text.zh ?? code;
}

/**
 * The face is made from the card's frozen data, the same bytes that the chip holds, so that face and chip cannot differ.
 * @param issueDate `YYYY-MM-DD`
 */
export function cardFaceOf(
  data: CardData,
  facts: {
    readonly layout: FaceLayout;
    readonly texts: FaceTexts;
    readonly issueDate: string;
    readonly bankNumber?: string | null;
  },
): CardFace {
  const { layout, texts } = facts;
  const number = text(data, 8);
  return {
    layout,
    issuer: texts.issuer,
    lines: {
      name: { label: '姓名', value: text(data, 11) },
      sex: { label: '性别', value: codeText(data, 12).replace(/性$/, '') },
      // 民族 is printed without 族 (6.3).
      'ethnic-group': { label: '民族', value: codeText(data, 13).replace(/族$/, '') },
      'card-number': { label: '居民健康卡号码', value: number },
    },
    barcode: number,
    photo: data.photo,
    sealText: texts.sealText,
    vendorCode: `${texts.vendorLetters}${facts.issueDate.replaceAll('-', '')}`,
    title: texts.title,
    supervisor: texts.supervisor,
    bank: texts.bank,
    bankNumber: facts.bankNumber ?? null,
  };
}
