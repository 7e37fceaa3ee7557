/**
 * The health summary: everything that a card holds of its holder as one typed value, plain data that survives JSON. `null`
 * says that the card holds nothing there; an optional part is absent when its file was not read, which is not the same.
 * Places count: the second phone stays the second even when the first is empty. CARD-FACTS 1.4–1.7.
 */
import type { FileId, Text } from '../profile/types.ts';
import type { InpatientVisit, OutpatientVisit } from '../visits/types.ts';

/** `zh` and `en` are null where the code table does not know the code, or is itself not known. */
export interface CodedValue {
  readonly code: string;
  readonly zh: string | null;
  readonly en: string | null;
}

export interface SummaryIdentity {
  readonly name: string | null;
  readonly sex: CodedValue | null;
  readonly ethnicGroup: CodedValue | null;
  /** `YYYY-MM-DD` */
  readonly birthDate: string | null;
  readonly idNumber: string | null;
  /** 卡号: the identity number, or another document's number where the holder has none. */
  readonly cardNumber: string | null;
}

export interface SummaryCard {
  readonly class: CodedValue | null;
  readonly specVersion: string | null;
  readonly issuerName: string | null;
  readonly issuerCode: string | null;
  /** 180 bytes as upper-case hex. */
  readonly issuerCertificate: string | null;
  readonly city: CodedValue | null;
  /** 发卡序列号 */
  readonly serial: string | null;
  /** 安全码, 3 digits. */
  readonly securityCode: string | null;
  readonly issueDate: string | null;
  readonly expiryDate: string | null;
}

export interface SummaryAddress {
  readonly type: CodedValue | null;
  readonly text: string | null;
}

export interface SummaryContactPerson {
  readonly name: string | null;
  readonly relation: CodedValue | null;
  readonly phone: string | null;
}

export interface SummaryContacts {
  /** 2 places. */
  readonly phones: readonly (string | null)[];
  /** 2 places. */
  readonly addresses: readonly SummaryAddress[];
  /** 3 places. */
  readonly persons: readonly SummaryContactPerson[];
}

export interface SummarySocial {
  readonly education: CodedValue | null;
  readonly maritalStatus: CodedValue | null;
  readonly occupation: CodedValue | null;
}

export interface SummaryDocuments {
  readonly type: CodedValue | null;
  readonly number: string | null;
  /** 健康档案编号 */
  readonly ehrNumber: string | null;
  /** 新农合证（卡）号 */
  readonly ruralSchemeNumber: string | null;
}

/** The twelve flags of DF02/EF05, items 43–54, in the order of the card. */
export const ALERT_FLAGS = [
  'asthma',
  'heartDisease',
  'cardioCerebrovascular',
  'epilepsy',
  'coagulationDisorder',
  'diabetes',
  'glaucoma',
  'dialysis',
  'organTransplant',
  'organMissing',
  'prosthesis',
  'pacemaker',
] as const;
export type AlertFlag = (typeof ALERT_FLAGS)[number];

export interface SummaryAlerts {
  readonly bloodAbo: CodedValue | null;
  readonly bloodRh: CodedValue | null;
  /** true yes, false no, null not stated. */
  readonly flags: Readonly<Record<AlertFlag, boolean | null>>;
  /** 其他医学警示名称 */
  readonly other: string | null;
}

export interface SummaryAllergy {
  readonly substance: string | null;
  readonly reaction: string | null;
}

export interface SummaryImmunization {
  readonly name: string | null;
  /** `YYYY-MM-DD` */
  readonly date: string | null;
}

export interface VisitProof {
  /** r ‖ s, 64 bytes as upper-case hex. */
  readonly signature: string | null;
  /** SAM certificate, 190 bytes as upper-case hex. */
  readonly certificate: string | null;
  /** Read from the certificate, not yet verified (`verifyVisit` does that); null where it cannot be read. */
  readonly signedBy: {
    readonly issuerCode: string;
    readonly samSerial: string;
    readonly terminalNumber: string;
  } | null;
}

export interface SummaryVisit<V extends InpatientVisit | OutpatientVisit> {
  /** Number of the slot, from 1: EE01 or ED01. */
  readonly slot: number;
  readonly visit: V;
  /** Meaning of the visit's codes by path: `payment`, `drugs[0].routeCode`. */
  readonly codes: Readonly<Record<string, CodedValue>>;
  /** null: written without a signature. */
  readonly proof: VisitProof | null;
}

export interface SummaryVisits {
  /** In the order of the slots; only those whose flag says valid. */
  readonly inpatient: readonly SummaryVisit<InpatientVisit>[];
  readonly outpatient: readonly SummaryVisit<OutpatientVisit>[];
}

/** Where an element stands on the card. */
export interface ElementPlace {
  readonly file: FileId;
  /** From 1 in cyclic and index files; null elsewhere. */
  readonly record: number | null;
  /** Element id of the profile; `photo`, `flag` (index record) or `content` (an empty visit slot) where it has none. */
  readonly element: string;
}

/**
 * Bytes that we would write otherwise: an unknown code, a damaged field, other padding. They go back to the card as they
 * are as long as the value beside them has not been changed.
 */
export interface IrregularElement extends ElementPlace {
  /** Upper-case hex. */
  readonly bytes: string;
}

export type SummaryWarningCode = 'code-unknown' | 'code-table-not-found' | 'content-malformed';

export interface SummaryWarning extends ElementPlace {
  readonly code: SummaryWarningCode;
  readonly text: Text;
}

export interface HealthSummary {
  readonly identity: SummaryIdentity;
  readonly card: SummaryCard;
  readonly contacts: SummaryContacts;
  readonly social: SummarySocial;
  readonly documents: SummaryDocuments;
  /** 3 places. */
  readonly paymentMethods: readonly (CodedValue | null)[];
  readonly alerts: SummaryAlerts;
  /** 精神病标志: its own file and key, so it is absent unless it was asked for. */
  readonly psychiatric?: boolean | null;
  /** Newest first, at most 3. */
  readonly allergies: readonly SummaryAllergy[];
  /** Newest first, at most 10. */
  readonly immunizations: readonly SummaryImmunization[];
  /** JPEG as upper-case hex; absent unless it was read. */
  readonly photo?: string | null;
  /** Absent unless they were read. */
  readonly visits?: SummaryVisits;
  readonly irregular: readonly IrregularElement[];
  readonly warnings: readonly SummaryWarning[];
}
