/**
 * A change for many cards: counted over the whole selection first (nothing is put anywhere), begun by a second person, then
 * put into the mailboxes piece by piece. A piece and the mark of how far it has come are one transaction, so that a crash
 * neither forgets a card nor gives it the same update twice; on PostgreSQL nodes pass each other's by.
 */
import { isRhcError } from '@rhc/card/errors';
import type { MailboxContent } from '@rhc/reader-agent/contract';
import type { Logger } from '@rhc/service-shell';
import { type Clock, timestamp } from './clock.ts';
import { cardDataOf, type IssuerIdentity } from './domain/card-data.ts';
import {
  type ChangeContent,
  type ChangeSelection,
  checkedContent,
  type MailboxChange,
  patchFromRegister,
} from './domain/mailbox/index.ts';
import { issuerErrors } from './errors.ts';
import { idempotentCall } from './idempotent-call.ts';
import { MAILBOX_STATES, type Mailbox } from './mailbox.ts';
import { type Page, type PageWish, readPage } from './page-cursor.ts';
import type { EventFeed } from './personalize/event-feed.ts';
import { cards, type Database, type ListPage, mailbox, mailboxChanges, once, residents } from './store/index.ts';

export interface MailboxChangesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: (prefix: string) => string;
  readonly feed: EventFeed;
  readonly mailbox: Mailbox;
  readonly issuer: IssuerIdentity;
  readonly logger: Logger;
}

export interface ChangeView extends Omit<MailboxChange, 'content' | 'cursor'> {
  readonly kind: ChangeContent['kind'];
  /** Of the updates it made, by state. */
  readonly updates: Readonly<Record<string, number>>;
}

const CARDS_A_PIECE = 200;
const MAX_REFUSALS = 20;

