/**
 * Mailboxes of cards (ADR 035): what waits for a card is put in by the counter or by a change for many cards, is leased to
 * the agent at whose reader the card lies, and ends as the chip showed it. Nothing ends in silence: a lease without a word
 * becomes "unknown", and the next contact finds out.
 */
import type { RekeyChannel, RekeyChannelRequest, RekeyKeys } from '@rhc/card/rekey';
import type {
  ContactRequest,
  ContactResponse,
  MailboxContent,
  MailboxNotice,
  MailboxResult,
} from '@rhc/reader-agent/contract';
import { type Clock, timestamp } from './clock.ts';
import { type CardState, LISTED_CARD_STATES } from './domain/card-state.ts';
import {
  checkedContent,
  isDeliverable,
  isOpenState,
  type MailboxUpdate,
  stateAfter,
  supersede,
  type UpdateState,
  withPatch,
} from './domain/mailbox/index.ts';
import { issuerErrors } from './errors.ts';
import { idempotentCall } from './idempotent-call.ts';
import { type PageWish, readPage } from './page-cursor.ts';
import type { EventFeed } from './personalize/event-feed.ts';
import { cards, type Database, type ListPage, mailbox, once, steering } from './store/index.ts';

export interface MailboxParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: (prefix: string) => string;
  readonly feed: EventFeed;
  readonly provinceCode: string;
  /** Null: re-keys wait until there is a key-service that makes them. */
  readonly rekey: RekeyKeys | null;
}

export interface PutRequest {
  readonly cardId: string;
  readonly content: MailboxContent;
  readonly actor: string;
  readonly lapsesAt?: string | null | undefined;
}

/** Cards that have a mailbox: in their holder's hand and served. */
export const MAILBOX_STATES: readonly CardState[] = ['active', 'suspended', 'replacing'];
/** Longer than any delivery takes; what an agent has not told by then is unknown. */
const LEASE_MS = 5 * 60_000;
const MAX_UPDATES_A_CONTACT = 16;
const LAPSES_AT_ONCE = 500;

interface Settled {
  readonly cardId: string;
  readonly update: string;
  readonly kind: string;
  readonly state: UpdateState;
  readonly code: string | null;
}

export class Mailbox {
  readonly #parts: MailboxParts;

  constructor(parts: MailboxParts) {
    this.#parts = parts;
  }

