/**
 * Re-key of one card in the field (ADR 005): prepare (write what is not there), verify (each new version by what it is for),
 * retire (what is older). It begins with what the chip says that it holds, so the same call finishes a torn one; a version
 * that is not proven never costs an older one. All writes and retirements go in one channel and one call; only when MK
 * itself changes, or a proof fails, the retirements take a second channel, which for MK is the proof.
 */
import {
  externalAuthenticate,
  getChallenge,
  type KeyListEntry,
  keyVersionsOnCard,
  retireKey,
  writeKey,
} from '../commands/index.ts';
import type { CardKeySlotName } from '../profile/types.ts';
import type { CardDialogue, CardSession } from '../session/index.ts';
import { rekeyErrors } from './errors.ts';
import type { KeyVersionOfSlot, RekeyChannel, RekeyCommand, RekeyKeys } from './ports.ts';
import { proofOf, proveVersion } from './prove-version.ts';
import { planRekey, type RekeyPlan, type RekeyRequest } from './rekey-plan.ts';

export interface RekeyedSlot {
  readonly slot: CardKeySlotName;
  readonly version: number;
  /** The chip's own list at the end, ascending; null: it could not be read. */
  readonly versionsOnCard: readonly number[] | null;
  /** Proven in this run. */
  readonly proven: boolean;
}

export interface RekeyReport {
  readonly slots: readonly RekeyedSlot[];
  /** Every new version is on the card and proven, and what had to be retired is gone. */
  readonly complete: boolean;
  /** What stopped it; null when it went to its end. */
  readonly failure: unknown;
  readonly apdus: number;
  readonly keyServiceCalls: number;
}

const MASTER: CardKeySlotName = 'MK.MF';

/** @throws REKEY_PLAN_INVALID, and whatever keeps the chip's key list from being read; later failures stand in the report. */
export async function rekeyCard(session: CardSession, keys: RekeyKeys, request: RekeyRequest): Promise<RekeyReport> {
  const { dialogue } = session;
  const before = dialogue.apdus;
  const held = await dialogue.readKeyList();
  const { profile, product } = dialogue.options;
  const run = new RekeyRun(dialogue, keys, held, planRekey(profile, product, held, request));
  let failure: unknown = null;
  try {
    await run.go();
  } catch (error) {
    failure = error;
  }
  return run.report(failure, before);
}

class RekeyRun {
  readonly #dialogue: CardDialogue;
  readonly #keys: RekeyKeys;
  readonly #held: readonly KeyListEntry[];
  readonly #plan: RekeyPlan;
  readonly #proven = new Set<CardKeySlotName>();
  #calls = 0;

  constructor(dialogue: CardDialogue, keys: RekeyKeys, held: readonly KeyListEntry[], plan: RekeyPlan) {
    this.#dialogue = dialogue;
    this.#keys = keys;
    this.#held = held;
    this.#plan = plan;
  }

  async go(): Promise<void> {
    const { wanted, writes, retirements } = this.#plan;
    const masterChanges = wanted.some(({ slot }) => slot === MASTER);
    // Writing again what is there is how a key is proven that nothing harmless uses.
    const again = wanted.filter(({ slot }) => proofOf(slot) === 'written-again');
    let channel: RekeyChannel | null = null;
    if (writes.length + again.length > 0 || (retirements.length > 0 && !masterChanges)) {
      const chained = masterChanges ? [] : retirements;
      channel = await this.#open(await this.#masterVersion(), [...writes, ...again], chained);
      for (const command of channel.writes) await this.#transmit(command, 'write');
      for (const { slot } of again) this.#proven.add(slot);
    }
    const unproven = await this.#proveAll();
    if (masterChanges) {
      await this.#retireUnderNewMaster();
    } else if (unproven === null && channel !== null) {
      for (const command of channel.retirements) await this.#transmit(command, 'retire');
    } else if (unproven !== null) {
      await this.#retireOnlyProven(await this.#masterVersion());
    }
    if (unproven !== null) throw unproven;
  }

