/** What the agent is put together from; everything that touches the machine comes in by these. */
import type { SecretBytes } from '@rhc/card/bytes';
import type { CardProduct } from '@rhc/card/profile';
import type { TerminalKeys } from '@rhc/card/session';
import type { Endpoint, Logger } from '@rhc/service-shell';
import type { LocalAudit, SendAudit } from './audit/index.ts';
import type { ClockCheck } from './clock/index.ts';
import type { KeyPolicy } from './contract/index.ts';
import type { CardWriterOptions, OpenSession, VisitTrustAnchor } from './core/index.ts';
import type { EventQueue } from './event-queue/index.ts';
import type { HotlistDesk } from './hotlist/index.ts';
import type { IssuerCall } from './issuer-calls.ts';
import type { Dial } from './issuer-channel/index.ts';
import type { WriteJournal } from './journal/index.ts';
import type { TextPlace } from './pairing/index.ts';
import type { PcscPort } from './pcsc/index.ts';
import type { Timers } from './pcsc/supervisor.ts';
import type { TellSam } from './terminal-keys/index.ts';
import type { UpdateCheck } from './updates/index.ts';

export interface AgentOptions {
  readonly agentId: string;
  readonly version: string;
  readonly port: PcscPort;
  readonly timers: Timers;
  readonly product: Pick<CardProduct, 'historicalBytesLength' | 'cardFactorPosition'>;
  readonly leaseMs: number;
  /** key-service's. */
  readonly keys: TerminalKeys;
  /** Asked while key-service is silent; absent: only the next card finds out that it is back. */
  readonly keyServiceAnswers?: () => Promise<boolean>;
  readonly keyPolicy?: KeyPolicy;
  /** Absent: key-service is not told of this desk's SAM. */
  readonly tellSam?: TellSam;
  /** Absent: nothing is known of the clock. */
  readonly clockCheck?: ClockCheck;
  /** Absent: no hotlist is set up, readings say nothing of it. */
  readonly hotlist?: HotlistDesk;
  /** Digits from a file; null: a person enters them. */
  readonly samPin?: () => string | null;
  /** Where the assignment of readers is kept. */
  readonly deskProfilePlace?: TextPlace;
  readonly openSession: OpenSession;
  readonly clock: () => number;
  readonly journal: WriteJournal;
  /** Absent: nothing is recorded (simulator). */
  readonly audit?: LocalAudit;
  /** Absent: the audit stays on this machine. */
  readonly sendAudit?: SendAudit;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Signs visits where no SAM does; null: then they are written unsigned. */
  readonly signer: ReturnType<CardWriterOptions['signer']>;
  readonly visitTrust: VisitTrustAnchor;
  readonly token: SecretBytes;
  /** Where the grants of paired pages are kept. */
  readonly grantPlace: TextPlace;
  /** Origins that may ask to be paired; empty: every page may ask, a person decides. */
  readonly pairingOrigins: readonly string[];
  readonly random: (length: number) => Uint8Array;
  readonly sdkFile: (name: string) => string | null;
  readonly logger: Logger;
  /** For the diagnostics bundle; nothing secret may stand in them. */
  readonly settingsView?: () => object;
  readonly machineView?: () => object;
  readonly logLines?: () => readonly string[];
  /** Rows of whoever runs the agent in another setting (the simulator). */
  readonly moreEndpoints?: readonly Endpoint[];
  /** Set by the simulator; stands in the status, so that no page takes it for the real thing. */
  readonly simulator?: string;
  /** Absent: nothing is looked for. */
  readonly updateCheck?: UpdateCheck;
  readonly webRoot?: string;
  /** Calls to card-issuer, and what waits to be told to it; absent: nothing is asked and nothing told (simulator). */
  readonly issuerCalls?: {
    readonly call: IssuerCall;
    readonly queue: EventQueue;
    /** False: turned off by the administrator. */
    readonly mailbox: boolean;
  };
  /** Absent: a clinic that only reads. */
  readonly issuer?: {
    /** `ws://…` */
    readonly url: string;
    readonly token: SecretBytes;
    readonly dial: Dial;
    readonly spread: () => number;
  };
}
