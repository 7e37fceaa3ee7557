/**
 * The desk: which readers there are, what lies in them, who holds which card. One operation works on one card at a
 * time, and every operation names the insertion it means: a form of patient A is never filled from card B.
 */
import { cardFactorFromAtr } from '@rhc/card/apdu';
import { bytesToHex } from '@rhc/card/bytes';
import { type CardProduct, rhcSam1 } from '@rhc/card/profile';
import { samFactorFromAtr } from '@rhc/card/sam';
import type { LocalEvent, ReaderState } from '../contract/index.ts';
import { agentErrors } from '../errors.ts';
import type { PcscEvent, PcscHandle, PcscPort } from '../pcsc/port.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import { wireError } from '../wire-error.ts';
import { CardChannel } from './card-channel.ts';
import { CardLock } from './card-lock.ts';
import { type DeskProfile, nameOfModel } from './desk-profile.ts';

export interface DeskOptions {
  readonly port: PcscPort;
  readonly timers: Timers;
  readonly product: Pick<CardProduct, 'historicalBytesLength' | 'cardFactorPosition'>;
  /** How long a job may hold a card without sending the next batch. */
  readonly leaseMs: number;
  /** Which reader is the card's and which the SAM's; without it the desk goes by what lies in them. */
  readonly profile?: DeskProfile;
}

export interface PresentCardFact {
  readonly reader: string;
  readonly insertion: number;
  readonly atr: Uint8Array;
  /** null: not a resident health card. */
  readonly cardFactor: Uint8Array | null;
}

interface Place {
  readonly lock: CardLock;
  card: PresentCardFact | null;
  /** Open between the batches of a job. */
  open: { readonly handle: PcscHandle; readonly channel: CardChannel } | null;
  /** Closing the last owner's connection; the next owner waits for it. */
  closing: Promise<void>;
}

