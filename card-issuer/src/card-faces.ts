/** Faces of cards that were made: the printer's page, the proof, the test page. Printed from the card's frozen data. */
import { type Clock, dayInChina } from './clock.ts';
import { cardDataOf, type IssuerIdentity } from './domain/card-data.ts';
import {
  cardFaceOf,
  DEFAULT_FACE_TEXTS,
  FACE_LAYOUTS,
  type FaceLayout,
  type FaceTexts,
} from './domain/card-face/index.ts';
import { issuerErrors } from './errors.ts';
import { type FaceDrawing, faceDrawing } from './face/face-drawing.ts';
import { type FaceFonts, NOTO_FONTS } from './face/fonts.ts';
import { cardPdf, printerTestPdf, proofPdf, requirePrintable } from './face/render-face.ts';
import { cards, type Database, residents } from './store/index.ts';

export interface CardFacesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly issuer: IssuerIdentity;
  readonly texts?: Partial<FaceTexts>;
  readonly fonts?: FaceFonts;
  /** Everything that is printed says that it is no card. */
  readonly training?: boolean;
}

export class CardFaces {
  readonly #parts: CardFacesParts;

  constructor(parts: CardFacesParts) {
    this.#parts = parts;
  }

  /**
   * @param kind `card`: two pages of the body's size; `proof`: A4
   * @throws CARD_UNKNOWN, FACE_NOT_YET while no chip is bound, LAYOUT_UNKNOWN, FACE_REFUSED, FONT_MISSING
   */
  async pdf(cardId: string, layoutId: string, kind: 'card' | 'proof'): Promise<Uint8Array> {
    const { database, texts } = this.#parts;
    const layout = this.#layout(layoutId);
    const card = await cards.findCard(database, cardId);
    if (card === null) throw issuerErrors.make('CARD_UNKNOWN');
    const data = await cards.findCardData(database, cardId);
    if (data === null || card.issueDate === null) throw issuerErrors.make('FACE_NOT_YET');
    const face = cardFaceOf(data, { layout, texts: { ...DEFAULT_FACE_TEXTS, ...texts }, issueDate: card.issueDate });
    return kind === 'card' ? cardPdf(face, this.#options()) : proofPdf(face, this.#options());
  }

  /**
   * The face that a card of this resident would get today, so that a name that does not fit is seen before a blank is used.
   * @throws RESIDENT_UNKNOWN, LAYOUT_UNKNOWN, FACE_REFUSED
   */
  async preview(residentId: string, layoutId: string): Promise<FaceDrawing> {
    const { database, clock, issuer, texts, fonts = NOTO_FONTS } = this.#parts;
    const layout = this.#layout(layoutId);
    const record = await residents.findResident(database, residentId);
    if (record === null) throw issuerErrors.make('RESIDENT_UNKNOWN');
    const issueDate = dayInChina(clock.nowMs());
    // Neither serial nor certificate is printed.
    const data = cardDataOf(record.resident, issuer, { issueDate, issueSerial: '', issuerCertificate: '' });
    const face = cardFaceOf(data, { layout, texts: { ...DEFAULT_FACE_TEXTS, ...texts }, issueDate });
    requirePrintable(face, fonts);
    return faceDrawing(face);
  }

  printerTest(layoutId: string): Promise<Uint8Array> {
    return printerTestPdf(this.#layout(layoutId), this.#options());
  }

  #layout(id: string): FaceLayout {
    const layout = FACE_LAYOUTS[id];
    if (layout === undefined) throw issuerErrors.make('LAYOUT_UNKNOWN', { detail: id });
    return layout;
  }

  #options() {
    const { clock, fonts = NOTO_FONTS, training = false } = this.#parts;
    return { fonts, training, madeAt: new Date(clock.nowMs()) };
  }
}
