/**
 * When something is sent that waits on this machine: soon after it came, one round at a time, and after longer and longer
 * waits while nobody answers.
 */
import type { Timers } from './pcsc/supervisor.ts';

const WAITS_MS = [5_000, 15_000, 60_000, 300_000];

export class SendingRounds {
  readonly #timers: Timers;
  readonly #round: () => Promise<void>;
  #stop: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #failures = 0;
  #closed = false;

  /** @param round sends everything that waits and never rejects */
  constructor(timers: Timers, round: () => Promise<void>) {
    this.#timers = timers;
    this.#round = round;
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#stop?.();
  }

  /** Now; whoever asks while a round goes on waits for that one. */
  run(): Promise<void> {
    this.#running ??= this.#round().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** A round that is planned already stays where it is. */
  plan(afterMs: number): void {
    if (this.#closed || this.#stop !== null) return;
    this.#stop = this.#timers.after(afterMs, () => {
      this.#stop = null;
      void this.run();
    });
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** @param asideMs instead of the next wait, where asking again soon would be of no use */
  failed(asideMs?: number): void {
    this.plan(asideMs ?? WAITS_MS[this.#failures] ?? (WAITS_MS.at(-1) as number));
    this.#failures = Math.min(this.#failures + 1, WAITS_MS.length - 1);
  }
}
