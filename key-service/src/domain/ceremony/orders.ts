/** What people ask of a ceremony, as the room and the terminal hand it on. */
import type { CeremonyMode } from './events.ts';
import type { Blocks } from './needs.ts';
import type { StandingApproval } from './ports.ts';

export interface OpeningOrder {
  readonly script: string;
  readonly mode: CeremonyMode;
  readonly keyVersion?: number | undefined;
  readonly person: string;
}

export interface ActOrder {
  readonly step: string;
  readonly accept: boolean;
  readonly keys?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly blocks?: Readonly<Record<string, string>> | undefined;
}

/** Asks people to approve what the current step is going to do, or a rejection. */
export interface AskOrder {
  readonly step: string;
  readonly reason: string;
  readonly requester: string;
  /** Keys to be rejected; absent: the step itself. */
  readonly reject?: readonly string[] | undefined;
  readonly blocks?: Blocks | undefined;
}
/** What the room shows of approvals for its current step. */
export interface StepApproval {
  /** The step itself cannot be done without. */
  readonly needed: boolean;
  readonly request: StandingApproval | null;
}

export interface PartOrder {
  readonly step: string;
  readonly key: string;
  readonly index?: number | undefined;
  readonly checkValue?: string | undefined;
  /** Wiped before this returns, whatever happens. */
  readonly part: Uint8Array;
}
