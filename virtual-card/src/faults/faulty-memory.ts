/**
 * Memory that fails where a plan says: power cuts before, inside and after a write, and writes that fail. A write is one
 * commit (CARD.md, "Atomicity"): cut inside it the chip finds, at its next start, either the content before or the one
 * after, and `duringWins` decides which, so that both outcomes can be tried.
 */
import type { Change, ChipContent } from '../memory/chip-content.ts';
import type { NonVolatileMemory } from '../memory/non-volatile-memory.ts';
import { MemoryFailure } from '../memory/non-volatile-memory.ts';
import type { Fault } from './fault-plan.ts';
import { PowerLost } from './tear.ts';

export class FaultyMemory implements NonVolatileMemory {
  readonly #memory: NonVolatileMemory;
  readonly #duringWins: 'before' | 'after';
  #faults: readonly Fault[] = [];
  #writes = 0;

  constructor(memory: NonVolatileMemory, duringWins: 'before' | 'after' = 'before') {
    this.#memory = memory;
    this.#duringWins = duringWins;
  }

  /** Counts from here. */
  arm(faults: readonly Fault[]): void {
    this.#faults = faults;
    this.#writes = 0;
  }

  /** Writes since the last `arm`, those that failed included. */
  get writes(): number {
    return this.#writes;
  }

  read(): ChipContent | null {
    return this.#memory.read();
  }

  manufacture(content: ChipContent): void {
    this.#memory.manufacture(content);
  }

  commit(changes: readonly Change[]): void {
    this.#writes += 1;
    const struck = this.#faults.filter((fault) => 'write' in fault && fault.write === this.#writes);
    if (struck.some(({ kind }) => kind === 'memory-failure')) throw new MemoryFailure();
    const tear = struck.find((fault) => fault.kind === 'tear');
    const written =
      tear === undefined || tear.when === 'after' || (tear.when === 'during' && this.#duringWins === 'after');
    if (written) this.#memory.commit(changes);
    if (tear === undefined) return;
    this.#faults = [];
    throw new PowerLost({ commit: tear.write, when: written ? 'after' : 'before' });
  }
}
