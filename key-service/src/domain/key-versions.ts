/** Versions of a slot's key, their states, and what a state permits (KEYS.md, "Key life"). */
import type { KeySlotName } from '@rhc/card/profile';
import { keyServiceErrors } from '../errors.ts';
import type { UsagePolicy } from './key-uses.ts';

export type KeyVersionState = 'pre-active' | 'active' | 'suspended' | 'deactivated' | 'compromised' | 'destroyed';

export interface KeyVersion {
  readonly slot: KeySlotName;
  readonly version: number;
  readonly state: KeyVersionState;
  readonly suite: 'intl-128' | 'sm-128' | 'pboc-3des';
  /** 3 bytes as hex. */
  readonly kcv: string;
  readonly kcvMethod: 'ENC0' | 'CMAC0';
  /** A version that is to be destroyed serves nobody, whatever its state. */
  readonly destructionScheduled?: boolean;
  readonly policy?: UsagePolicy | null;
  /** Province for which a national key arrived dispersed already; its path then has no province block. */
  readonly dispersedTo?: string | null;
}

export type KeyUse = 'load-onto-card' | 'terminal';

/** A pre-active version is pre-positioned on new cards and proven there before it is activated. */
const PERMITTED: Readonly<Record<KeyVersionState, readonly KeyUse[]>> = {
  'pre-active': ['load-onto-card', 'terminal'],
  active: ['load-onto-card', 'terminal'],
  suspended: [],
  deactivated: ['terminal'],
  compromised: [],
  destroyed: [],
};

export const permits = (state: KeyVersionState, use: KeyUse): boolean => PERMITTED[state].includes(use);

/** What a state permits, unless the version is to be destroyed. */
const serves = (version: KeyVersion, use: KeyUse): boolean =>
  version.destructionScheduled !== true && permits(version.state, use);

/** A version with which a province goes ahead before all follow. */
export interface RegionalVersion {
  readonly slot: string;
  readonly province: string;
  readonly version: number;
}

/** The versions on record, minus those whose check value differs in the token. Immutable; read anew after each change. */
export class Keyring {
  readonly versions: readonly KeyVersion[];
  readonly #refused: ReadonlySet<string>;
  readonly #regional: readonly RegionalVersion[];

  constructor(
    versions: readonly KeyVersion[],
    refused: readonly Pick<KeyVersion, 'slot' | 'version'>[],
    regional: readonly RegionalVersion[] = [],
  ) {
    this.#regional = regional;
    this.versions = [...versions].sort((a, b) => a.version - b.version);
    this.#refused = new Set(refused.map(({ slot, version }) => `${slot}#${version}`));
  }

  refuses({ slot, version }: Pick<KeyVersion, 'slot' | 'version'>): boolean {
    return this.#refused.has(`${slot}#${version}`);
  }

  find(slot: KeySlotName, version: number): KeyVersion | undefined {
    return this.versions.find((each) => each.slot === slot && each.version === version);
  }

  of(slot: KeySlotName): KeyVersion[] {
    return this.versions.filter((version) => version.slot === slot);
  }

  /** The named version, or the active one, or the one with which the province goes ahead; checked for `use`. */
  pick(slot: KeySlotName, named: number | undefined, use: KeyUse, province?: string): number {
    const ahead = this.#regional.find((each) => each.slot === slot && each.province === province)?.version;
    const version = named ?? ahead;
    const found = this.of(slot).find((each) =>
      version === undefined ? each.state === 'active' : each.version === version,
    );
    const detail = `${slot}#${version ?? 'active'}`;
    if (found === undefined) throw keyServiceErrors.make('KEY_MISSING', { detail });
    if (!serves(found, use)) throw keyServiceErrors.make('KEY_VERSION_UNUSABLE', { detail });
    if (this.refuses(found)) throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail });
    return found.version;
  }

  /** Ascending versions that a new card gets; all of them must be sound, for a half-keyed card helps nobody. */
  loadable(slot: KeySlotName): number[] {
    const versions = this.of(slot).filter((each) => serves(each, 'load-onto-card'));
    if (!versions.some((each) => each.state === 'active')) throw keyServiceErrors.make('KEY_MISSING', { detail: slot });
    return versions.map((each) => this.pick(slot, each.version, 'load-onto-card'));
  }
}

/** Those on record whose check value the token does not confirm, the missing ones included. */
export function mismatched(
  recorded: readonly KeyVersion[],
  inToken: ReadonlyMap<string, string>,
): Pick<KeyVersion, 'slot' | 'version'>[] {
  return recorded
    .filter((each) => each.state !== 'destroyed' && inToken.get(`${each.slot}#${each.version}`) !== each.kcv)
    .map(({ slot, version }) => ({ slot, version }));
}
