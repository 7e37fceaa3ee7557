/**
 * Every use of a key version is checked against its policy and counted, before it happens (KEYS.md, "Key life"). Counts
 * live here and are added to the store every so often; the audit log's batches hold the exact ones. A daily ceiling holds
 * over all nodes: each takes a portion of it in advance, so that the hot path seldom asks the database. A node that is
 * killed leaves what remains of its portion unused that day; the ceiling is reached early, never passed.
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
  /**
   * Takes a portion of a day's ceiling for this node, in one transaction that holds the row: at most `wish`, at most what
   * is left. Uses that were counted while there was no ceiling are part of it.
   * @returns how many uses were granted
   */
  lease(key: Pick<KeyVersion, 'slot' | 'version'>, day: string, wish: number, ceiling: number): Promise<number>;
  /** Gives back what was not used. */
  giveBack(key: Pick<KeyVersion, 'slot' | 'version'>, day: string, count: number): Promise<void>;
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

/** Portion of a ceiling that a node takes at a time, unless a request needs more. */
const PORTION = 0.01;

interface Lease {
  readonly slot: KeyVersion['slot'];
  readonly version: number;
  left: number;
  /** The asking that is under way. */
  asking: Promise<void> | undefined;
}

const label = ({ slot, version }: Pick<UseOf, 'slot' | 'version'>): string => `${slot}#${version}`;

export class KeyUses {
  readonly #options: KeyUseOptions;
  #day = '';
  #leases = new Map<string, Lease>();
  #pending = new Map<string, CountedUse>();

  constructor(options: KeyUseOptions) {
    this.#options = options;
  }

  /**
   * All uses of one request, or none. No other request comes between the last check and the count.
   * @throws KEY_POLICY_REFUSED, KEY_CEILING_REACHED
   */
  async spend(uses: readonly UseOf[], caller: Caller): Promise<void> {
    for (const use of uses) this.#check(use, caller);
    const limited = this.#limited(uses);
    for (;;) {
      this.#turnDay();
      const short = limited.find((each) => this.#lease(each.use).left < each.wanted);
      if (short === undefined) break;
      await this.#leaseMore(short);
    }
    for (const { use, wanted } of limited) this.#lease(use).left -= wanted;
    for (const use of uses) this.#count(use, caller.issuer ?? '');
  }

  /** Writes what was counted. */
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
  }

  /** Writes what was counted and gives the portions back to the other nodes. */
  async close(): Promise<void> {
    await this.flush();
    for (const lease of this.#leases.values()) {
      const { left } = lease;
      lease.left = 0;
      if (left > 0) await this.#options.store.giveBack(lease, this.#day, left);
    }
  }

  /** Versions with a ceiling and how often the request uses each. */
  #limited(uses: readonly UseOf[]): { use: UseOf; wanted: number; ceiling: number }[] {
    const limited = new Map<string, { use: UseOf; wanted: number; ceiling: number }>();
    for (const use of uses) {
      const ceiling = this.#options.policyOf(use.slot, use.version)?.dailyCeiling;
      if (ceiling === undefined) continue;
      limited.set(label(use), { use, ceiling, wanted: (limited.get(label(use))?.wanted ?? 0) + 1 });
    }
    return [...limited.values()];
  }

  #lease({ slot, version }: UseOf): Lease {
    const known = this.#leases.get(label({ slot, version }));
    if (known !== undefined) return known;
    const lease: Lease = { slot, version, left: 0, asking: undefined };
    this.#leases.set(label({ slot, version }), lease);
    return lease;
  }

  /** @throws KEY_CEILING_REACHED when the whole system has not that many left */
  async #leaseMore({ use, wanted, ceiling }: { use: UseOf; wanted: number; ceiling: number }): Promise<void> {
    const lease = this.#lease(use);
    if (lease.asking !== undefined) return lease.asking.catch(() => undefined);
    const missing = wanted - lease.left;
    const wish = Math.max(missing, Math.ceil(ceiling * PORTION));
    const asking = this.#options.store.lease(lease, this.#day, wish, ceiling);
    lease.asking = asking.then((granted) => {
      lease.left += granted;
    });
    try {
      await lease.asking;
    } finally {
      lease.asking = undefined;
    }
    // The day turned meanwhile: what was granted, or refused, belongs to yesterday.
    if (this.#lease(use) !== lease || (await asking) >= missing) return;
    const rule = { zh: `每日上限 ${ceiling} 次`, en: `at most ${ceiling} uses a day` };
    throw keyServiceErrors.make('KEY_CEILING_REACHED', { fields: [{ field: label(use), rule }] });
  }

  #check(use: UseOf, caller: Caller): void {
    const policy = this.#options.policyOf(use.slot, use.version);
    if (policy === null) return;
    const { operations, issuers, provinces } = policy;
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
  }

  #count(use: UseOf, issuer: string): void {
    const key = `${label(use)} ${use.operation} ${issuer} ${this.#day}`;
    const counted = this.#pending.get(key);
    this.#pending.set(key, { ...use, issuer, day: this.#day, count: (counted?.count ?? 0) + 1 });
    this.#options.onUse?.(use);
  }

  #turnDay(): void {
    const day = this.#options.now().toISOString().slice(0, 10);
    if (day === this.#day) return;
    this.#leases = new Map();
    this.#day = day;
  }
}
