/** Where the time of one read went: named stages, to a tenth of a millisecond. */
export class Stopwatch {
  #clock: () => number;
  #startedAt: number;
  #lastAt: number;
  #stages: Record<string, number> = {};

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#startedAt = clock();
    this.#lastAt = this.#startedAt;
  }

  /** Ends the stage that began with the last mark. */
  mark(name: string): void {
    const now = this.#clock();
    this.#stages[name] = tenth((this.#stages[name] ?? 0) + now - this.#lastAt);
    this.#lastAt = now;
  }

  async stage<T>(name: string, work: () => Promise<T>): Promise<T> {
    const result = await work();
    this.mark(name);
    return result;
  }

  totalMs(): number {
    return tenth(this.#clock() - this.#startedAt);
  }

  stages(): Record<string, number> {
    return { ...this.#stages };
  }
}

function tenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}
