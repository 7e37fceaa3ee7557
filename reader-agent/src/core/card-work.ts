/**
 * A session with the card that lies in a reader, for reading and writing alike: in turn, exclusively, closed with a reset,
 * and only with a card that proved itself (CARD-FACTS 6.3). Counts calls and times on the way.
 */
import type { CardSession, TerminalKeys } from '@rhc/card/session';
import type { KeySource, ReadTimings } from '../contract/index.ts';
import type { CardChannel } from '../desk/card-channel.ts';
import type { Desk, PresentCardFact } from '../desk/desk.ts';
import { agentErrors } from '../errors.ts';
import { isKeySourceFault, type KeyChoice } from '../terminal-keys/chosen-keys.ts';
import { countedKeys } from './counted-keys.ts';
import type { LocalTurns } from './local-turns.ts';
import { Stopwatch } from './stopwatch.ts';

export type HealthCardFact = PresentCardFact & { readonly cardFactor: Uint8Array };
export type OpenSession = (channel: CardChannel, keys: TerminalKeys, atr: Uint8Array) => Promise<CardSession>;

export interface CardWorkOptions {
  readonly desk: Desk;
  readonly turns: LocalTurns;
  /** In the order in which they are tried; a function is asked for each card. */
  readonly keys: TerminalKeys | (() => readonly KeyChoice[]);
  /** Whether this desk may serve a card at all now (hotlist too old, clock wrong). @throws what forbids it */
  readonly mayServe?: (source: KeySource) => void;
  /** After each card, for diagnostics: whose keys served it, and which versions of them. */
  readonly onServed?: (source: KeySource, keyVersions: Readonly<Record<string, number>>) => void;
  readonly openSession: OpenSession;
  /** Milliseconds with fractions, for the timing breakdown only. */
  readonly clock: () => number;
}

export interface OpenCard {
  readonly session: CardSession;
  /** Whose keys serve it; `sam`: offline, as far as this card goes. */
  readonly source: KeySource;
  /** False when the keys cannot tell (a SAM's): the desk then shows no mark, never a false one. */
  readonly genuine: boolean;
  readonly watch: Stopwatch;
  timings(): ReadTimings;
}

export class CardWork {
  readonly #options: CardWorkOptions;
  /** Local calls share one owner name with a running number, so that two of them do not share a lock. */
  #calls = 0;

  constructor(options: CardWorkOptions) {
    this.#options = options;
  }

  /**
   * What is read belongs to the card that still lies there at the end, or nobody gets it.
   * @throws CARD_NOT_GENUINE, CARD_CHANGED, READER_BUSY and whatever card, reader or key service say
   */
  read<T>(card: HealthCardFact, work: (open: OpenCard) => Promise<T>): Promise<T> {
    const { desk, turns } = this.#options;
    return turns.run(card.reader, () =>
      desk.withCard(card, this.#owner(), (channel) => this.#with(card, channel, work, true)),
    );
  }

  /** What was written is told even when the card is gone at the end. */
  write<T>(card: HealthCardFact, work: (open: OpenCard) => Promise<T>): Promise<T> {
    const { desk, turns } = this.#options;
    return turns.run(card.reader, () =>
      desk.during(card, this.#owner(), (channel) => this.#with(card, channel, work, false)),
    );
  }

  #owner(): string {
    this.#calls += 1;
    return `local-${this.#calls}`;
  }

  /** @param repeatable a reading may begin anew with the next keys; a writing never does once it has begun */
  async #with<T>(
    card: HealthCardFact,
    channel: CardChannel,
    work: (open: OpenCard) => Promise<T>,
    repeatable: boolean,
  ): Promise<T> {
    const { keys } = this.#options;
    const choices: readonly KeyChoice[] = typeof keys === 'function' ? keys() : [{ source: 'key-service', keys }];
    for (const [i, choice] of choices.entries()) {
      let begun = false;
      try {
        const open = await this.#open(card, channel, choice);
        begun = true;
        const result = await work(open);
        this.#options.onServed?.(choice.source, open.timings().keyVersions ?? {});
        return result;
      } catch (error) {
        const last = i === choices.length - 1;
        if (last || (begun && !repeatable) || !isKeySourceFault(error)) throw error;
      }
    }
    throw agentErrors.make('KEY_SERVICE_UNAVAILABLE');
  }

  async #open(card: HealthCardFact, channel: CardChannel, choice: KeyChoice): Promise<OpenCard> {
    const { clock, openSession, mayServe } = this.#options;
    mayServe?.(choice.source);
    const watch = new Stopwatch(clock);
    const keys = countedKeys(choice.keys);
    const apdusBefore = channel.apduCount;
    const session = await watch.stage('open', () => openSession(channel, keys, card.atr));
    const verdict = await watch.stage('genuine', () => session.checkGenuine());
    if (verdict === 'not-genuine') {
      throw agentErrors.make('CARD_NOT_GENUINE', { detail: `insertion ${card.insertion}` });
    }
    return {
      session,
      source: choice.source,
      genuine: verdict === 'genuine',
      watch,
      timings: () => ({
        totalMs: watch.totalMs(),
        apdus: channel.apduCount - apdusBefore,
        keyServiceCalls: choice.source === 'sam' ? 0 : keys.calls(),
        keySource: choice.source,
        keyVersions: keys.versions(),
        stages: watch.stages(),
      }),
    };
  }
}
