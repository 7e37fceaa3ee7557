/**
 * What card-issuer does, in the words of the counter: enrol, import, order, personalize, activate, spoil. Driven by the
 * HTTP routes and, in process, by tests. Every mutating call takes an idempotency key. (Over 300 lines: one call a business
 * step; the steps of a card stand in their order.)
 */
import type { ReaderState } from '@rhc/reader-agent/contract';
import { type Clock, timestamp } from './clock.ts';
import { AT_BUREAU } from './domain/bureau/index.ts';
import type { IssuerIdentity } from './domain/card-data.ts';
import { type CardMove, CHIP_HOLDING_STATES, LIVE_CARD_STATES, movesFrom, nextCardState } from './domain/card-state.ts';
import { issueSerial } from './domain/issue-serial.ts';
import type { Job } from './domain/job.ts';
import type { MedicalCopy } from './domain/medical-copy.ts';
import { cardNumberOf, type ResidentInput } from './domain/resident.ts';
import { requireTwoPeople } from './domain/two-people.ts';
import type { EnrolmentReview } from './enrolment-review.ts';
import { issuerErrors } from './errors.ts';
import { idempotentCall } from './idempotent-call.ts';
import { LifeCycle, type LifeCyclePolicy } from './life-cycle.ts';
import { pageOf, readCursor } from './page-cursor.ts';
import type { AgentHub, AgentView } from './personalize/agent-hub.ts';
import { choosePlace } from './personalize/choose-place.ts';
import type { EventFeed } from './personalize/event-feed.ts';
import type { JobRunner } from './personalize/job-runner.ts';
import type { Residents } from './residents.ts';
import type { Stock } from './stock.ts';
import {
  blanks,
  bureauOrders,
  cards,
  type Database,
  findCardBeside,
  isUniqueViolation,
  jobs,
  once,
  residents,
} from './store/index.ts';

export interface IssuerServiceParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: (prefix: string) => string;
  readonly issuer: IssuerIdentity;
  readonly hub: AgentHub;
  readonly runner: JobRunner;
  readonly feed: EventFeed;
  readonly policy: LifeCyclePolicy;
  readonly stock: Stock;
  readonly residents: Residents;
  /** Who reviewed the enrolment. @throws REVIEW_MISSING while a second person must look at it, REVIEWER_ORDERS */
  readonly requireReviewed: EnrolmentReview['require'];
}

/** Who acts when the caller does not say: the holder of the operator's token. */
const OPERATOR = 'operator';

export interface CardView extends cards.Card {
  readonly residentName: string;
  readonly job: Job | null;
  /** What a person may ask for now. */
  readonly moves: readonly CardMove[];
  /** The card that takes the place of this one. */
  readonly successor: string | null;
}

/** A call that was answered before tells nobody again. */
const noOne = (): void => undefined;

export class IssuerService {
  readonly #parts: IssuerServiceParts;
  readonly lifeCycle: LifeCycle;

  constructor(parts: IssuerServiceParts) {
    this.#parts = parts;
    this.lifeCycle = new LifeCycle({
      ...parts,
      placeOrder: async (transaction, order) => {
        const reviewedBy = await parts.requireReviewed(transaction, { ...order, isFirst: false });
        return this.#placeOrder(transaction, { ...order, reviewedBy });
      },
    });
  }

  get policy(): LifeCyclePolicy {
    return this.#parts.policy;
  }

  /** @throws as `Residents.enrol` */
  enrol(input: ResidentInput, key: string | null = null): Promise<{ id: string; known: boolean }> {
    return this.#parts.residents.enrol(input, key);
  }

