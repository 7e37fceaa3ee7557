/** What the ceremony hall asks of storage, of the token it works on, and of those who approve. */
import type { ApprovalStep, CeremonyPlace } from '../../contract/approvals.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { HsmPort } from '../../hsm/port.ts';
import type { KeyVersionStore } from '../ports.ts';
import type { CeremonyMode, WrittenEvent } from './events.ts';

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
   * All or none, each under its key once. Gives how many were written.
   * @throws CEREMONY_MOVED_MEANWHILE when `from` is not the number of events, or when one of them stands there already
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

/** One step's wish: what it is going to do, and where. */
export interface ApprovalOrder {
  readonly mode: CeremonyMode;
  readonly place: CeremonyPlace;
  readonly needs: readonly ApprovalStep[];
}
export interface StandingApproval {
  readonly id: string;
  readonly complete: boolean;
  readonly expiresAt: Date;
  /** Names. */
  readonly approvedBy: readonly string[];
  readonly steps: readonly ApprovalStep[];
}
/** Does a step's work, with the approvals that it was found to have. */
export interface CeremonyRunner {
  readonly hsm: CeremonyBench['hsm'];
  /** Before a record is changed. */
  record(step: ApprovalStep): Promise<void>;
  /** What stands in the log beside the work; null where nobody was asked. */
  readonly reference: {
    readonly approval: string;
    readonly hash: string;
    readonly approvers: readonly string[];
  } | null;
}

/** Privileged work of a real ceremony needs approvals that the HSM worker verifies itself (KEYS.md, "Quorum"). */
export interface CeremonyApprovals {
  /** False for rehearsals, and while the token has no roster. */
  asks(record: Pick<CeremonyRecord, 'mode'>): Promise<boolean>;
  /** @throws CEREMONY_APPROVAL_MISSING, APPROVAL_MISSING */
  require(order: ApprovalOrder): Promise<void>;
  /** The newest request for the step that may still run. */
  standing(place: CeremonyPlace): Promise<StandingApproval | null>;
  /** Asks people; gives the request's id. */
  ask(order: ApprovalOrder, by: { readonly requester: string; readonly reason: string }): Promise<string>;
  /** @throws as `require`; afterwards the request belongs to this step's work */
  runner(order: ApprovalOrder, hsm: CeremonyBench['hsm'], by: string): Promise<CeremonyRunner>;
  /** The step is done: what was begun for it is used up. */
  close(order: Pick<ApprovalOrder, 'mode' | 'place'>): Promise<void>;
}

export const passThrough = (hsm: CeremonyBench['hsm']): CeremonyRunner => ({
  hsm,
  record: async () => undefined,
  reference: null,
});
/** Where no roster can be: an offline room, whose token refuses by itself once it has one. */
export const NO_APPROVALS: CeremonyApprovals = {
  asks: async () => false,
  require: async () => undefined,
  standing: async () => null,
  ask: () => Promise.reject(keyServiceErrors.make('ROSTER_MISSING')),
  runner: async (_, hsm) => passThrough(hsm),
  close: async () => undefined,
};
