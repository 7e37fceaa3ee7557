/**
 * What a command handler works on: the non-volatile content behind its port, the volatile session that a reset clears,
 * and randomness. Authentication belongs to the current directory (CARD-FACTS 2.1, ADR 001 "A challenge").
 */
import type { AlgorithmSuite } from '@rhc/card/profile';
import type { Change, ChipContent, DirectoryEntry, FileAddress, FileEntry, KeyEntry } from '../memory/chip-content.ts';
import { sameFile } from '../memory/chip-content.ts';
import type { CosRules } from './rules.ts';
import { refuse } from './status-error.ts';

export const MASTER_FILE = 0x3f00;
export const MASTER_KEY_ID = 0x00;
/** The manufacturer's key answers to this version byte. */
export const TRANSPORT_KEY_VERSION = 0x00;

/** Opened by the authentication with MK; its keys hold even when the MK itself is replaced in the same session. */
export interface PersonalizationChannel {
  readonly suite: AlgorithmSuite;
  readonly encipherKey: Uint8Array;
  readonly macKey: Uint8Array;
  /** Full last block of the previous accepted secured command. */
  readonly iv: Uint8Array;
}

export interface Session {
  directory: number;
  file: FileAddress | null;
  challenge: Uint8Array | null;
  /** Key id nibbles authenticated in the current directory. */
  readonly authenticated: Set<number>;
  channel: PersonalizationChannel | null;
  /** What GET RESPONSE may fetch, and the status word that goes with its end. */
  pending: { readonly data: Uint8Array; readonly sw: number } | null;
}

export function newSession(): Session {
  return {
    directory: MASTER_FILE,
    file: null,
    challenge: null,
    authenticated: new Set(),
    channel: null,
    pending: null,
  };
}

export interface Chip {
  readonly content: ChipContent;
  readonly session: Session;
  readonly capacityBytes: number;
  readonly rules: CosRules;
  commit(...changes: readonly Change[]): void;
  random(length: number): Uint8Array;
}

export function currentFile(chip: Chip): FileEntry {
  const address = chip.session.file;
  const file = address === null ? undefined : chip.content.files.find((entry) => sameFile(entry, address));
  return file ?? refuse('noFileSelected');
}

export function currentDirectory(chip: Chip): DirectoryEntry {
  const entry = chip.content.directories.find(({ fid }) => fid === chip.session.directory);
  if (entry === undefined) throw new Error('the current directory is not in memory');
  return entry;
}

/** The current DF is blocked and the rule is in force. */
export function isBlockedHere(chip: Chip): boolean {
  return currentDirectory(chip).block !== 'open' && chip.rules.applicationBlock;
}

export function keysOf(chip: Chip, directory: number, kid: number): readonly KeyEntry[] {
  return chip.content.keys
    .filter((key) => key.directory === directory && key.kid === kid)
    .sort((a, b) => a.version - b.version);
}

/** A challenge serves one command, whatever comes of that command. */
export function takeChallenge(chip: Chip, once: 'challengeOnceAuthentication' | 'challengeOnceUpdate') {
  const challenge = chip.session.challenge;
  if (chip.rules[once]) chip.session.challenge = null;
  return challenge;
}

export function inPersonalization(chip: Chip): boolean {
  return chip.content.state === 'blank' || chip.content.state === 'personalization';
}

/**
 * The channel of a chip that may still be personalized. Without it: 6982 (ADR 001, "Personalization channel" 4); an
 * operational chip with a channel refuses by its life cycle, 6985.
 */
export function personalizationChannel(chip: Chip): PersonalizationChannel {
  const channel = chip.session.channel ?? refuse('securityStatusNotSatisfied');
  return inPersonalization(chip) || !chip.rules.lifeCycle ? channel : refuse('conditionsNotSatisfied');
}

/** The channel of a chip that may be keyed: in personalization, and in `operational` for a re-key (ADR 005). */
export function keyLoadingChannel(chip: Chip): PersonalizationChannel {
  return chip.session.channel ?? refuse('securityStatusNotSatisfied');
}

/** A blank chip becomes `personalization` in the same commit as the first change. */
export function commitPersonalization(chip: Chip, ...changes: readonly Change[]): void {
  if (chip.content.state === 'blank') chip.commit(...changes, { kind: 'set-state', state: 'personalization' });
  else chip.commit(...changes);
}
