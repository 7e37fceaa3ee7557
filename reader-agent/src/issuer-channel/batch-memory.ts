/**
 * What the agent remembers of the batches it was given, so that a batch sent again after a reconnect is answered from
 * memory and never run twice: a second WRITE or a second authentication with the same challenge would spoil the card's
 * dialogue. Bounded in number; a batch that still runs is never forgotten.
 */
export interface RememberedBatch<Answer> {
  readonly answer: Promise<Answer>;
  /** Known once the batch has ended. */
  settled: Answer | null;
}

export class BatchMemory<Answer> {
  #limit: number;
  #batches = new Map<string, RememberedBatch<Answer>>();

  constructor(limit: number) {
    if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError('limit must be at least 1');
    this.#limit = limit;
  }

  get size(): number {
    return this.#batches.size;
  }

  get running(): number {
    return [...this.#batches.values()].filter((batch) => batch.settled === null).length;
  }

  /** Runs `work` unless this id was run before; `repeated` tells which it was. */
  once(id: string, work: () => Promise<Answer>): { readonly answer: Promise<Answer>; readonly repeated: boolean } {
    const known = this.#batches.get(id);
    if (known !== undefined) return { answer: known.answer, repeated: true };
    const batch: RememberedBatch<Answer> = { answer: work(), settled: null };
    this.#batches.set(id, batch);
    void batch.answer.then((answer) => {
      batch.settled = answer;
      this.#forgetOldest();
    });
    return { answer: batch.answer, repeated: false };
  }

  #forgetOldest(): void {
    for (const [id, batch] of this.#batches) {
      if (this.#batches.size <= this.#limit) return;
      if (batch.settled !== null) this.#batches.delete(id);
    }
  }
}
