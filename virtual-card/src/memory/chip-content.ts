/**
 * What the chip's non-volatile memory holds, and the changes that commands make to it. The content is immutable:
 * `applyChanges` gives a new one, so a commit is one assignment and can only happen wholly or not at all (CARD.md,
 * "Atomicity"). It knows what CREATE FILE and WRITE KEY declared, never the card profile, as a real chip would.
 */
import type { SecretBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';

export type ChipState = 'blank' | 'personalization' | 'operational' | 'blocked';

export interface DirectoryEntry {
  readonly fid: number;
  /** FID of the parent; null for the MF. */
  readonly parent: number | null;
  readonly name: Uint8Array | null;
  /** As it came with CREATE FILE: the same bytes again are no change (ADR 001, "CREATE FILE"). */
  readonly descriptor: Uint8Array;
  readonly block: DirectoryBlock;
}

/** APPLICATION BLOCK: P2 = 00 until unblocked, 01 for ever (ADR 005). */
export type DirectoryBlock = 'open' | 'blocked' | 'blocked-for-ever';

/** One access byte: `00` free, `FF` never, `40 | n` = key id nibble n in the file's own directory. */
export type AccessRule =
  | { readonly kind: 'free' }
  | { readonly kind: 'never' }
  | { readonly kind: 'key'; readonly nibble: number };

export interface FileRules {
  readonly read: AccessRule;
  readonly update: AccessRule;
  readonly erase: AccessRule;
  readonly transport: 'plain' | 'mac' | 'encipher-and-mac';
  /** Key id of the STK that protects updates. */
  readonly transportKid: number;
}

export type FileBody =
  | { readonly structure: 'transparent'; readonly content: Uint8Array }
  | { readonly structure: 'fixed-records'; readonly recordSizeBytes: number; readonly records: readonly Uint8Array[] }
  | { readonly structure: 'tlv-records'; readonly records: readonly Uint8Array[] }
  /** Newest record first. */
  | {
      readonly structure: 'cyclic';
      readonly recordSizeBytes: number;
      readonly recordCount: number;
      readonly records: readonly Uint8Array[];
    };

export interface FileEntry {
  readonly directory: number;
  readonly fid: number;
  readonly descriptor: Uint8Array;
  readonly rules: FileRules;
  readonly body: FileBody;
}

export interface KeyEntry {
  readonly directory: number;
  readonly kid: number;
  readonly version: number;
  readonly type: number;
  readonly useRight: number;
  readonly changeRight: number;
  readonly suite: AlgorithmSuite;
  /** FF: not counted. */
  readonly maxTries: number;
  readonly triesLeft: number;
  readonly value: SecretBytes;
}

export interface ChipContent {
  readonly historicalBytes: Uint8Array;
  readonly state: ChipState;
  /** Commits since manufacture. */
  readonly commits: number;
  /** The manufacturer's key stands in the list as MF, key id 00, version 00, until MK replaces it. */
  readonly keys: readonly KeyEntry[];
  readonly directories: readonly DirectoryEntry[];
  /** In the order of their creation. */
  readonly files: readonly FileEntry[];
}

export interface FileAddress {
  readonly directory: number;
  readonly fid: number;
}

export interface KeyAddress {
  readonly directory: number;
  readonly kid: number;
  readonly version: number;
}

export type Change =
  | { readonly kind: 'set-state'; readonly state: ChipState }
  | { readonly kind: 'set-block'; readonly directory: number; readonly block: DirectoryBlock }
  | { readonly kind: 'create-directory'; readonly directory: DirectoryEntry }
  | { readonly kind: 'create-file'; readonly file: FileEntry }
  | { readonly kind: 'write-record'; readonly file: FileAddress; readonly record: number; readonly content: Uint8Array }
  | { readonly kind: 'append-record'; readonly file: FileAddress; readonly content: Uint8Array }
  | { readonly kind: 'write-binary'; readonly file: FileAddress; readonly offset: number; readonly content: Uint8Array }
  | { readonly kind: 'write-key'; readonly key: KeyEntry }
  | { readonly kind: 'erase-key'; readonly key: KeyAddress }
  | { readonly kind: 'set-tries'; readonly key: KeyAddress; readonly triesLeft: number };

export function sameKey(a: KeyAddress, b: KeyAddress): boolean {
  return a.directory === b.directory && a.kid === b.kid && a.version === b.version;
}

export function sameFile(a: FileAddress, b: FileAddress): boolean {
  return a.directory === b.directory && a.fid === b.fid;
}
