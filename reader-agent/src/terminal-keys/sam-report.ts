/**
 * What this desk tells key-service of its SAM: serial, key versions, that it is here (key-service's register of SAMs shows the
 * last contact). Told when the SAM is ready and once a day after that. The answer says whether the SAM was revoked: then
 * its keys serve no card from this desk any more, whatever the SAM itself would do.
 */
import { isRhcError } from '@rhc/card/errors';
import type { SamReportState, SamState } from '../contract/terminal-keys.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import { wireError } from '../wire-error.ts';

export type TellSam = (samSerial: string, report: Pick<SamState, 'versions'>) => Promise<{ readonly refused: boolean }>;

export interface SamReportOptions {
  /** Absent: nothing is told from here. */
  readonly tell?: TellSam;
  readonly sam: () => SamState;
  readonly timers: Timers;
  readonly now: () => Date;
  readonly onRefused: () => void;
}

const DAY_MS = 24 * 3_600_000;
const AGAIN_MS = [10_000, 60_000, 600_000];
const NEVER: SamReportState = { state: 'none', at: null, error: null };

export class SamReport {
  readonly #options: SamReportOptions;
  #told: string | null = null;
  #state: SamReportState = NEVER;
  #failures = 0;
  #stop: (() => void) | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SamReportOptions) {
    this.#options = options;
  }

  get state(): SamReportState {
    return this.#state;
  }

  /** Of the SAM that lies here now: key-service has revoked it. */
  get refused(): boolean {
    return this.#state.state === 'refused' && this.#options.sam().samSerial === this.#told;
  }

  /** To be called whenever the SAM's state changed; tells once for each SAM that becomes ready. */
  look(): void {
    const { state, samSerial } = this.#options.sam();
    if (state !== 'ready' || samSerial === null || samSerial === this.#told) return;
    this.#told = samSerial;
    this.#failures = 0;
    this.#state = { ...NEVER, state: 'waiting' };
    this.#now();
  }

  settled(): Promise<void> {
    return this.#work;
  }

  close(): void {
    this.#stop?.();
  }

  #now(): void {
    this.#stop?.();
    this.#stop = null;
    this.#work = this.#work.then(() => this.#tell());
  }

  async #tell(): Promise<void> {
    const { tell, sam, now, onRefused } = this.#options;
    const { samSerial, versions } = sam();
    if (tell === undefined || samSerial === null || samSerial !== this.#told) return;
    try {
      const { refused } = await tell(samSerial, { versions });
      if (refused && this.#state.state !== 'refused') onRefused();
      this.#state = { state: refused ? 'refused' : 'told', at: now().toISOString(), error: null };
      this.#failures = 0;
      this.#later(DAY_MS);
    } catch (error) {
      // A SAM that was refused stays refused until key-service says otherwise.
      const state = this.#state.state === 'refused' ? 'refused' : 'waiting';
      this.#state = { ...this.#state, state, error: isRhcError(error) ? wireError(error.toBody()) : null };
      this.#later(AGAIN_MS[this.#failures] ?? DAY_MS / 24);
      this.#failures += 1;
    }
  }

  #later(afterMs: number): void {
    this.#stop = this.#options.timers.after(afterMs, () => this.#now());
  }
}
