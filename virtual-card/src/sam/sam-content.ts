/**
 * What the SAM's non-volatile memory holds, and the changes that commands make to it. Immutable, like the user card's:
 * a commit is one assignment and happens wholly or not at all.
 */
import type { SecretBytes } from '@rhc/card/bytes';
import type { AlgorithmSuite, SamDirectoryName } from '@rhc/card/profile';

/** CARD-FACTS 5.3: production, two issue steps, use, recall. */
export type SamState = 'blank' | 'first-issue' | 'second-issue' | 'operational' | 'recalled';

export interface SamFileContent {
  readonly directory: SamDirectoryName;
  readonly fid: number;
  readonly content: Uint8Array;
}

/** Commands the issue channel: the maker's transport key as version 00, then the SAM's own master key. */
export interface SamControlKey {
  readonly version: number;
  readonly suite: AlgorithmSuite;
  readonly triesLeft: number;
  readonly value: SecretBytes;
}

export interface SamWorkKey {
  readonly p1: number;
  readonly p2: number;
  readonly version: number;
  readonly suite: AlgorithmSuite;
  /** Session keys made since it was loaded. */
  readonly uses: number;
  readonly value: SecretBytes;
}

export interface SamPin {
  readonly value: SecretBytes;
  readonly maxTries: number;
  readonly triesLeft: number;
}

export interface SamSigningKey {
  readonly suite: AlgorithmSuite;
  /** Signatures made. */
  readonly uses: number;
  /** 32 bytes, big-endian. */
  readonly value: SecretBytes;
  /** x ‖ y. */
  readonly publicKey: Uint8Array;
}

export interface SamContent {
  readonly historicalBytes: Uint8Array;
  readonly state: SamState;
  readonly commits: number;
  readonly files: readonly SamFileContent[];
  /** Null once the SAM was recalled. */
  readonly controlKey: SamControlKey | null;
  readonly keys: readonly SamWorkKey[];
  readonly pin: SamPin | null;
  readonly signingKey: SamSigningKey | null;
}

export interface WorkKeyAddress {
  readonly p2: number;
  readonly version: number;
}

export type SamChange =
  | { readonly kind: 'set-state'; readonly state: SamState }
  | {
      readonly kind: 'write-file';
      readonly directory: SamDirectoryName;
      readonly fid: number;
      readonly offset: number;
      readonly content: Uint8Array;
    }
  | { readonly kind: 'write-control-key'; readonly key: SamControlKey }
  | { readonly kind: 'control-key-tries'; readonly triesLeft: number }
  | { readonly kind: 'write-key'; readonly key: SamWorkKey }
  | { readonly kind: 'erase-key'; readonly key: WorkKeyAddress }
  | { readonly kind: 'count-use'; readonly key: WorkKeyAddress }
  | { readonly kind: 'write-pin'; readonly pin: SamPin }
  | { readonly kind: 'pin-tries'; readonly triesLeft: number }
  | { readonly kind: 'write-signing-key'; readonly key: SamSigningKey }
  | { readonly kind: 'count-signature' }
  | { readonly kind: 'erase-secrets' };

export function applySamChanges(content: SamContent, changes: readonly SamChange[]): SamContent {
  return { ...changes.reduce(applyChange, content), commits: content.commits + 1 };
}

export function sameWorkKey(a: WorkKeyAddress, b: WorkKeyAddress): boolean {
  return a.p2 === b.p2 && a.version === b.version;
}

function applyChange(content: SamContent, change: SamChange): SamContent {
  const { keys, pin, controlKey, signingKey } = content;
  switch (change.kind) {
    case 'set-state':
      return { ...content, state: change.state };
    case 'write-file':
      return { ...content, files: content.files.map((file) => written(file, change)) };
    case 'write-control-key':
      return { ...content, controlKey: change.key };
    case 'control-key-tries':
      return { ...content, controlKey: controlKey && { ...controlKey, triesLeft: change.triesLeft } };
    case 'write-key':
      return { ...content, keys: [...keys.filter((key) => !sameWorkKey(key, change.key)), change.key] };
    case 'erase-key':
      return { ...content, keys: keys.filter((key) => !sameWorkKey(key, change.key)) };
    case 'count-use': {
      const counted = keys.map((key) => (sameWorkKey(key, change.key) ? { ...key, uses: key.uses + 1 } : key));
      return { ...content, keys: counted };
    }
    case 'write-pin':
      return { ...content, pin: change.pin };
    case 'pin-tries':
      return { ...content, pin: pin && { ...pin, triesLeft: change.triesLeft } };
    case 'write-signing-key':
      return { ...content, signingKey: change.key };
    case 'count-signature':
      return { ...content, signingKey: signingKey && { ...signingKey, uses: signingKey.uses + 1 } };
    case 'erase-secrets':
      return { ...content, keys: [], pin: null, controlKey: null, signingKey: null };
  }
}

function written(file: SamFileContent, change: Extract<SamChange, { kind: 'write-file' }>): SamFileContent {
  if (file.directory !== change.directory || file.fid !== change.fid) return file;
  if (change.offset + change.content.length > file.content.length) throw new RangeError('beyond the end of the file');
  const content = Uint8Array.from(file.content);
  content.set(change.content, change.offset);
  return { ...file, content };
}

/** Bytes of non-volatile memory that a commit writes, for the wire model. */
export function samWrittenBytes(changes: readonly SamChange[]): number {
  const size = (change: SamChange): number => {
    if (change.kind === 'write-file') return change.content.length;
    if (change.kind === 'write-key' || change.kind === 'write-control-key') return 32;
    if (change.kind === 'write-signing-key') return 96;
    if (change.kind === 'write-pin') return 16;
    return change.kind === 'count-use' || change.kind === 'count-signature' ? 4 : 1;
  };
  return changes.reduce((sum, change) => sum + size(change), 0);
}
