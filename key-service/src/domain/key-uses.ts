/**
 * Every use of a key version is checked against its policy and counted, before it happens (KEYS.md, "Key life"). Counts
 * live here and are added to the store every so often; the audit log's batches hold the exact ones. With several nodes
 * a ceiling is exact within one node and late by one flush between them.
 */
import { keyServiceErrors } from '../errors.ts';
import type { KeyUse, KeyVersion } from './key-versions.ts';

/** What a version may be used for, within what its state permits; a missing member allows everything. */
export interface UsagePolicy {
  readonly operations?: readonly KeyUse[];
  /** Issuer codes; judged where a request names its issuer (loading onto cards). */
  readonly issuers?: readonly string[];
  /** Province codes. */
  readonly provinces?: readonly string[];
  readonly dailyCeiling?: number;
}

export interface UseOf {
  readonly slot: KeyVersion['slot'];
  readonly version: number;
  readonly operation: KeyUse;
}
export interface Caller {
  readonly issuer?: string;
  readonly provinceCode: string;
}
export interface CountedUse extends UseOf {
  /** Empty where the request names none. */
  readonly issuer: string;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly count: number;
}

export interface KeyUseStore {
  /** Adds to what is there. */
  add(uses: readonly CountedUse[]): Promise<void>;
  /** Uses of each `slot#version` on a day, of all nodes. */
  ofDay(day: string): Promise<ReadonlyMap<string, number>>;
  /** Newest first. */
  byDay(
    key: Pick<KeyVersion, 'slot' | 'version'>,
    days: number,
  ): Promise<{ readonly day: string; readonly operation: string; readonly uses: number }[]>;
  total(key: Pick<KeyVersion, 'slot' | 'version'>, operation: KeyUse): Promise<number>;
}

export interface KeyUseOptions {
  readonly store: KeyUseStore;
  readonly policyOf: (slot: KeyVersion['slot'], version: number) => UsagePolicy | null;
  readonly now: () => Date;
  /** Told of each counted use, for metrics. */
  readonly onUse?: (use: UseOf) => void;
}

const label = ({ slot, version }: Pick<UseOf, 'slot' | 'version'>): string => `${slot}#${version}`;

export class KeyUses {
  readonly #options: KeyUseOptions;
  #day = '';
  /** Of the whole system, as far as known here, plus what is not yet written. */
  #today = new Map<string, number>();
  #pending = new Map<string, CountedUse>();

  constructor(options: KeyUseOptions) {
    this.#options = options;
  }

  /**
   * All uses of one request, or none. No other request comes between the check and the count.
   * @throws KEY_POLICY_REFUSED, KEY_CEILING_REACHED
   */
  spend(uses: readonly UseOf[], caller: Caller): void {
    this.#turnDay();
    const wanted = new Map<string, number>();
    for (const use of uses) {
      wanted.set(label(use), (wanted.get(label(use)) ?? 0) + 1);
      this.#check(use, caller, wanted.get(label(use)) as number);
    }
    for (const use of uses) this.#count(use, caller.issuer ?? '');
  }

  /** Writes what was counted and learns what other nodes counted. */
  async flush(): Promise<void> {
    const pending = this.#pending;
    this.#pending = new Map();
    try {
      await this.#options.store.add([...pending.values()]);
    } catch (error) {
      for (const [key, use] of pending) {
        const later = this.#pending.get(key);
        this.#pending.set(key, later === undefined ? use : { ...use, count: use.count + later.count });
      }
      throw error;
    }
    const day = this.#day;
    const stored = new Map(await this.#options.store.ofDay(day || this.#dayNow()));
    if (day !== this.#day) return;
    for (const use of this.#pending.values()) {
      if (use.day === day) stored.set(label(use), (stored.get(label(use)) ?? 0) + use.count);
    }
    this.#today = stored;
  }

  #check(use: UseOf, caller: Caller, wanted: number): void {
    const policy = this.#options.policyOf(use.slot, use.version);
    if (policy === null) return;
    const { operations, issuers, provinces, dailyCeiling } = policy;
    const fault =
      operations !== undefined && !operations.includes(use.operation)
        ? { zh: `不允许的操作 ${use.operation}`, en: `does not allow ${use.operation}` }
        : issuers !== undefined && caller.issuer !== undefined && !issuers.includes(caller.issuer)
          ? { zh: `不允许的发卡机构 ${caller.issuer}`, en: `does not allow the issuer ${caller.issuer}` }
          : provinces !== undefined && !provinces.includes(caller.provinceCode)
            ? { zh: `不允许的省份 ${caller.provinceCode}`, en: `does not allow the province ${caller.provinceCode}` }
            : undefined;
    if (fault !== undefined) {
      throw keyServiceErrors.make('KEY_POLICY_REFUSED', { fields: [{ field: label(use), rule: fault }] });
    }
    if (dailyCeiling !== undefined && (this.#today.get(label(use)) ?? 0) + wanted > dailyCeiling) {
      const rule = { zh: `每日上限 ${dailyCeiling} 次`, en: `at most ${dailyCeiling} uses a day` };
      throw keyServiceErrors.make('KEY_CEILING_REACHED', { fields: [{ field: label(use), rule }] });
    }
  }

  #count(use: UseOf, issuer: string): void {
    this.#today.set(label(use), (this.#today.get(label(use)) ?? 0) + 1);
    const key = `${label(use)} ${use.operation} ${issuer} ${this.#day}`;
    const counted = this.#pending.get(key);
    this.#pending.set(key, { ...use, issuer, day: this.#day, count: (counted?.count ?? 0) + 1 });
    this.#options.onUse?.(use);
  }

  #turnDay(): void {
    const day = this.#dayNow();
    if (day === this.#day) return;
    // On the first use after a start the flush that ran before it has filled in the day.
    if (this.#day !== '') this.#today = new Map();
    this.#day = day;
  }

  #dayNow(): string {
    return this.#options.now().toISOString().slice(0, 10);
  }
}
