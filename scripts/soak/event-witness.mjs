/**
 * Judges a stream of reader events: on each reader insertions and removals take turns, a removal names the insertion that
 * lay there, and no insertion number comes twice. What is lost or doubled breaks one of the three.
 */
export class EventWitness {
  inserted = 0;
  removed = 0;
  /** @type {string[]} */
  faults = [];
  /** @type {Map<string, { insertion: number, atr: string } | null>} */
  #lying = new Map();
  #last = 0;

  /** @param {import('@rhc/reader-agent/pcsc').PcscEvent} event */
  see(event) {
    if (event.kind === 'card-inserted') {
      this.inserted += 1;
      if (this.lying(event.reader) !== null) this.#fault(`${event.reader}: inserted twice`);
      if (event.insertion <= this.#last) this.#fault(`insertion ${event.insertion} after ${this.#last}`);
      this.#last = event.insertion;
      this.#lying.set(event.reader, {
        insertion: event.insertion,
        atr: Buffer.from(event.atr).toString('hex').toUpperCase(),
      });
    }
    if (event.kind === 'card-removed') {
      this.removed += 1;
      const lying = this.lying(event.reader);
      if (lying === null) this.#fault(`${event.reader}: removed and was not there`);
      else if (lying.insertion !== event.insertion) this.#fault(`${event.reader}: another insertion was removed`);
      this.#lying.set(event.reader, null);
    }
  }

  /** @param {string} reader */
  lying(reader) {
    return this.#lying.get(reader) ?? null;
  }

  /** @param {string} text */
  #fault(text) {
    if (this.faults.length < 20) this.faults.push(text);
  }
}
