/** What the endpoints of the local API work with, and what several of them need. */
import { z } from 'zod';
import type { AuditUpload, LocalAudit } from '../audit/index.ts';
import type { ClockCheck } from '../clock/index.ts';
import type { CardReader, CardWriter } from '../core/index.ts';
import type { Desk } from '../desk/desk.ts';
import type { DeskProfile } from '../desk/desk-profile.ts';
import type { Recording } from '../diagnostics/index.ts';
import type { QueueSender } from '../event-queue/index.ts';
import type { Audience } from '../events/audience.ts';
import type { HotlistDesk } from '../hotlist/index.ts';
import type { ChannelStatus } from '../issuer-channel/index.ts';
import type { LegacyFacade } from '../legacy/index.ts';
import type { MailboxDesk } from '../mailbox/index.ts';
import type { Pairing } from '../pairing/index.ts';
import type { PcscHealth } from '../pcsc/index.ts';
import type { Timers } from '../pcsc/supervisor.ts';
import type { ChosenKeys, SamReport, SamSlot } from '../terminal-keys/index.ts';
import type { UpdateCheck } from '../updates/index.ts';

/** What a diagnostics bundle is made from. */
export interface DiagnosticParts {
  /** Milliseconds with fractions. */
  readonly clock: () => number;
  readonly recording: () => Recording;
  /** Settings without secrets. */
  readonly settings: () => object;
  /** Versions, memory, clock. */
  readonly machine: () => object;
  /** Last lines of the log. */
  readonly logLines: () => readonly string[];
}

export interface EndpointParts {
  readonly version: string;
  /** Watermark of the simulator; null: real cards. */
  readonly simulator: string | null;
  readonly desk: Desk;
  readonly cardReader: CardReader;
  readonly cardWriter: CardWriter;
  readonly legacy: LegacyFacade;
  readonly pairing: Pairing;
  /** Null: nothing is recorded (simulator). */
  readonly audit: LocalAudit | null;
  readonly auditUpload: AuditUpload | null;
  /** Null: turned off, or no card-issuer is set up. */
  readonly mailbox: MailboxDesk | null;
  readonly queueSender: QueueSender | null;
  readonly audience: Audience;
  readonly profile: DeskProfile;
  readonly sam: SamSlot;
  readonly samReport: SamReport;
  readonly hotlist: HotlistDesk | null;
  readonly chosenKeys: ChosenKeys;
  /** Null: no address is set up. */
  readonly updateCheck: UpdateCheck | null;
  readonly clockCheck: Pick<ClockCheck, 'state'>;
  readonly journalState: () => { readonly open: number; readonly unreadable: number };
  readonly pcscHealth: () => PcscHealth;
  readonly channelStatus: () => ChannelStatus | null;
  readonly timers: Timers;
  readonly diagnostics: DiagnosticParts;
  /** Text of a file of the built SDK, null when there is none of that name. */
  readonly sdkFile: (name: string) => string | null;
}

/** Of the local API's messages; a page asks `/status` before it uses what came later. */
export const API_VERSION = 1;

export const readerAsk = z.strictObject({ reader: z.string().min(1).max(200).optional() });
export const wholeAsk = readerAsk.extend({ psychiatric: z.boolean().optional() });
