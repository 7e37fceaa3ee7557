/** What the domain asks of storage and of the audit sink. */
import type { KeyVersion } from './key-versions.ts';

export interface KeyVersionStore {
  all(): Promise<KeyVersion[]>;
  /** Keeps what is there; adds a new version as pre-active. */
  addPreActive(version: Omit<KeyVersion, 'state'>, at: Date): Promise<void>;
  /** pre-active → active; false when the version is active already. One active version per slot is the database's rule. */
  activate(slot: string, version: number, at: Date): Promise<boolean>;
}

export interface CeremonyRun {
  readonly script: string;
  readonly scriptVersion: number;
  readonly scriptHash: string;
  readonly completed: boolean;
}

export interface CeremonyStore {
  find(script: string): Promise<CeremonyRun | null>;
  begin(run: Omit<CeremonyRun, 'completed'>, at: Date): Promise<void>;
  complete(script: string, at: Date): Promise<void>;
}

export interface CertificateStore {
  find(issuerCode: string, suite: string): Promise<Uint8Array | null>;
  /** The first one stays: a second writer gets it back. */
  add(issuerCode: string, suite: string, certificate: Uint8Array, at: Date): Promise<Uint8Array>;
}

/** Privileged operations, without key material. Issue 4 puts the Merkle log behind this. */
export interface AuditPort {
  record(action: string, details: Readonly<Record<string, string | number | boolean>>): void;
}