  /**
   * @throws RESIDENT_UNKNOWN, RESIDENT_HAS_CARD, REVIEW_MISSING, REVIEWER_ORDERS, CARD_TO_REPLACE when an earlier card is
   * to be replaced
   */
  async orderCard(residentId: string, key: string | null = null, actor = OPERATOR): Promise<CardView> {
    const { database, feed } = this.#parts;
    let tell = noOne;
    const id = await once(database, this.#call('order', key, { residentId }), async (transaction) => {
      const before = (await cards.listCards(transaction, { residentId, limit: 50 })).filter(
        ({ state }) => state !== 'spoiled',
      );
      const live = before.some(({ state }) => (LIVE_CARD_STATES as readonly string[]).includes(state));
      if (before.length > 0 && !live) throw issuerErrors.make('CARD_TO_REPLACE');
      const order = { residentId, orderedBy: actor };
      const reviewedBy = await this.#parts.requireReviewed(transaction, { ...order, isFirst: true });
      const cardId = await this.#placeOrder(transaction, { ...order, reviewedBy });
      tell = await feed.recordWithin(transaction, 'card-ordered', cardId);
      return cardId;
    }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? issuerErrors.make('RESIDENT_HAS_CARD', { cause: error }) : error;
    });
    tell();
    return this.card(id);
  }

  async #placeOrder(
    transaction: Database,
    order: Pick<cards.Card, 'residentId' | 'orderedBy' | 'reviewedBy'> & {
      readonly replaces?: string;
      readonly medicalCopy?: MedicalCopy | null;
    },
  ): Promise<string> {
    const entry = await residents.findResident(transaction, order.residentId);
    if (entry === null) throw issuerErrors.make('RESIDENT_UNKNOWN');
    if (entry.state === 'merged') throw issuerErrors.make('RESIDENT_MERGED');
    const id = this.#parts.newId('c');
    const provinceCode = this.#parts.issuer.cityCode.slice(0, 2);
    await cards.insertCard(transaction, {
      ...order,
      id,
      cardNumber: cardNumberOf(entry.resident),
      issueSerial: issueSerial(provinceCode, await cards.nextIssueCounter(transaction)),
      orderedAt: this.#now(),
    });
    return id;
  }

  /**
   * Starts (or takes up) the personalization and answers at once; progress comes by events and by `card`.
   * @throws CARD_UNKNOWN, CARD_STATE_FORBIDS and everything that `choosePlace` finds wrong with agents, readers, card
   */
  async personalize(
    cardId: string,
    wish: { agent?: string | undefined; reader?: string | undefined } = {},
    actor = OPERATOR,
  ): Promise<CardView> {
    await this.start(cardId, wish, actor);
    return this.card(cardId);
  }

  /** As `personalize`, for those who need no view of the card. */
  async start(
    cardId: string,
    wish: { agent?: string | undefined; reader?: string | undefined } = {},
    actor = OPERATOR,
  ): Promise<void> {
    const { database, hub, runner } = this.#parts;
    const card = await this.#card(cardId);
    if (card.state === 'failed') await this.#retry(card, actor);
    else if (card.state !== 'ordered' && card.state !== 'personalizing') {
      throw issuerErrors.make('CARD_STATE_FORBIDS', { detail: `personalize a card that is ${card.state}` });
    }
    if (runner.isRunning(cardId)) return;
    await this.#requireInHouse(cardId);
    const job = await jobs.findJobOfCard(database, cardId);
    const taken = await this.#takenFactors(cardId);
    const { place, cardFactor } = choosePlace(hub.agents(), { ...wish, boundFactor: card.cardFactor, taken });
    const spoiled = await blanks.findBlank(database, cardFactor);
    if (card.cardFactor === null && spoiled?.spoiledAt != null) throw issuerErrors.make('BLANK_NOT_BLANK');
    if (card.cardFactor === null) await this.#requireUsable(cardFactor, cardId);
    const wanted = { id: job?.id ?? this.#parts.newId('j'), isNew: job === null, cardId, cardFactor };
    // Where another clerk was first, here or at another node, both see the one run.
    await runner.run(wanted, place).catch((error: unknown) => {
      throw isUniqueViolation(error) ? issuerErrors.make('BLANK_BOUND_ELSEWHERE', { cause: error }) : error;
    });
  }

  /** Resolves with the card when its present run has ended. */
  async settled(cardId: string): Promise<CardView> {
    await this.#parts.runner.settled(cardId);
    return this.card(cardId);
  }

  /** Hand-over: the card becomes the resident's card, and the one that it replaces is out of use. */
  async activate(cardId: string, key: string | null = null, actor = OPERATOR): Promise<CardView> {
    const { database, feed } = this.#parts;
    let tell = noOne;
    await once(database, this.#call('activate', key, { cardId }), async (transaction) => {
      const card = await cards.findCard(transaction, cardId);
      if (card === null) throw issuerErrors.make('CARD_UNKNOWN');
      const signed = { actor, at: this.#now() };
      const line = await bureauOrders.findOpenLine(transaction, cardId);
      // The database refuses it too (migration 017).
      if (line !== null && line.checkedAt === null) throw issuerErrors.make('BUREAU_CARD_UNCHECKED');
      await this.lifeCycle.supersede(transaction, card, signed);
      await cards.moveCard(transaction, card, 'hand-over', signed, { activated_at: signed.at });
      if (card.cardFactor !== null) await this.#parts.stock.follow(transaction, card.cardFactor, 'issue', signed);
      tell = await feed.recordWithin(transaction, 'activated', cardId);
      return cardId;
    });
    tell();
    return this.card(cardId);
  }

  /**
   * The chip is waste: never a blank again; the issue serial stays used, the resident may be given another card.
   * @throws SECOND_PERSON_MISSING: waste is witnessed
   */
  async spoil(
    cardId: string,
    waste: { readonly actor: string; readonly witness: string; readonly reason: string },
    key: string | null = null,
  ): Promise<CardView> {
    const { database, feed, runner } = this.#parts;
    if (runner.isRunning(cardId)) throw issuerErrors.make('READER_BUSY');
    requireTwoPeople(waste.actor, waste.witness);
    await this.#requireInHouse(cardId);
    let tell = noOne;
    await once(database, this.#call('spoil', key, { cardId, ...waste }), async (transaction) => {
      const card = await cards.findCard(transaction, cardId);
      if (card === null) throw issuerErrors.make('CARD_UNKNOWN');
      const at = this.#now();
      await cards.moveCard(transaction, card, 'spoil', { ...waste, at }, { spoil_reason: waste.reason });
      await jobs.dropJob(transaction, cardId);
      if (card.cardFactor !== null) {
        await blanks.spoilBlank(transaction, card.cardFactor, at);
        await this.#parts.stock.follow(transaction, card.cardFactor, 'spoil', waste);
      }
      tell = await feed.recordWithin(transaction, 'spoiled', cardId);
      return cardId;
    });
    tell();
    return this.card(cardId);
  }

  async card(cardId: string): Promise<CardView> {
    const found = await findCardBeside(this.#parts.database, cardId);
    if (found === null) throw issuerErrors.make('CARD_UNKNOWN');
    const { card, residentName, job, successor } = found;
    return { ...card, residentName, job, moves: movesFrom(card.state), successor };
  }

  /** Newest first, by cursor. @throws CURSOR_WRONG */
  async cardsPage(filter: {
    issueSerial?: string | undefined;
    residentId?: string | undefined;
    state?: cards.Card['state'] | undefined;
    limit: number;
    cursor?: string | undefined;
  }) {
    const before = readCursor(filter.cursor);
    const found = await cards.listCards(this.#parts.database, { ...filter, limit: filter.limit + 1, before });
    return pageOf(found, filter.limit, ({ orderedAt, id }) => ({ at: orderedAt, id }));
  }

  /** @throws CARD_UNKNOWN, CARD_STATE_FORBIDS, READER_BUSY: told to the one who asks, before a second person is asked */
  async requireSpoilable(cardId: string): Promise<void> {
    const card = await this.#card(cardId);
    if (this.#parts.runner.isRunning(cardId)) throw issuerErrors.make('READER_BUSY');
    nextCardState(card.state, 'spoil');
    await this.#requireInHouse(cardId);
  }

  cards(filter: Parameters<typeof cards.listCards>[1]): Promise<cards.Card[]> {
    return cards.listCards(this.#parts.database, filter);
  }

  /** Agents with their readers; for each chip the card it belongs to. */
  async agents(): Promise<(Omit<AgentView, 'readers'> & { readers: (ReaderState & { cardId: string | null })[] })[]> {
    const views = this.#parts.hub.agents();
    const inReaders = views.flatMap(({ readers }) => readers.flatMap(({ card }) => card?.cardFactor ?? []));
    const owners = await cards.ownersOfChips(this.#parts.database, inReaders);
    return views.map((agent) => ({
      ...agent,
      readers: agent.readers.map((reader) => ({
        ...reader,
        cardId: owners.get(reader.card?.cardFactor ?? '')?.id ?? null,
      })),
    }));
  }

  async status(): Promise<{ cards: Record<string, number>; openJobs: number; agents: number; residents: number }> {
    const { database, hub } = this.#parts;
    return {
      cards: await cards.countCardsByState(database),
      openJobs: await this.openJobs(),
      agents: hub.agents().length,
      residents: await residents.countResidents(database),
    };
  }

  /** Personalizations that wait or run. */
  openJobs(): Promise<number> {
    return jobs.countOpenJobs(this.#parts.database);
  }

  async #card(cardId: string): Promise<cards.Card> {
    const card = await cards.findCard(this.#parts.database, cardId);
    if (card === null) throw issuerErrors.make('CARD_UNKNOWN');
    return card;
  }

  /** A card whose chip lies with a bureau is ended by the order's own books. */
  async #requireInHouse(cardId: string): Promise<void> {
    const line = await bureauOrders.findOpenLine(this.#parts.database, cardId);
    if (line !== null && AT_BUREAU.includes(line.state)) throw issuerErrors.make('CARD_AT_BUREAU');
  }

  async #retry(card: cards.Card, actor: string): Promise<void> {
    await this.#parts.database.transaction(async (transaction) => {
      await cards.moveCard(transaction, card, 'retry', { actor, at: this.#now() });
      await jobs.reopenJob(transaction, card.id, this.#now());
    });
  }

  /** Chips in readers that belong to other orders. */
  /** What was free when the place was chosen may be taken since: for this very card, pressed twice, or for another one. */
  async #requireUsable(cardFactor: string, cardId: string): Promise<void> {
    const { database, stock } = this.#parts;
    try {
      await stock.requireUsable(database, cardFactor);
    } catch (cause) {
      const owner = await cards.findCardByFactor(database, cardFactor);
      if (owner?.id === cardId) return;
      const holds = owner !== null && (CHIP_HOLDING_STATES as readonly string[]).includes(owner.state);
      throw holds ? issuerErrors.make('BLANK_BOUND_ELSEWHERE', { cause }) : cause;
    }
  }

  async #takenFactors(cardId: string): Promise<Set<string>> {
    const { database, hub, clock } = this.#parts;
    const taken = new Set<string>();
    for (const [factor, owner] of await jobs.listWaitingChips(database, timestamp(clock.nowMs()))) {
      if (owner !== cardId) taken.add(factor);
    }
    const inReaders = hub.agents().flatMap((agent) => agent.readers.flatMap((r) => r.card?.cardFactor ?? []));
    for (const [factor, owner] of await cards.ownersOfChips(database, inReaders)) {
      const holds = (CHIP_HOLDING_STATES as readonly string[]).includes(owner.state);
      if (holds && owner.id !== cardId) taken.add(factor);
    }
    return taken;
  }

  #now(): string {
    return timestamp(this.#parts.clock.nowMs());
  }

  #call(operation: string, key: string | null, request: unknown) {
    return idempotentCall(operation, key, request, this.#now());
  }
}
