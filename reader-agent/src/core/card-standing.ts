/**
 * How a card stands: on the hotlist or not, valid or expired, and how much this desk knows of it. Readings tell it; a card
 * that is listed or expired is never written on, nor any card at a desk that is offline and has no list to look in.
 */
import type { CardSession } from '@rhc/card/session';
import type { ClockCheck } from '../clock/index.ts';
import type { KeySource } from '../contract/index.ts';
import type { CardStanding } from '../contract/reads.ts';
import { agentErrors } from '../errors.ts';
import type { HotlistDesk } from '../hotlist/index.ts';
import { chinaDay } from './china-time.ts';
import { elementView, textValue, validityOf } from './read-stages.ts';

export type HotlistLookUp = Pick<HotlistDesk, 'verdict'>;
type Elements = Parameters<typeof textValue>[0];

/** Both files of the card that its standing follows from. */
const FILES = ['DDF1/EF05', 'DDF1/EF08'] as const;

export class StandingJudge {
  readonly #hotlist: HotlistLookUp | null;
  readonly #now: () => Date;
  readonly #clock: Pick<ClockCheck, 'state'>;

  /** @param hotlist null: none is set up here */
  constructor(hotlist: HotlistLookUp | null, now: () => Date, clock: Pick<ClockCheck, 'state'>) {
    this.#hotlist = hotlist;
    this.#now = now;
    this.#clock = clock;
  }

  /** From elements already read. */
  of(elements: Elements): CardStanding {
    const verdict = this.#hotlist?.verdict(textValue(elements, 'issueSerial'));
    return {
      list: verdict === undefined || verdict.version === null ? 'none' : 'at-hand',
      hotlist: verdict ?? { state: 'unknown', version: null, ageHours: null, stopHours: 0 },
      validity: validityOf(textValue(elements, 'expiryDate'), chinaDay(this.#now())),
      clock: this.#clock.state(),
    };
  }

  /** Only reads. */
  async ofCard(session: Pick<CardSession, 'readFile'>): Promise<CardStanding> {
    return (await this.lookAt(session)).standing;
  }

  async lookAt(
    session: Pick<CardSession, 'readFile'>,
  ): Promise<{ readonly standing: CardStanding; readonly issueSerial: string | null }> {
    const elements: Elements[number][] = [];
    for (const file of FILES) elements.push(...(await session.readFile(file)).map(elementView));
    return { standing: this.of(elements), issueSerial: textValue(elements, 'issueSerial') };
  }
}

/** @throws CLOCK_WRONG, CARD_LISTED, CARD_EXPIRED, HOTLIST_MISSING */
export function requireWritable({ list, hotlist, validity, clock }: CardStanding, source: KeySource): void {
  if (clock.state === 'wrong') throw agentErrors.make('CLOCK_WRONG', { detail: `${clock.offSeconds} s` });
  if (hotlist.state === 'listed') throw agentErrors.make('CARD_LISTED', { detail: `list ${hotlist.version}` });
  if (validity.state === 'expired') throw agentErrors.make('CARD_EXPIRED', { detail: `${validity.expiryDate}` });
  // Online, card-issuer and key-service know the card's state; a SAM alone knows nothing of it.
  if (list === 'none' && source === 'sam') throw agentErrors.make('HOTLIST_MISSING');
}