  /** @throws CARD_UNKNOWN, MAILBOX_CARD_NOT_IN_USE, CARD_PATCH_REFUSED, MAILBOX_CONTENT_REFUSED */
  async put(request: PutRequest, key: string | null = null): Promise<MailboxUpdate> {
    const { database, feed } = this.#parts;
    const call = idempotentCall('mailbox-put', key, request, this.#now());
    const id = await once(database, call, (transaction) => this.putWithin(transaction, request, null));
    await feed.record('mailbox-put', request.cardId, { update: id, kind: request.content.kind });
    return this.#update(id);
  }

  /** In the transaction of whoever puts many. */
  async putWithin(transaction: Database, request: PutRequest, changeId: string | null): Promise<string> {
    const card = await cards.findCard(transaction, request.cardId);
    if (card === null) throw issuerErrors.make('CARD_UNKNOWN');
    if (!MAILBOX_STATES.includes(card.state)) throw issuerErrors.make('MAILBOX_CARD_NOT_IN_USE');
    const { content, subjects } = checkedContent(request.content);
    const version = await mailbox.lockMailbox(transaction, card.id);
    const id = this.#parts.newId('mu');
    const at = this.#now();
    await mailbox.insertUpdate(
      transaction,
      {
        id,
        cardId: card.id,
        content,
        subjects,
        changeId,
        createdBy: request.actor,
        createdAt: at,
        lapsesAt: request.lapsesAt ?? null,
      },
      version,
    );
    await this.#supersede(transaction, await mailbox.listOpen(transaction, card.id), at);
    return id;
  }

  /** The mailbox as the counter sees it: never a value, only what it is about and how it stands. */
  async view(cardId: string, wish: PageWish = { limit: 100 }) {
    const { database } = this.#parts;
    if ((await cards.findCard(database, cardId)) === null) throw issuerErrors.make('CARD_UNKNOWN');
    const list = (page: ListPage) => mailbox.listUpdates(database, cardId, page);
    const { entries, next } = await readPage(wish, ['number'], list, ({ sequence }) => [sequence]);
    return { ...(await mailbox.mailboxOf(database, cardId)), updates: entries.map(withoutContent), next };
  }

  /** What is not with an agent now. @throws MAILBOX_UPDATE_UNKNOWN, MAILBOX_STATE_FORBIDS */
  async withdraw(id: string): Promise<MailboxUpdate> {
    const { database, feed } = this.#parts;
    const before = await this.#update(id);
    await database.transaction(async (transaction) => {
      await mailbox.lockMailbox(transaction, before.cardId);
      const now = await mailbox.findUpdate(transaction, id);
      if (now === null || !isOpenState(now.state) || now.state === 'leased')
        throw issuerErrors.make('MAILBOX_STATE_FORBIDS', { detail: `withdraw an update that is ${now?.state}` });
      await mailbox.settleUpdate(transaction, id, 'withdrawn', { at: this.#now() });
    });
    await feed.record('mailbox-settled', before.cardId, { update: id, kind: before.kind, state: 'withdrawn' });
    return this.#update(id);
  }

  /** A card lies at a desk: results first, then what waits. */
  async contact(request: ContactRequest): Promise<ContactResponse> {
    const { database, feed } = this.#parts;
    const unknown = { known: false, mailboxVersion: 0, leasedUntil: null, updates: [], notices: [] };
    await this.results(request.agentId, request.results);
    const card = await cards.findCardByFactor(database, request.cardFactor);
    if (card === null || (request.issueSerial !== null && card.issueSerial !== request.issueSerial)) return unknown;
    if ((LISTED_CARD_STATES as readonly string[]).includes(card.state)) {
      return { ...unknown, known: true, notices: ['card-listed' satisfies MailboxNotice] };
    }
    if (!MAILBOX_STATES.includes(card.state)) return unknown;
    const at = this.#now();
    const leasedUntil = timestamp(this.#parts.clock.nowMs() + LEASE_MS);
    const answer = await database.transaction(async (transaction) => {
      const mailboxVersion = await mailbox.lockMailbox(transaction, card.id);
      await mailbox.noteContact(transaction, card.id, request.agentId, at);
      const first = await steering.recordFirstUse(transaction, card.id, at);
      const open = (await mailbox.listOpen(transaction, card.id)).filter(
        ({ lapsesAt }) => lapsesAt === null || lapsesAt >= at,
      );
      const staying = await this.#supersede(transaction, open, at);
      const updates: ContactResponse['updates'] = [];
      for (const { id, content } of staying) {
        const update = open.find((each) => each.id === id);
        if (update === undefined || updates.length >= MAX_UPDATES_A_CONTACT) break;
        // In hand at that desk: what comes after it waits, so that the order holds.
        if (!isDeliverable(update, request)) break;
        if (content.kind !== 'notice' && !request.mayWrite) continue;
        const to = { agentId: request.agentId, until: leasedUntil };
        const lease = await mailbox.leaseUpdate(transaction, { ...update, content }, to);
        updates.push({ id, sequence: update.sequence, lease, content });
      }
      return { first, mailboxVersion, updates };
    });
    if (answer.first) await feed.record('first-used', card.id, { agent: request.agentId });
    const { mailboxVersion, updates } = answer;
    if (updates.length > 0)
      await feed.record('mailbox-leased', card.id, { agent: request.agentId, updates: updates.map(({ id }) => id) });
    return {
      known: true,
      mailboxVersion,
      updates,
      leasedUntil: updates.length === 0 ? null : leasedUntil,
      notices: [],
    };
  }

  /** Each for itself; what was told before changes nothing. */
  async results(
    agentId: string,
    results: readonly MailboxResult[],
  ): Promise<{ readonly updateId: string; readonly state: string }[]> {
    const taken: { updateId: string; state: string }[] = [];
    for (const result of results) {
      const settled = await this.#parts.database.transaction((transaction) => this.resultWithin(transaction, result));
      if (settled !== null) {
        const { cardId, ...detail } = settled;
        await this.#parts.feed.record('mailbox-settled', cardId, { ...detail, agent: agentId });
      }
      const now = await mailbox.findUpdate(this.#parts.database, result.updateId);
      taken.push({ updateId: result.updateId, state: now?.state ?? 'withdrawn' });
    }
    return taken;
  }

  /** Null: it said nothing new. */
  async resultWithin(transaction: Database, result: MailboxResult): Promise<Settled | null> {
    const found = await mailbox.findUpdate(transaction, result.updateId);
    if (found === null) return null;
    await mailbox.lockMailbox(transaction, found.cardId);
    const update = (await mailbox.findUpdate(transaction, result.updateId)) ?? found;
    const state = stateAfter(update, result);
    if (state === null) return null;
    const at = this.#now();
    if (state === 'applied') {
      await this.#follow(transaction, update);
      await mailbox.settleUpdate(transaction, update.id, 'applied', { at });
    } else if (state === 'not-applied') {
      await mailbox.settleUpdate(transaction, update.id, 'not-applied', { at, code: result.code });
    } else await mailbox.reopenUpdate(transaction, update.id, state as 'waiting' | 'unknown', result.code);
    return { cardId: update.cardId, update: update.id, kind: update.kind, state, code: result.code };
  }

  /**
   * The commands of a re-key for the desk that has it in hand: for the card and the slots of that update and no others, so
   * that a desk needs no right of its own to make key commands.
   * @throws MAILBOX_UPDATE_UNKNOWN, MAILBOX_STATE_FORBIDS, REKEY_UNAVAILABLE
   */
  async rekeyChannel(
    id: string,
    desk: { readonly agentId: string; readonly lease: number },
    request: Omit<RekeyChannelRequest, 'provinceCode'> & { readonly factorHex: string },
  ): Promise<RekeyChannel> {
    const { database, rekey, provinceCode } = this.#parts;
    const { content, cardId, ...update } = await this.#update(id);
    const card = await cards.findCard(database, cardId);
    const held = update.state === 'leased' && update.leasedBy === desk.agentId && update.lease === desk.lease;
    if (!held || content?.kind !== 'rekey' || card?.cardFactor !== request.factorHex)
      throw issuerErrors.make('MAILBOX_STATE_FORBIDS', { detail: 'a re-key that this desk does not have in hand' });
    const wanted = new Map<string, number>(content.slots.map(({ slot, version }) => [slot, version]));
    const inside =
      request.writes.every(({ slot, version }) => wanted.get(slot) === version) &&
      request.retirements.every(({ slot, version }) => content.retireOlder && version < (wanted.get(slot) ?? 0));
    if (!inside) throw issuerErrors.make('MAILBOX_STATE_FORBIDS', { detail: 'key versions outside of the update' });
    if (rekey === null) throw issuerErrors.make('REKEY_UNAVAILABLE');
    return rekey.openChannel({ ...request, provinceCode });
  }

  /** Silent leases, and what is too late; with the minute's other moves. */
  async tick(): Promise<void> {
    const { database, feed } = this.#parts;
    const at = this.#now();
    await mailbox.endSilentLeases(database, at);
    for (const { id, cardId, code } of await mailbox.listLapsing(database, at, MAILBOX_STATES, LAPSES_AT_ONCE)) {
      if (await mailbox.settleUpdate(database, id, 'lapsed', { at, code }))
        await feed.record('mailbox-settled', cardId, { update: id, state: 'lapsed', code });
    }
  }

  /** Those that stay, with their content as the rule has widened it. */
  async #supersede(transaction: Database, open: readonly MailboxUpdate[], at: string) {
    const entries = open.flatMap(({ content, ...update }) => (content === null ? [] : [{ ...update, content }]));
    const { superseded, staying } = supersede(entries);
    for (const [id, by] of superseded) {
      // What an agent has in hand now may still be applied; it gives way when it comes back.
      if (open.find((update) => update.id === id)?.state === 'leased') continue;
      await mailbox.settleUpdate(transaction, id, 'superseded', { at, supersededBy: by });
    }
    for (const { id, content } of staying) {
      const before = entries.find((entry) => entry.id === id)?.content;
      if (before !== undefined && before !== content) await mailbox.rewriteContent(transaction, id, content);
    }
    return staying;
  }

  /** The server's last copy of the card follows what the chip took. */
  async #follow(transaction: Database, { cardId, content }: MailboxUpdate): Promise<void> {
    if (content?.kind !== 'patch') return;
    const held = await cards.findCardData(transaction, cardId);
    if (held !== null) await cards.saveCardData(transaction, cardId, withPatch(held, content.patch));
  }

  async #update(id: string): Promise<MailboxUpdate> {
    const found = await mailbox.findUpdate(this.#parts.database, id);
    if (found === null) throw issuerErrors.make('MAILBOX_UPDATE_UNKNOWN');
    return found;
  }

  #now(): string {
    return timestamp(this.#parts.clock.nowMs());
  }
}

export function withoutContent({ content: _, ...update }: MailboxUpdate): Omit<MailboxUpdate, 'content'> {
  return update;
}
