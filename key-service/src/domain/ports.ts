/** What the domain asks of storage and of the audit sink. */
import type { AuditReceipt } from '../audit/audit-log.ts';
import type { AuditDetails } from '../audit/leaf.ts';
import type { KeyVersion } from './key-versions.ts';

export interface KeyVersionStore {
  all(): Promise<KeyVersion[]>;
  /** Keeps what is there; adds a new version as pre-active. */
  addPreActive(version: Omit<KeyVersion, 'state'>, at: Date): Promise<void>;
  /** pre-active → active; false when the version is active already. One active version per slot is the database's rule. */
  activate(slot: string, version: number, at: Date, by: { script: string; log: AuditReceipt }): Promise<boolean>;
}

export interface CertificateStore {
  find(issuerCode: string, suite: string): Promise<Uint8Array | null>;
  /** The first one stays: a second writer gets it back. */
  add(issuerCode: string, suite: string, certificate: Uint8Array, at: Date): Promise<Uint8Array>;
}

/** Privileged operations, without key material. To be awaited before the operation: what cannot be logged does not happen. */
export interface AuditPort {
  /**
   * @param id names an entry of an operation that may be resumed, so that it is written once; a UUID by default
   * @throws AUDIT_UNAVAILABLE, AUDIT_LOG_DAMAGED
   */
  record(action: string, details: AuditDetails, id?: string): Promise<AuditReceipt>;
}

/** Operations of high volume, logged as counted batches; to be awaited before the operation as well. */
export interface AuditCounter {
  /** @param operations a name for each, for example `protect STK.DF02#1` */
  add(operations: readonly string[], details: AuditDetails): Promise<void>;
}
