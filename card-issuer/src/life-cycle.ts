/**
 * A card's life after it was made: loss by phone and its lapse, written loss, cancellation, replacement, return,
 * destruction, expiry. One transaction an operation: states of both cards, moves, receipt and idempotency key together.
 */
import { type Clock, dayInChina, timestamp } from './clock.ts';
import { type ReasonCode, type ReplacementReason, replacementFeeFen } from './domain/card-reasons.ts';
import {
  CARD_TRANSITIONS,
  type CardMove,
  type CardState,
  nextCardState,
  SUCCEEDED_STATES,
} from './domain/card-state.ts';
import { type MedicalCopy, medicalCopyOf } from './domain/medical-copy.ts';
import { requireTwoPeople } from './domain/two-people.ts';
import { issuerErrors } from './errors.ts';
import { idempotentCall } from './idempotent-call.ts';
import { type PageWish, readPlace, writePlace } from './page-cursor.ts';
import type { EventFeed } from './personalize/event-feed.ts';
import type { Stock } from './stock.ts';
import { cardMoves, cards, type Database, isUniqueViolation, jobs, once, receipts } from './store/index.ts';

export interface LifeCyclePolicy {
  /** How long a temporary loss holds. */
  readonly suspensionHours: number;
  /** In fen, for the reasons that are charged (domain/card-reasons.ts). */
  readonly replacementFeeFen: number;
}

export interface LifeCycleParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly feed: EventFeed;
  readonly policy: LifeCyclePolicy;
  readonly stock: Stock;
  /** Makes the successor's order inside the transaction; answers its id. */
  readonly placeOrder: (
    transaction: Database,
    order: {
      readonly residentId: string;
      readonly orderedBy: string;
      readonly replaces: string;
      readonly medicalCopy: MedicalCopy | null;
    },
  ) => Promise<string>;
}

export interface MoveRequest {
  readonly move: CardMove;
  readonly actor: string;
  readonly reason: ReasonCode;
  readonly witness?: string | undefined;
}

const AT_ONCE = 500;

export class LifeCycle {
  readonly #parts: LifeCycleParts;

  constructor(parts: LifeCycleParts) {
    this.#parts = parts;
  }