export class MailboxChanges {
  readonly #parts: MailboxChangesParts;
  #working: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: MailboxChangesParts) {
    this.#parts = parts;
  }

  /** Begins the dry run. @throws CARD_PATCH_REFUSED, MAILBOX_CONTENT_REFUSED */
  async create(
    request: {
      readonly name: string;
      readonly content: ChangeContent;
      readonly selection: ChangeSelection;
      readonly lapsesAt?: string | null | undefined;
      readonly actor: string;
    },
    key: string | null = null,
  ): Promise<ChangeView> {
    const { database, newId, feed } = this.#parts;
    const at = this.#now();
    const content = request.content.kind === 'register' ? request.content : checkedContent(request.content).content;
    if (content.kind === 'register') {
      // The names alone, as a patch that empties them: what the card would never take is refused now.
      const patch = Object.fromEntries(content.elements.map((name) => [name, null]));
      const { subjects } = checkedContent({ kind: 'patch', patch, expected: [] });
      if (subjects.some((id) => ['photo', 'allergies', 'immunizations'].includes(id)))
        throw issuerErrors.make('MAILBOX_CONTENT_REFUSED', { detail: 'single elements only' });
    }
    const { name, selection, lapsesAt, actor } = request;
    const id = await once(database, idempotentCall('mailbox-change', key, request, at), async (transaction) => {
      const made = newId('mc');
      const change = {
        id: made,
        name,
        content,
        selection,
        lapsesAt: lapsesAt ?? null,
        createdBy: actor,
        createdAt: at,
      };
      await mailboxChanges.insertChange(transaction, change);
      return made;
    });
    await feed.record('mailbox-change-created', null, { change: id });
    this.look();
    return this.view(id);
  }

  async view(id: string): Promise<ChangeView> {
    const { content, cursor: _, ...change } = await this.#change(id);
    return { ...change, kind: content.kind, updates: await mailbox.countByState(this.#parts.database, id) };
  }

  /** Newest first. @throws CURSOR_WRONG */
  async page(wish: PageWish): Promise<Page<ChangeView>> {
    const list = (page: ListPage) => mailboxChanges.listChanges(this.#parts.database, page);
    const { entries, next } = await readPage(wish, ['string', 'string'], list, ({ createdAt, id }) => [createdAt, id]);
    return { entries: await Promise.all(entries.map(({ id }) => this.view(id))), next };
  }

  /** @throws SECOND_PERSON_MISSING, MAILBOX_STATE_FORBIDS before the dry run has ended */
  async start(id: string, actor: string): Promise<ChangeView> {
    const { database, feed } = this.#parts;
    const change = await this.#change(id);
    if (change.createdBy === actor) throw issuerErrors.make('SECOND_PERSON_MISSING');
    const at = this.#now();
    const moved = await mailboxChanges.moveChange(database, id, ['ready'], 'running', {
      started_by: actor,
      started_at: at,
      total: change.looked,
      cursor: '',
      refusals: '[]',
      looked: 0,
      made: 0,
      needless: 0,
      refused: 0,
    });
    if (!moved) throw issuerErrors.make('MAILBOX_STATE_FORBIDS', { detail: `start a change that is ${change.state}` });
    await feed.record('mailbox-change-started', null, { change: id });
    this.look();
    return this.view(id);
  }

  /** What waits in mailboxes is taken out again; what an agent has or has done stays as it is. */
  async cancel(id: string): Promise<ChangeView> {
    const { database, feed } = this.#parts;
    const change = await this.#change(id);
    if (change.state === 'cancelled') return this.view(id);
    const at = this.#now();
    const moved = await database.transaction(async (transaction) => {
      const from = ['counting', 'ready', 'running', 'done'] as const;
      if (!(await mailboxChanges.moveChange(transaction, id, from, 'cancelled', { ended_at: at }))) return false;
      await mailbox.withdrawWaiting(transaction, id, at);
      return true;
    });
    if (!moved) throw issuerErrors.make('MAILBOX_STATE_FORBIDS');
    await feed.record('mailbox-change-cancelled', null, { change: id });
    return this.view(id);
  }

  /** Works until nothing is left; safe to call at any time. */
  look(): void {
    this.#working = this.#working.then(async () => {
      try {
        while (!this.#stopped && (await this.#piece()));
      } catch (error) {
        this.#parts.logger.error({ err: error }, 'a change for many cards was put off');
      }
    });
  }

  /** Resolves when what was begun so far has been worked off. */
  settled(): Promise<void> {
    return this.#working;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  /** False: nothing to do. */
  async #piece(): Promise<boolean> {
    const { database, feed } = this.#parts;
    const ended = await database.transaction(async (transaction) => {
      const change = await mailboxChanges.takeWorking(transaction);
      if (change === null) return null;
      const page = { after: change.cursor, limit: CARDS_A_PIECE };
      const ids = await mailboxChanges.selectCards(transaction, change.selection, MAILBOX_STATES, page);
      const counts = { looked: change.looked, made: change.made, needless: change.needless, refused: change.refused };
      const refusals = [...change.refusals];
      for (const cardId of ids) {
        counts.looked += 1;
        const outcome = await this.#oneCard(transaction, change, cardId);
        if (outcome === 'made') counts.made += 1;
        else if (outcome === 'needless') counts.needless += 1;
        else {
          counts.refused += 1;
          if (refusals.length < MAX_REFUSALS) refusals.push({ cardId, code: outcome.code });
        }
      }
      const cursor = ids.at(-1) ?? change.cursor;
      await mailboxChanges.saveProgress(transaction, { id: change.id, cursor, refusals, ...counts });
      if (ids.length > 0) return { change: change.id, state: null };
      const state = change.state === 'counting' ? ('ready' as const) : ('done' as const);
      const totals = state === 'ready' ? { total: counts.looked } : { ended_at: this.#now() };
      await mailboxChanges.moveChange(transaction, change.id, [change.state], state, totals);
      return { change: change.id, state };
    });
    if (ended === null) return false;
    if (ended.state !== null) await feed.record('mailbox-change-moved', null, ended);
    return true;
  }

  async #oneCard(
    transaction: Database,
    change: MailboxChange,
    cardId: string,
  ): Promise<'made' | 'needless' | { readonly code: string }> {
    try {
      const content = await this.#contentFor(transaction, change.content, cardId);
      if (content === null) return 'needless';
      if (change.state === 'counting') checkedContent(content);
      else {
        const put = { cardId, content, actor: change.createdBy, lapsesAt: change.lapsesAt };
        await this.#parts.mailbox.putWithin(transaction, put, change.id);
      }
      return 'made';
    } catch (error) {
      // Thrown before the first statement that writes, so the transaction goes on.
      if (!isRhcError(error)) throw error;
      return { code: error.code };
    }
  }

  async #contentFor(transaction: Database, content: ChangeContent, cardId: string): Promise<MailboxContent | null> {
    if (content.kind !== 'register') return content;
    const card = await cards.findCard(transaction, cardId);
    const held = await cards.findCardData(transaction, cardId);
    const entry = card === null ? null : await residents.findResident(transaction, card.residentId);
    if (card === null || held === null || entry === null) throw issuerErrors.make('CARD_UNKNOWN');
    const facts = { issueDate: card.issueDate ?? '', issueSerial: card.issueSerial, issuerCertificate: '' };
    return patchFromRegister(held, cardDataOf(entry.resident, this.#parts.issuer, facts), content.elements);
  }

  async #change(id: string): Promise<MailboxChange> {
    const found = await mailboxChanges.findChange(this.#parts.database, id);
    if (found === null) throw issuerErrors.make('MAILBOX_CHANGE_UNKNOWN');
    return found;
  }

  #now(): string {
    return timestamp(this.#parts.clock.nowMs());
  }
}
