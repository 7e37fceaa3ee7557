/**
 * The one port through which the card changes what survives a power cut, and its form for tests: memory of the process.
 * `commit` happens wholly or not at all; after it throws, the content is the one before or the one after, never between.
 */
import { applyChanges } from './apply-changes.ts';
import type { Change, ChipContent } from './chip-content.ts';

/** A write that the memory could not do, nothing of which happened: the chip answers 6581 and lives on. */
export class MemoryFailure extends Error {
  constructor() {
    super('non-volatile write failed');
  }
}

export interface NonVolatileMemory<Content = ChipContent, Edit = Change> {
  /** Null as long as no chip was manufactured in it. */
  read(): Content | null;
  /** Once, by the chip's maker; not counted as a commit. */
  manufacture(content: Content): void;
  commit(changes: readonly Edit[]): void;
}

/** For any chip; `ProcessMemory` is the user card's. */
export class ProcessMemoryOf<Content, Edit> implements NonVolatileMemory<Content, Edit> {
  readonly #apply: (content: Content, changes: readonly Edit[]) => Content;
  #content: Content | null;

  constructor(apply: (content: Content, changes: readonly Edit[]) => Content, content: Content | null = null) {
    this.#apply = apply;
    this.#content = content;
  }

  read(): Content | null {
    return this.#content;
  }

  manufacture(content: Content): void {
    if (this.#content !== null) throw new Error('this memory holds a chip already');
    this.#content = content;
  }

  commit(changes: readonly Edit[]): void {
    if (this.#content === null) throw new Error('no chip was manufactured in this memory');
    this.#content = this.#apply(this.#content, changes);
  }
}

export class ProcessMemory extends ProcessMemoryOf<ChipContent, Change> {
  constructor(content: ChipContent | null = null) {
    super(applyChanges, content);
  }
}
