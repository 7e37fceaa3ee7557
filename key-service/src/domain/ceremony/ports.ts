/** What the ceremony hall asks of storage, of the token it works on, and of those who approve. */
import type { HsmConfig } from '@rhc/hsm-config';
import type { HsmPort } from '../../hsm/port.ts';
import type { KeyVersionStore } from '../ports.ts';
import type { CeremonyEvent, CeremonyMode, WrittenEvent } from './events.ts';

export interface CeremonyRecord {
  readonly id: string;
  readonly mode: CeremonyMode;
  readonly scriptId: string;
  readonly scriptHash: string;
  /** The script as it was when the ceremony was opened, canonical JSON: a later edition changes nothing. */
  readonly scriptText: string;
}

export interface StoredMinutes {
  /** Number of events that the minutes cover; later ones make another edition. */
  readonly edition: number;
  /** The bytes that were hashed into the log. */
  readonly text: string;
  readonly at: string;
}

export interface CeremonyStore {
  all(): Promise<CeremonyRecord[]>;
  find(id: string): Promise<CeremonyRecord | null>;
  events(id: string): Promise<WrittenEvent[]>;
  /** Record and first event in one transaction. */
  begin(record: CeremonyRecord, first: WrittenEvent): Promise<void>;
  /**
   * All or none, each under its key once: an event whose key is there is left out. Gives how many were new.
   * @throws CEREMONY_MOVED_MEANWHILE when `from` is not the number of events
   */
  append(id: string, from: number, events: readonly WrittenEvent[]): Promise<number>;
  addMinutes(id: string, minutes: StoredMinutes): Promise<void>;
  /** The latest edition. */
  minutes(id: string): Promise<StoredMinutes | null>;
}

/** The token of a ceremony and its book of versions: the service's own for real, a scratch one for a rehearsal. */
export interface CeremonyBench {
  readonly hsm: Pick<HsmPort, 'run' | 'renew' | 'token'>;
  readonly versions: KeyVersionStore;
  /** True when the token was made for this ceremony. */
  readonly tokenCreated: boolean;
}

/** Privileged work of a real ceremony may need approvals that the HSM worker verifies itself (KEYS.md, "Quorum"). */
export interface CeremonyApprovals {
  /**
   * @returns a reference that stands in the log beside the work, or null where no approval is asked for
   * @throws what the quorum says when approvals are missing
   */
  require(order: {
    readonly ceremony: string;
    readonly mode: CeremonyMode;
    readonly step: string;
    readonly operation: string;
    readonly keys: readonly string[];
  }): Promise<string | null>;
}
export const NO_APPROVALS: CeremonyApprovals = { require: async () => null };

export interface CeremonyScripts {
  readonly all: readonly HsmConfig[];
}

export type EventDraft = CeremonyEvent;
