/**
 * Reading a card for the desk: is it genuine, who is it, what must be known. The genuine-card check stands first
 * (CARD-FACTS 6.3): nothing is shown from a card that did not prove itself. Every answer tells where the time went.
 */
import { bytesToHex } from '@rhc/card/bytes';
import type { CardSession, DecodedElement } from '@rhc/card/session';
import type { DecodedElementView, IdentityResponse, SummaryResponse } from '../contract/index.ts';
import type { Desk, PresentCardFact } from '../desk/desk.ts';
import type { CardWork } from './card-work.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Reads for the local API. */
export class CardReader {
  readonly #desk: Desk;
  readonly #work: CardWork;

  constructor(desk: Desk, work: CardWork) {
    this.#desk = desk;
    this.#work = work;
  }

  identity(reader?: string): Promise<IdentityResponse> {
    return this.#read(reader, async (session, watch) => {
      const identity = await watch.stage('identity', () => session.readIdentity());
      return { elements: identity.elements.map(elementView) };
    });
  }

  summary(reader?: string): Promise<SummaryResponse> {
    return this.#read(reader, async (session, watch) => {
      const summary = await watch.stage('summary', () => session.readSummary({ photo: true }));
      return {
        identity: summary.identity.map(elementView),
        contacts: summary.contacts.map(elementView),
        alerts: summary.alerts.map(elementView),
        allergies: summary.allergies.map(({ substance, reaction }) => ({ substance, reaction })),
        immunizations: summary.immunizations.map(({ name, date }) => ({ name, date })),
        photo: photoText(summary.photo),
      };
    });
  }

  photo(reader?: string) {
    return this.#read(reader, async (session, watch) => {
      return { photo: photoText(await watch.stage('photo', () => session.readPhoto())) };
    });
  }

  async #read<T>(reader: string | undefined, read: (session: CardSession, watch: Stopwatch) => Promise<T>) {
    const card = this.#desk.chooseHealthCard(reader);
    return this.#work.read(card, async ({ session, genuine, watch, timings }) => {
      const result = await read(session, watch);
      return { ...factsOf(card), genuine, ...result, timings: timings() };
    });
  }
}

function factsOf(card: PresentCardFact & { readonly cardFactor: Uint8Array }) {
  return { cardFactor: bytesToHex(card.cardFactor), insertion: card.insertion };
}

function elementView(element: DecodedElement): DecodedElementView {
  const { id, label, value, text } = element;
  return text === undefined ? { id, label, value } : { id, label, value, text };
}

function photoText(photo: Uint8Array | null): string | null {
  return photo === null ? null : Buffer.from(photo).toString('base64');
}
