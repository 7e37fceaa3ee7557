/**
 * Everybody who listens to events, over a WebSocket or an event stream, with what they may hear. A revoked grant's
 * listeners are cut off at once; what nobody may hear is not read from a card for them.
 */
import type { Principal } from '@rhc/service-shell';
import { mayCall } from '@rhc/service-shell';
import type { LocalEvent } from '../contract/index.ts';
import type { Scope } from '../contract/pairing.ts';
import type { Desk } from '../desk/desk.ts';
import { agentErrors } from '../errors.ts';
import { DESK, grantOf } from '../http/callers.ts';

export interface Listener {
  readonly principal: Principal;
  /** Wants the identity with each card, as `card-data`. */
  readonly wantsIdentity: boolean;
  send(event: object): void;
  close(): void;
}

export const EVENT_VERSION = 1;

export const HEARS: Readonly<Record<LocalEvent['event'], Scope | typeof DESK>> = {
  'card-inserted': 'card.status',
  'card-removed': 'card.status',
  'reader-added': 'card.status',
  'reader-removed': 'card.status',
  error: 'card.status',
  'card-data': 'identity.read',
  'write-settled': 'summary.write',
  mailbox: DESK,
  'pairing-changed': DESK,
  'keys-changed': DESK,
};

export class Audience {
  readonly #desk: Desk;
  readonly #maxListeners: number;
  readonly #listeners = new Set<Listener>();
  readonly #unsubscribe: () => void;

  constructor(desk: Desk, maxListeners: number) {
    this.#desk = desk;
    this.#maxListeners = maxListeners;
    this.#unsubscribe = desk.subscribe((event) => this.tell(event));
  }

  /** What lies in the readers now comes first. @throws EVENT_STREAMS_FULL */
  attend(listener: Listener): () => void {
    if (this.#listeners.size >= this.#maxListeners) throw agentErrors.make('EVENT_STREAMS_FULL');
    this.#listeners.add(listener);
    for (const event of presentEvents(this.#desk)) listener.send({ v: EVENT_VERSION, ...event });
    return () => this.#listeners.delete(listener);
  }

  tell(event: LocalEvent): void {
    for (const listener of [...this.#listeners]) {
      if (hears(listener, event.event)) listener.send({ v: EVENT_VERSION, ...event });
    }
  }

  get wantsIdentity(): boolean {
    return [...this.#listeners].some((listener) => hears(listener, 'card-data'));
  }

  cutOff(grant: string): void {
    for (const listener of [...this.#listeners]) if (grantOf(listener.principal) === grant) listener.close();
  }

  close(): void {
    this.#unsubscribe();
    for (const listener of [...this.#listeners]) listener.close();
  }
}

function hears({ principal, wantsIdentity }: Listener, event: LocalEvent['event']): boolean {
  return mayCall([HEARS[event]], principal) && (event !== 'card-data' || wantsIdentity);
}

/** What a listener that comes late has missed and still needs. */
export function presentEvents(desk: Desk): LocalEvent[] {
  return desk
    .readers()
    .flatMap(({ reader, card }): LocalEvent[] => [
      { event: 'reader-added', reader },
      ...(card === null ? [] : [{ event: 'card-inserted' as const, reader, card }]),
    ]);
}
