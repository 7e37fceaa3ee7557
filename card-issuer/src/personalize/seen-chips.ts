/**
 * Writes down which chips readers report, once for each time one is put in. Chips that come within a second share one
 * statement: at a busy station a commit for each would cost as much as a step of issuing, and none is needed for it.
 * What a crash forgets, the agent reports again when it comes back.
 */
import type { Logger } from '@rhc/service-shell';
import { type Clock, timestamp } from '../clock.ts';
import { blanks, type Database } from '../store/index.ts';
import type { AgentHub } from './agent-hub.ts';

const TOGETHER_MS = 1_000;

export interface SeenChipsParts {
  readonly database: Database;
  readonly hub: Pick<AgentHub, 'agents'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class SeenChips {
  readonly #parts: SeenChipsParts;
  /** Of each reader the insertion that is noted or waits to be. */
  readonly #known = new Map<string, string>();
  /** By chip. */
  #waiting = new Map<string, blanks.SeenBlank>();
  #cancel: (() => void) | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: SeenChipsParts) {
    this.#parts = parts;
  }

  /** Looks at all readers; a chip without a factor is not of this product. */
  look(): void {
    const { hub, clock } = this.#parts;
    const at = timestamp(clock.nowMs());
    for (const { agentId, readers } of hub.agents()) {
      for (const { reader, card } of readers) {
        if (card?.cardFactor == null) continue;
        const place = `${agentId}/${reader}`;
        const seen = `${card.insertion} ${card.cardFactor}`;
        if (this.#known.get(place) === seen) continue;
        this.#known.set(place, seen);
        this.#waiting.set(card.cardFactor, { cardFactor: card.cardFactor, atr: card.atr, at });
      }
    }
    if (this.#waiting.size > 0) this.#writeLater();
  }

  /** Writes what waits. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    await this.#write();
  }

  #writeLater(): void {
    this.#cancel ??= this.#parts.clock.after(TOGETHER_MS, () => {
      this.#cancel = null;
      void this.#write();
    });
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const chips = this.#waiting;
      this.#waiting = new Map();
      try {
        await blanks.noteBlanks(this.#parts.database, [...chips.values()]);
      } catch (error) {
        this.#parts.logger.error({ err: error }, 'chips were not noted');
        // They wait for the next look; what was seen later counts.
        this.#waiting = new Map([...chips, ...this.#waiting]);
      }
    });
    return this.#writing;
  }
}
