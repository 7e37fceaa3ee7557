/**
 * The one port through which the card changes what survives a power cut, and its form for tests: memory of the process.
 * `commit` happens wholly or not at all; after it throws, the content is the one before or the one after, never between.
 */
import { applyChanges } from './apply-changes.ts';
import type { Change, ChipContent } from './chip-content.ts';

export interface NonVolatileMemory {
  /** Null as long as no chip was manufactured in it. */
  read(): ChipContent | null;
  /** Once, by the chip's maker; not counted as a commit. */
  manufacture(content: ChipContent): void;
  commit(changes: readonly Change[]): void;
}

export class ProcessMemory implements NonVolatileMemory {
  #content: ChipContent | null;

  constructor(content: ChipContent | null = null) {
    this.#content = content;
  }

  read(): ChipContent | null {
    return this.#content;
  }

  manufacture(content: ChipContent): void {
    if (this.#content !== null) throw new Error('this memory holds a chip already');
    this.#content = content;
  }

  commit(changes: readonly Change[]): void {
    if (this.#content === null) throw new Error('no chip was manufactured in this memory');
    this.#content = applyChanges(this.#content, changes);
  }
}
