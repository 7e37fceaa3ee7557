/**
 * A power cut at a chosen commit. It falls before the commit (nothing of it happened) or after (all of it happened, but
 * the terminal never hears of it). The card is dead afterwards; make it again from `memory`.
 */
import { VirtualCardError } from '../errors.ts';
import type { Change, ChipContent } from '../memory/chip-content.ts';
import type { NonVolatileMemory } from '../memory/non-volatile-memory.ts';

export interface TearPoint {
  /** 1 = the next commit. */
  readonly commit: number;
  readonly when: 'before' | 'after';
}

/** `VIRTUAL_CARD_POWER_LOST`, told apart by its code. */
export class PowerLost extends VirtualCardError {
  constructor(point: TearPoint) {
    super('VIRTUAL_CARD_POWER_LOST', { detail: `${point.when} commit ${point.commit}` });
  }
}

export class TearingMemory<Content = ChipContent, Edit = Change> implements NonVolatileMemory<Content, Edit> {
  readonly #memory: NonVolatileMemory<Content, Edit>;
  #point: TearPoint | null = null;
  #commits = 0;

  constructor(memory: NonVolatileMemory<Content, Edit>, point: TearPoint | null = null) {
    this.#memory = memory;
    if (point !== null) this.tear(point);
  }

  /** Arms one power cut, counted from now. */
  tear(point: TearPoint): void {
    if (!Number.isInteger(point.commit) || point.commit < 1) throw new RangeError('commits count from 1');
    this.#point = point;
    this.#commits = 0;
  }

  /** Commits since the last `tear`. */
  get commits(): number {
    return this.#commits;
  }

  read(): Content | null {
    return this.#memory.read();
  }

  manufacture(content: Content): void {
    this.#memory.manufacture(content);
  }

  commit(changes: readonly Edit[]): void {
    this.#commits += 1;
    const point = this.#point?.commit === this.#commits ? this.#point : null;
    if (point?.when === 'before') this.#cut(point);
    this.#memory.commit(changes);
    if (point !== null) this.#cut(point);
  }

  #cut(point: TearPoint): never {
    this.#point = null;
    throw new PowerLost(point);
  }
}
