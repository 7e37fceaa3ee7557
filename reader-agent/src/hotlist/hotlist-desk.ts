/**
 * The hotlist at this desk (ADR 009): fetched whole or by deltas, or brought as a file; only what its signature proves is
 * used and kept. Every reading is looked up in it and says how old it is; when it is older than the administrator allows no
 * card is served from this desk any more, for a lost card would pass.
 */

import { isRhcError } from '@rhc/card/errors';
import { applyDelta, type Hotlist, openHotlist, parseFile, type VerifyHotlist } from '@rhc/card/hotlist';
import type { HotlistState, HotlistVerdict } from '../contract/hotlist.ts';
import { agentErrors } from '../errors.ts';
import { wireError } from '../wire-error.ts';

/** One file that is replaced as a whole. */
export interface BytesPlace {
  read(): Uint8Array | null;
  write(bytes: Uint8Array): void;
}

export interface HotlistSource {
  /** Null: the list of this version is the newest. */
  newest(heldVersion: number | null): Promise<Uint8Array | null>;
  /** Null: there is none that leads to this version. */
  delta(version: number): Promise<Uint8Array | null>;
}

export interface HotlistDeskOptions {
  readonly place: BytesPlace;
  readonly verify: VerifyHotlist;
  readonly source: HotlistSource | null;
  readonly now: () => Date;
  /** Older than this it is not relied on any more; 0: never stops. */
  readonly stopHours: number;
}

const HOUR_MS = 3_600_000;
/** Farther behind, the whole list is cheaper than the deltas. */
const MAX_DELTAS = 40;

export class HotlistDesk {
  readonly #options: HotlistDeskOptions;
  #list: Hotlist | null = null;
  #error: unknown = null;
  #listener: () => void = () => undefined;

  constructor(options: HotlistDeskOptions) {
    this.#options = options;
    const kept = options.place.read();
    try {
      if (kept !== null) this.#list = openHotlist(kept, options.verify);
    } catch (error) {
      // Damaged on disk: as good as none, until it is fetched again.
      this.#error = error;
    }
  }

  state(): HotlistState {
    const list = this.#list;
    return {
      version: list?.version ?? null,
      entries: list?.entries ?? null,
      ageHours: this.#ageHours(),
      stopHours: this.#options.stopHours,
      tooOld: this.#isTooOld(),
      error: isRhcError(this.#error) ? wireError(this.#error.toBody()) : null,
    };
  }

  /** Signed by whoever made the list; null: there is none. */
  madeAtMs(): number | null {
    return this.#list === null ? null : this.#list.madeAt * 1000;
  }

  verdict(issueSerial: string | null): HotlistVerdict {
    const list = this.#list;
    const answer = list === null || issueSerial === null ? 'not-covered' : list.lookUp(issueSerial);
    const state = answer === 'listed' ? 'listed' : answer === 'not-listed' ? 'clear' : 'unknown';
    return {
      state,
      version: list?.version ?? null,
      ageHours: this.#ageHours(),
      stopHours: this.#options.stopHours,
    };
  }

  /** @throws HOTLIST_TOO_OLD */
  requireUsable(): void {
    if (this.#isTooOld()) throw agentErrors.make('HOTLIST_TOO_OLD', { detail: `${this.#ageHours()} hours` });
  }

  /** By a person, from a medium. Never goes back to an older list. @throws HOTLIST_* */
  take(file: Uint8Array): void {
    const held = this.#list;
    const full = parseFile(file).kind === 'delta' && held !== null ? applyDelta(held, file) : file;
    const list = openHotlist(full, this.#options.verify);
    if (held !== null && list.version < held.version) throw agentErrors.make('HOTLIST_OLDER');
    this.#options.place.write(full);
    this.#list = list;
    this.#error = null;
    this.#listener();
  }

  /** Told whenever another list is served by; one listener. */
  onTaken(listener: () => void): void {
    this.#listener = listener;
  }

  /** Never rejects: without network the list at hand goes on serving, and its age says so. */
  async refresh(): Promise<void> {
    const { source } = this.#options;
    if (source === null) return;
    try {
      for (let i = 0; i < MAX_DELTAS && this.#list !== null; i += 1) {
        const delta = await source.delta(this.#list.version + 1);
        if (delta === null) break;
        this.take(delta);
      }
      const newest = await source.newest(this.#list?.version ?? null);
      if (newest !== null) this.take(newest);
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
  }

  #ageHours(): number | null {
    if (this.#list === null) return null;
    return Math.max(0, Math.round((this.#options.now().getTime() - this.#list.madeAt * 1000) / (HOUR_MS / 10)) / 10);
  }

  #isTooOld(): boolean {
    const { stopHours } = this.#options;
    const age = this.#ageHours();
    return stopHours > 0 && age !== null && age > stopHours;
  }
}
