/**
 * What card-issuer is still to be told (FIELD.md, "Clinic": offline). Each event is a sealed file of its own that stands on
 * disk before `put` returns, so a killed agent goes on where it was; the number in the file's name is the order. Bounded:
 * a full queue takes nothing more and counts what it lost, for old events are worth more than new ones to whoever follows
 * what became of a card.
 */
import type { SecretBytes } from '@rhc/card/bytes';
import { type AgentEvent, agentEvent } from '../contract/agent-events.ts';
import type { JournalFolder } from '../journal/folder.ts';
import { openText, sealText } from '../journal/sealed-text.ts';

export interface EventQueueOptions {
  readonly folder: JournalFolder;
  /** 32 bytes. */
  readonly key: SecretBytes;
  readonly random: (length: number) => Uint8Array;
  readonly capacity: number;
}

const NAME_DIGITS = 12;

export class EventQueue {
  readonly #options: EventQueueOptions;
  /** By the event's key, the oldest first; `name`: its file. */
  readonly #events = new Map<string, { readonly name: string; readonly event: AgentEvent }>();
  readonly #listeners = new Set<() => void>();
  #next = 1;
  #lost = 0;
  #unreadable = 0;

  constructor(options: EventQueueOptions) {
    this.#options = options;
    for (const name of [...options.folder.names()].sort()) {
      this.#next = Math.max(this.#next, Number(name) + 1 || this.#next);
      const event = this.#load(name);
      if (event !== null) this.#events.set(event.key, { name, event });
    }
  }

  /** The same key is one event. Never throws: what is not taken is counted as lost. */
  put(event: AgentEvent): void {
    const { folder, key, random, capacity } = this.#options;
    if (this.#events.has(event.key)) return;
    const name = String(this.#next).padStart(NAME_DIGITS, '0');
    try {
      if (this.#events.size >= capacity) throw new RangeError('the queue is full');
      folder.write(name, sealText(key, name, JSON.stringify(event), random(12)));
    } catch {
      this.#lost += 1;
      return;
    }
    this.#next += 1;
    this.#events.set(event.key, { name, event });
    for (const listener of [...this.#listeners]) listener();
  }

  /** The oldest first. */
  oldest(count: number): readonly AgentEvent[] {
    return Array.from(this.#events.values(), ({ event }) => event).slice(0, count);
  }

  /** Told and heard back. A file that the disk does not let go of is told again after the next start, and counts once. */
  remove(keys: ReadonlySet<string>): void {
    for (const key of keys) {
      const held = this.#events.get(key);
      if (held === undefined) continue;
      this.#events.delete(key);
      this.#options.folder.remove(held.name);
    }
  }

  onPut(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get waiting(): number {
    return this.#events.size;
  }

  state() {
    const [oldest] = this.#events.values();
    return {
      waiting: this.#events.size,
      capacity: this.#options.capacity,
      oldestAt: oldest?.event.at ?? null,
      lost: this.#lost,
      unreadable: this.#unreadable,
    };
  }

  #load(name: string): AgentEvent | null {
    const { folder, key } = this.#options;
    try {
      return agentEvent.parse(JSON.parse(openText(key, name, folder.read(name))));
    } catch {
      this.#unreadable += 1;
      return null;
    }
  }
}
