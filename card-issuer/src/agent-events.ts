/**
 * What desks tell afterwards (reader-agent/contract/agent-events.ts): one transaction an event, which also keeps its key, so
 * that an event that is told again after a lost answer counts once. In the order in which the desk tells them.
 */
import type { AgentEvent, AgentEventsResponse } from '@rhc/reader-agent/contract';
import { type Clock, timestamp } from './clock.ts';
import { idempotentCall } from './idempotent-call.ts';
import { MAILBOX_STATES, type Mailbox } from './mailbox.ts';
import type { EventFeed } from './personalize/event-feed.ts';
import { cards, type Database, mailbox as mailboxes, once, steering } from './store/index.ts';

export interface AgentEventsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly feed: EventFeed;
  readonly mailbox: Mailbox;
}

type State = AgentEventsResponse['events'][number]['state'];

export class AgentEvents {
  readonly #parts: AgentEventsParts;

  constructor(parts: AgentEventsParts) {
    this.#parts = parts;
  }

  async take(agentId: string, events: readonly AgentEvent[]): Promise<AgentEventsResponse> {
    const told: { key: string; state: State }[] = [];
    for (const event of events) told.push({ key: event.key, state: await this.#takeOne(agentId, event) });
    return { events: told };
  }

  async #takeOne(agentId: string, event: AgentEvent): Promise<State> {
    const { clock, database, feed, mailbox } = this.#parts;
    const at = timestamp(clock.nowMs());
    // Of its content nothing: told again it may bear another time, and it is the same event all the same.
    const call = idempotentCall(`agent-event ${agentId}`, event.key, event.kind, at);
    let state: State = 'known';
    let follow: () => Promise<void> = async () => undefined;
    await once(database, call, async (transaction) => {
      state = 'taken';
      if (event.kind === 'mailbox-result') {
        const settled = await mailbox.resultWithin(transaction, event.result);
        if (settled === null) return null;
        const { cardId, ...detail } = settled;
        follow = () => feed.record('mailbox-settled', cardId, { ...detail, agent: agentId });
        return null;
      }
      const seen = await contactToldLater(transaction, agentId, event, at);
      if (seen === null) state = 'refused';
      else if (seen.first) follow = () => feed.record('first-used', seen.cardId, { agent: agentId });
      return null;
    });
    await follow();
    return state;
  }
}

/** Null: no card in use here. Never moves the last contact of a card back. */
async function contactToldLater(
  transaction: Database,
  agentId: string,
  seen: Extract<AgentEvent, { kind: 'card-seen' }>,
  now: string,
): Promise<{ readonly cardId: string; readonly first: boolean } | null> {
  const card = await cards.findCardByFactor(transaction, seen.cardFactor);
  if (card === null || !MAILBOX_STATES.includes(card.state)) return null;
  if (seen.issueSerial !== null && card.issueSerial !== seen.issueSerial) return null;
  await mailboxes.lockMailbox(transaction, card.id);
  const { lastContactAt } = await mailboxes.mailboxOf(transaction, card.id);
  // A desk's clock may be ahead.
  const at = seen.at < now ? seen.at : now;
  if (lastContactAt === null || lastContactAt < at) await mailboxes.noteContact(transaction, card.id, agentId, at);
  return { cardId: card.id, first: await steering.recordFirstUse(transaction, card.id, at) };
}
