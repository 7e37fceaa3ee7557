/**
 * Reading a card for the desk: is it genuine, who is it, what must be known. The genuine-card check stands first
 * (CARD-FACTS 6.3): nothing is shown from a card that did not prove itself. Every answer tells where the time went.
 */
import { bytesToHex } from '@rhc/card/bytes';
import type {
  CardIdentity,
  CardSummary,
  DecodedElement,
  Genuineness,
  SummaryOptions,
  TerminalKeys,
} from '@rhc/card/session';
import type { DecodedElementView, IdentityResponse, SummaryResponse } from '../contract/index.ts';
import type { CardChannel } from '../desk/card-channel.ts';
import type { Desk, PresentCardFact } from '../desk/desk.ts';
import { agentErrors } from '../errors.ts';
import { countedKeys } from './counted-keys.ts';
import { Stopwatch } from './stopwatch.ts';

/** What reading needs of `CardSession`; `open-session.ts` gives the real one. */
export interface ReadingSession {
  checkGenuine(): Promise<Genuineness>;
  readIdentity(): Promise<CardIdentity>;
  readSummary(options: SummaryOptions): Promise<CardSummary>;
  readPhoto(): Promise<Uint8Array | null>;
}
export type OpenSession = (channel: CardChannel, keys: TerminalKeys, atr: Uint8Array) => Promise<ReadingSession>;

export interface CardReaderOptions {
  readonly desk: Desk;
  readonly keys: TerminalKeys;
  readonly openSession: OpenSession;
  /** Milliseconds with fractions, for the timing breakdown only. */
  readonly clock: () => number;
}

/** Local calls share one owner name with a running number, so that two of them do not share a lock. */
export class CardReader {
  #options: CardReaderOptions;
  #calls = 0;

  constructor(options: CardReaderOptions) {
    this.#options = options;
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

  async #read<T>(reader: string | undefined, read: (session: ReadingSession, watch: Stopwatch) => Promise<T>) {
    const { desk, clock, openSession } = this.#options;
    const card = desk.chooseHealthCard(reader);
    this.#calls += 1;
    const watch = new Stopwatch(clock);
    const keys = countedKeys(this.#options.keys);
    return desk.withCard(card, `local-read-${this.#calls}`, async (channel) => {
      watch.mark('connect');
      const apdusBefore = channel.apduCount;
      const session = await watch.stage('open', () => openSession(channel, keys, card.atr));
      const verdict = await watch.stage('genuine', () => session.checkGenuine());
      if (verdict === 'not-genuine')
        throw agentErrors.make('CARD_NOT_GENUINE', { detail: `insertion ${card.insertion}` });
      // Keys that cannot tell (a SAM's) leave it unsaid: the desk shows no mark, never a false one.
      const genuine = verdict === 'genuine';
      const result = await read(session, watch);
      const timings = {
        totalMs: watch.totalMs(),
        apdus: channel.apduCount - apdusBefore,
        keyServiceCalls: keys.calls(),
        stages: watch.stages(),
      };
      return { ...factsOf(card), genuine, ...result, timings };
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