export class Desk {
  #options: DeskOptions;
  #places = new Map<string, Place>();
  #listeners = new Set<(event: LocalEvent) => void>();
  #stateListeners = new Set<() => void>();
  #unsubscribe: () => void;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#unsubscribe = options.port.subscribe((event) => this.#onPcsc(event));
  }

  /** Insertions, removals, troubles: for the local API. */
  subscribe(listener: (event: LocalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Any change of `readers()`, busy and free included: for the issuer channel. */
  onReadersChanged(listener: () => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  close(): void {
    this.#unsubscribe();
  }

  readers(): ReaderState[] {
    return [...this.#places].map(([reader, place]) => ({
      reader,
      state: stateOf(place),
      card: place.card === null ? null : presentCardOf(place.card),
    }));
  }

  /**
   * The card that a local call means: that of the named reader, else the only one that lies anywhere.
   * @throws READER_NONE, READER_UNKNOWN, CARD_ABSENT, READER_CHOICE_NEEDED, CARD_MUTE, CARD_FOREIGN
   */
  chooseHealthCard(reader?: string): PresentCardFact & { readonly cardFactor: Uint8Array } {
    const card = reader === undefined ? this.#onlyCard() : this.cardIn(reader);
    if (card.atr.length === 0) throw agentErrors.make('CARD_MUTE');
    if (card.cardFactor === null) {
      throw agentErrors.make('CARD_FOREIGN', { detail: `ATR ${bytesToHex(card.atr)}` });
    }
    return { ...card, cardFactor: card.cardFactor };
  }

  /** The SAM of this desk: in the reader assigned to it, else the one that was there last, else the only one. */
  findSam(): PresentCardFact | null {
    const { profile } = this.#options;
    const sams = [...this.#places.values()].flatMap(({ card }) => (card !== null && isSam(card) ? [card] : []));
    const assigned = profile?.samReader([...this.#places.keys()]) ?? null;
    if (assigned !== null) return sams.find(({ reader }) => reader === assigned) ?? null;
    const known = sams.find(({ atr }) => samFactorText(atr) === profile?.samFactor);
    return known ?? (sams.length === 1 ? (sams[0] ?? null) : null);
  }

  /** What lies in each reader, for whoever assigns them. */
  slots(): readonly { readonly reader: string; readonly holds: 'nothing' | 'card' | 'sam' | 'other' }[] {
    return [...this.#places].map(([reader, { card }]) => {
      if (card === null) return { reader, holds: 'nothing' };
      if (isSam(card)) return { reader, holds: 'sam' };
      return { reader, holds: card.cardFactor === null ? 'other' : 'card' };
    });
  }

  /**
   * Two readers of one model that changed numbers cannot be told apart by name: the SAM, known by its chip, tells which is
   * which, and the assignment follows it.
   */
  #followSam(): void {
    const { profile } = this.#options;
    const readers = [...this.#places.keys()];
    const assigned = profile?.samReader(readers) ?? null;
    if (profile === undefined || assigned === null) return;
    const lying = this.#places.get(assigned)?.card ?? null;
    if (lying !== null && isSam(lying)) return;
    const found = [...this.#places].find(
      ([reader, { card }]) =>
        card !== null &&
        isSam(card) &&
        samFactorText(card.atr) === profile.samFactor &&
        nameOfModel(reader) === nameOfModel(assigned),
    )?.[0];
    if (found === undefined) return;
    const card = profile.cardReader(readers);
    profile.assign({ card: card === found ? assigned : card, sam: found }, readers);
  }

  /** Runs `work` on one card, exclusively; its result is given out only while that card still lies there. */
  withCard<T>(card: PresentCardFact, owner: string, work: (channel: CardChannel) => Promise<T>): Promise<T> {
    return this.during(card, owner, async (channel) => {
      const result = await work(channel);
      this.assertSameCard(card);
      return result;
    });
  }

  /** Runs `work` on one card, exclusively, and closes the card with a reset afterwards. */
  async during<T>(card: PresentCardFact, owner: string, work: (channel: CardChannel) => Promise<T>): Promise<T> {
    const channel = await this.hold(card.reader, card.insertion, owner);
    try {
      return await work(channel);
    } finally {
      await this.release(card.reader, owner);
    }
  }

  /** To the same listeners as insertions and removals. */
  announce(event: LocalEvent): void {
    this.#emit(event);
  }

  /**
   * Takes a card for `owner` and keeps it open until `release`, `idle` + lease, or removal.
   * @throws READER_BUSY, CARD_CHANGED, CARD_ABSENT and what connecting can say
   */
  async hold(reader: string, insertion: number, owner: string): Promise<CardChannel> {
    this.#assertInsertion(reader, insertion);
    const place = this.#place(reader);
    place.lock.keep(owner);
    this.#changed();
    try {
      await place.closing;
      if (place.open !== null && place.open.handle.insertion === insertion) return place.open.channel;
      const handle = await this.#options.port.connect(reader, { share: 'exclusive' });
      if (handle.insertion !== insertion || place.lock.owner !== owner) {
        await this.#options.port.disconnect(handle, 'reset');
        throw agentErrors.make('CARD_CHANGED', { detail: `insertion ${insertion} became ${handle.insertion}` });
      }
      const channel = new CardChannel(this.#options.port, handle);
      place.open = { handle, channel };
      return channel;
    } catch (error) {
      place.lock.release(owner);
      throw error;
    }
  }

  /** Between two batches of a job: the card stays open, the lease runs. */
  idle(reader: string, owner: string): void {
    const place = this.#places.get(reader);
    if (place?.lock.owner === owner) place.lock.take(owner);
  }

  async release(reader: string, owner: string): Promise<void> {
    const place = this.#places.get(reader);
    if (place === undefined) return;
    place.lock.release(owner);
    await place.closing;
  }

  /** Who holds the card of a reader; null when nobody does. */
  ownerOf(reader: string): string | null {
    return this.#places.get(reader)?.lock.owner ?? null;
  }

  /** What was read belongs to the card that still lies there, or nobody gets it. */
  assertSameCard(card: PresentCardFact): void {
    this.#assertInsertion(card.reader, card.insertion);
  }

  #assertInsertion(reader: string, insertion: number): void {
    const present = this.#place(reader).card;
    if (present === null) throw agentErrors.make('CARD_ABSENT');
    if (present.insertion !== insertion) {
      throw agentErrors.make('CARD_CHANGED', { detail: `insertion ${insertion} became ${present.insertion}` });
    }
  }

  #onlyCard(): PresentCardFact {
    if (this.#places.size === 0) throw this.#troubleOr('READER_NONE');
    const readers = [...this.#places.keys()];
    const cardSlot = this.#options.profile?.cardReader(readers) ?? null;
    // The card slot of the desk's profile is meant even when another card lies somewhere; the SAM is never the card.
    if (cardSlot !== null) return this.cardIn(cardSlot);
    const samSlot = this.#options.profile?.samReader(readers) ?? null;
    const cards = [...this.#places].flatMap(([reader, { card }]) =>
      card === null || reader === samSlot || isSam(card) ? [] : [card],
    );
    const [first, second] = cards;
    if (first === undefined) throw this.#troubleOr('CARD_ABSENT');
    if (second === undefined) return first;
    // A bank card that was forgotten in another reader must not stand in the way.
    const health = cards.filter((card) => card.cardFactor !== null);
    const [only, another] = health;
    if (only === undefined || another !== undefined) throw agentErrors.make('READER_CHOICE_NEEDED');
    return only;
  }

  /** Whatever card lies in that reader. @throws READER_NONE, READER_UNKNOWN, CARD_ABSENT */
  cardIn(reader: string): PresentCardFact {
    const card = this.#place(reader).card;
    if (card === null) throw this.#troubleOr('CARD_ABSENT');
    return card;
  }

  #place(reader: string): Place {
    const place = this.#places.get(reader);
    if (place === undefined) throw this.#troubleOr(this.#places.size === 0 ? 'READER_NONE' : 'READER_UNKNOWN');
    return place;
  }

  /** With the service down "no reader" would send the clerk looking at cables. */
  #troubleOr(code: 'READER_NONE' | 'READER_UNKNOWN' | 'CARD_ABSENT') {
    const { state, error } = this.#options.port.health();
    if (state !== 'service-down') return agentErrors.make(code);
    return agentErrors.make(error?.code === 'PCSC_FORBIDDEN' ? error.code : 'PCSC_SERVICE_DOWN');
  }

  #onPcsc(event: PcscEvent): void {
    switch (event.kind) {
      case 'reader-added':
        this.#places.set(event.reader, this.#newPlace(event.reader));
        this.#followSam();
        this.#emit({ event: 'reader-added', reader: event.reader });
        break;
      case 'reader-removed':
        this.#dropCard(event.reader);
        this.#places.delete(event.reader);
        this.#emit({ event: 'reader-removed', reader: event.reader });
        break;
      case 'card-inserted': {
        const place = this.#places.get(event.reader);
        if (place === undefined) return;
        const cardFactor = cardFactorFromAtr(event.atr, this.#options.product);
        place.card = { reader: event.reader, insertion: event.insertion, atr: event.atr, cardFactor };
        this.#followSam();
        this.#emit({ event: 'card-inserted', reader: event.reader, card: presentCardOf(place.card) });
        break;
      }
      case 'card-removed':
        this.#dropCard(event.reader);
        this.#emit({ event: 'card-removed', reader: event.reader, insertion: event.insertion });
        break;
      case 'trouble':
        this.#emit({ event: 'error', error: wireError(event.error) });
        break;
      case 'recovered':
        break;
    }
    this.#changed();
  }

  #newPlace(reader: string): Place {
    const place: Place = {
      lock: new CardLock(this.#options.timers, this.#options.leaseMs, () => this.#onFree(reader)),
      card: null,
      open: null,
      closing: Promise.resolve(),
    };
    return place;
  }

  #onFree(reader: string): void {
    const place = this.#places.get(reader);
    if (place === undefined) return;
    const open = place.open;
    place.open = null;
    if (open !== null) place.closing = this.#options.port.disconnect(open.handle, 'reset');
    this.#changed();
  }

  #dropCard(reader: string): void {
    const place = this.#places.get(reader);
    if (place === undefined) return;
    place.card = null;
    // The connection died with the card; there is nothing left to close, and no owner goes on with another card.
    place.open = null;
    if (place.lock.owner !== null) place.lock.release(place.lock.owner);
  }

  #emit(event: LocalEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  #changed(): void {
    for (const listener of [...this.#stateListeners]) listener();
  }
}

const samFactorText = (atr: Uint8Array): string | null => {
  const factor = samFactorFromAtr(atr, rhcSam1);
  return factor === null ? null : bytesToHex(factor);
};
const isSam = ({ atr }: PresentCardFact): boolean => samFactorText(atr) !== null;

function stateOf(place: Place): ReaderState['state'] {
  if (place.card === null) return 'empty';
  if (place.card.atr.length === 0) return 'mute';
  return place.lock.owner === null ? 'free' : 'busy';
}

function presentCardOf(card: PresentCardFact) {
  return {
    insertion: card.insertion,
    atr: bytesToHex(card.atr),
    cardFactor: card.cardFactor === null ? null : bytesToHex(card.cardFactor),
  };
}