  /** The first proof that failed; null when all held. Each stands for itself. */
  async #proveAll(): Promise<unknown> {
    let first: unknown = null;
    for (const entry of this.#plan.wanted) {
      const kind = proofOf(entry.slot);
      if (kind === 'channel' || kind === 'written-again') continue;
      try {
        await proveVersion(this.#dialogue, entry);
        this.#proven.add(entry.slot);
      } catch (cause) {
        const detail = `${entry.slot} version ${entry.version}`;
        first ??= rekeyErrors.make('REKEY_VERSION_UNPROVEN', { detail, cause });
      }
    }
    return first;
  }

  /** The channel that the new MK opens is its proof. */
  async #retireUnderNewMaster(): Promise<void> {
    const master = this.#plan.wanted.find(({ slot }) => slot === MASTER);
    if (master !== undefined) await this.#retireOnlyProven(master.version, MASTER);
  }

  async #retireOnlyProven(masterVersion: number, alsoProves?: CardKeySlotName): Promise<void> {
    const retirable = this.#plan.retirements.filter(({ slot }) => this.#proven.has(slot) || slot === alsoProves);
    if (retirable.length === 0 && alsoProves === undefined) return;
    const channel = await this.#open(masterVersion, [], retirable);
    if (alsoProves !== undefined) this.#proven.add(alsoProves);
    for (const command of channel.retirements) await this.#transmit(command, 'retire');
  }

  async #open(
    masterKeyVersion: number,
    writes: readonly KeyVersionOfSlot[],
    retirements: readonly KeyVersionOfSlot[],
  ): Promise<RekeyChannel> {
    const { cardFactor, provinceCode } = this.#dialogue;
    await this.#dialogue.select('MF');
    const challenge = await this.#dialogue.send(getChallenge);
    this.#calls += 1;
    const channel = await this.#keys.openChannel({
      cardFactor,
      provinceCode,
      challenge,
      masterKeyVersion,
      writes,
      retirements,
    });
    await this.#dialogue.sendPrepared(externalAuthenticate, channel.externalAuthenticate);
    return channel;
  }

  async #transmit({ slot, command }: RekeyCommand, kind: 'write' | 'retire'): Promise<void> {
    await this.#dialogue.select(this.#dialogue.options.profile.keySlot(slot).directory);
    await this.#dialogue.sendPrepared(kind === 'write' ? writeKey : retireKey, command);
  }

  /** The version in use, or the one that a torn re-key of MK left. */
  async #masterVersion(): Promise<number> {
    const { profile, keys } = this.#dialogue.options;
    const held = keyVersionsOnCard(profile, this.#held, MASTER);
    const active = await keys.activeVersion(MASTER);
    return held.includes(active) ? active : (held.at(-1) ?? active);
  }

  async report(failure: unknown, apdusBefore: number): Promise<RekeyReport> {
    const { profile } = this.#dialogue.options;
    let list: readonly KeyListEntry[] | null = null;
    try {
      list = await this.#dialogue.readKeyList();
    } catch (error) {
      failure ??= error;
    }
    const slots = this.#plan.wanted.map(({ slot, version }) => {
      const versionsOnCard = list === null ? null : keyVersionsOnCard(profile, list, slot);
      // A SELECT that was lost puts key and proof into another directory: the chip's own list says so.
      const proven = this.#proven.has(slot) && versionsOnCard?.includes(version) !== false;
      return { slot, version, versionsOnCard, proven };
    });
    const gone = this.#plan.retirements.every(
      ({ slot, version }) => list !== null && !keyVersionsOnCard(profile, list, slot).includes(version),
    );
    const stand = slots.every(
      ({ proven, version, versionsOnCard }) => proven && (versionsOnCard?.includes(version) ?? false),
    );
    return {
      slots,
      complete: gone && stand,
      failure,
      apdus: this.#dialogue.apdus - apdusBefore,
      keyServiceCalls: this.#calls,
    };
  }
}