  /**
   * A move that a person asks for.
   * @throws CARD_UNKNOWN, CARD_STATE_FORBIDS, REASON_WRONG, SECOND_PERSON_MISSING, RESIDENT_HAS_CARD (found again, but a
   *   successor is on its way)
   */
  async move(cardId: string, request: MoveRequest, key: string | null): Promise<receipts.Receipt | null> {
    const { database, clock, policy, feed } = this.#parts;
    const { asked } = CARD_TRANSITIONS[request.move];
    if (asked === null) throw issuerErrors.make('CARD_STATE_FORBIDS', { detail: `${request.move} is not asked for` });
    if (!asked.reasons.includes(request.reason)) throw issuerErrors.make('REASON_WRONG');
    if (asked.twoPeople === true) requireTwoPeople(request.actor, request.witness);
    const nowMs = clock.nowMs();
    const at = timestamp(nowMs);
    const until = request.move === 'suspend' ? timestamp(nowMs + policy.suspensionHours * 3_600_000) : null;
    const call = idempotentCall('move', key, { cardId, ...request }, at);
    const receipt = await once(database, call, async (transaction) => {
      const card = await this.#card(transaction, cardId);
      const { actor, reason, witness } = request;
      const signed = { actor, reason, at, ...(asked.twoPeople === true ? { witness } : {}) };
      if (request.move === 'keep') await this.#withdrawSuccessor(transaction, cardId, signed);
      if (request.move === 'withdraw') await jobs.dropJob(transaction, cardId);
      await cards.moveCard(transaction, card, request.move, signed, until === null ? {} : { suspended_until: until });
      await this.#leaveBooks(transaction, card, request);
      if (asked.receipt !== true) return null;
      const operation = request.move;
      return receipts.insertReceipt(transaction, {
        cardId,
        operation,
        reason,
        feeFen: 0,
        validUntil: until,
        actor,
        at,
      });
    }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? issuerErrors.make('RESIDENT_HAS_CARD', { cause: error }) : error;
    });
    feed.cardMoved(cardId, request.move);
    return receipt;
  }

  /** @throws as `move`: told to the one who asks, before a second person is asked */
  async requireMovable(cardId: string, move: CardMove, reason: ReasonCode): Promise<void> {
    const card = await this.#card(this.#parts.database, cardId);
    if (CARD_TRANSITIONS[move].asked?.reasons.includes(reason) !== true) throw issuerErrors.make('REASON_WRONG');
    nextCardState(card.state, move);
  }

  /**
   * Orders the successor with the medical data of this card. A card in use stays usable (`replacing`) until the successor
   * is handed over; a suspended one must be lifted or reported lost first. Where every record is reviewed, so is this one's.
   * @throws CARD_UNKNOWN, CARD_STATE_FORBIDS, RESIDENT_HAS_CARD, CARD_HAS_SUCCESSOR
   */
  async replace(
    cardId: string,
    request: { readonly actor: string; readonly reason: ReplacementReason },
    key: string | null,
  ): Promise<{ cardId: string; receipt: receipts.Receipt }> {
    const { database, clock, policy, feed, placeOrder } = this.#parts;
    const at = timestamp(clock.nowMs());
    const call = idempotentCall('replace', key, { cardId, ...request }, at);
    const result = await once(database, call, async (transaction) => {
      const card = await this.#card(transaction, cardId);
      if ((await cards.findSuccessor(transaction, cardId)) !== null) throw issuerErrors.make('CARD_HAS_SUCCESSOR');
      if (!(SUCCEEDED_STATES as readonly CardState[]).includes(card.state)) {
        await cards.moveCard(transaction, card, 'begin-replacement', { ...request, at });
      }
      const data = await cards.findCardData(transaction, cardId);
      const medicalCopy = data === null ? null : medicalCopyOf(cardId, data);
      const { residentId } = card;
      const order = { residentId, orderedBy: request.actor, replaces: cardId, medicalCopy };
      const successor = await placeOrder(transaction, order);
      const feeFen = replacementFeeFen(request.reason, policy.replacementFeeFen);
      const receipt = await receipts.insertReceipt(transaction, {
        cardId: successor,
        operation: 'replace',
        reason: request.reason,
        feeFen,
        validUntil: null,
        actor: request.actor,
        at,
      });
      return { cardId: successor, receipt };
    }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? issuerErrors.make('RESIDENT_HAS_CARD', { cause: error }) : error;
    });
    feed.cardMoved(cardId, 'begin-replacement');
    return result;
  }

  /** Inside the hand-over of a card: the card that it replaces is out of use from now on. */
  async supersede(transaction: Database, successor: cards.Card, signed: cardMoves.MoveSigned): Promise<void> {
    if (successor.replaces === null) return;
    const before = await this.#card(transaction, successor.replaces);
    if (CARD_TRANSITIONS.supersede.from.includes(before.state)) {
      await cards.moveCard(transaction, before, 'supersede', signed);
    }
  }

  /** Moves and receipts, each oldest first; a page has `limit` of each. @throws CURSOR_WRONG */
  async history(cardId: string, { limit, cursor }: PageWish = { limit: 200 }) {
    const { database } = this.#parts;
    await this.#card(database, cardId);
    const [move = 0, receipt = 0] = readPlace(cursor, ['number', 'number']) ?? [];
    const [moved, given] = [
      await cardMoves.listCardMoves(database, cardId, { limit: limit + 1, after: [move] }),
      await receipts.listReceipts(database, cardId, { limit: limit + 1, after: [receipt] }),
    ];
    const [moves, ofPage] = [moved.slice(0, limit), given.slice(0, limit)];
    const more = moved.length > limit || given.length > limit;
    const end = [moves.at(-1)?.id ?? move, ofPage.at(-1)?.number ?? receipt];
    return { moves: moves.map(({ id: _, ...entry }) => entry), receipts: ofPage, next: more ? writePlace(end) : null };
  }

  /** What time alone does: temporary losses lapse, cards expire. Answers how many cards moved. */
  async tick(): Promise<{ lapsed: number; expired: number }> {
    const { database, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const day = dayInChina(nowMs);
    const at = timestamp(nowMs);
    return {
      // Expiry first: a suspended card that is out of date must not become active for an instant.
      expired: await this.#moveAll('expire', at, () => cards.listOverdue(database, day, AT_ONCE)),
      lapsed: await this.#moveAll('lapse', at, () => cards.listLapsed(database, at, AT_ONCE)),
    };
  }

  async #moveAll(move: 'lapse' | 'expire', at: string, due: () => Promise<cards.Card[]>): Promise<number> {
    const { database, feed } = this.#parts;
    let moved = 0;
    for (;;) {
      const found = await due();
      await database.transaction(async (transaction) => {
        for (const card of found) await cards.moveCard(transaction, card, move, { actor: 'system', at });
      });
      for (const card of found) feed.cardMoved(card.id, move);
      moved += found.length;
      if (found.length < AT_ONCE) return moved;
    }
  }

  /** The holder keeps the old card: an order on which nothing was written is given up; a made card stands in the way. */
  async #withdrawSuccessor(transaction: Database, cardId: string, signed: cardMoves.MoveSigned): Promise<void> {
    const successor = await cards.findSuccessor(transaction, cardId);
    if (successor === null) return;
    if (successor.state !== 'ordered') throw issuerErrors.make('CARD_HAS_SUCCESSOR');
    await jobs.dropJob(transaction, successor.id);
    await cards.moveCard(transaction, successor, 'withdraw', signed);
  }

  /** A chip that never reached its holder is in work in the books of blanks until it is destroyed, or lost on its way. */
  async #leaveBooks(transaction: Database, card: cards.Card, request: MoveRequest): Promise<void> {
    if (card.cardFactor === null) return;
    const { stock } = this.#parts;
    if (request.move === 'destroy') await stock.endWork(transaction, card.cardFactor, 'spoil', request);
    if (request.move === 'report-lost' && card.state === 'in-delivery') {
      await stock.endWork(transaction, card.cardFactor, 'issue', request);
    }
  }

  async #card(database: Database, cardId: string): Promise<cards.Card> {
    const card = await cards.findCard(database, cardId);
    if (card === null) throw issuerErrors.make('CARD_UNKNOWN');
    return card;
  }
}
