/** What a SAM's command handler works on: content behind its port, the session that a reset clears, randomness. */
import type { CommandApdu } from '@rhc/card/apdu';
import type { AlgorithmSuite, SamDirectoryName, SamProduct } from '@rhc/card/profile';
import type { PersonalizationChannel } from '../cos/chip.ts';
import { refuse } from '../cos/status-error.ts';
import type { SamChange, SamContent, SamControlKey, SamFileContent } from './sam-content.ts';
import type { SamRules } from './sam-rules.ts';

/** Good for one `80 FA` (CARD-FACTS 5.2). */
export interface SamSessionKey {
  readonly suite: AlgorithmSuite;
  /** 7 enciphers, 8 enciphers and makes MACs. */
  readonly type: number;
  readonly value: Uint8Array;
}

export interface RunningDigest {
  readonly suite: AlgorithmSuite;
  readonly parts: readonly Uint8Array[];
}

export interface SamSession {
  directory: SamDirectoryName;
  file: number | null;
  challenge: Uint8Array | null;
  channel: PersonalizationChannel | null;
  /** Holds until reset or a failed VERIFY, whatever is selected. */
  pinVerified: boolean;
  sessionKey: SamSessionKey | null;
  digest: RunningDigest | null;
  pending: Uint8Array | null;
}

export function newSamSession(): SamSession {
  return {
    directory: 'MF',
    file: null,
    challenge: null,
    channel: null,
    pinVerified: false,
    sessionKey: null,
    digest: null,
    pending: null,
  };
}

export interface SamChip {
  readonly content: SamContent;
  readonly session: SamSession;
  readonly product: SamProduct;
  readonly rules: SamRules;
  commit(...changes: readonly SamChange[]): void;
  random(length: number): Uint8Array;
}

export interface SamAnswer {
  readonly data?: Uint8Array;
  /** A part as well as the whole may be asked for. */
  readonly partial?: true;
}

export type SamHandler = (chip: SamChip, command: CommandApdu) => SamAnswer;

export function requireOperational(chip: SamChip): void {
  if (chip.content.state !== 'operational' && chip.rules.lifeCycle) refuse('conditionsNotSatisfied');
}

export function requireParameters(command: CommandApdu, p1: number, p2: number): void {
  if (command.p1 !== p1 || command.p2 !== p2) refuse('wrongParameters');
}

export function controlKey(chip: SamChip): SamControlKey {
  return chip.content.controlKey ?? refuse('referenceNotFound');
}

export function samFile(chip: SamChip, fid: number): SamFileContent {
  const found = chip.content.files.find((file) => file.directory === chip.session.directory && file.fid === fid);
  return found ?? refuse('fileNotFound');
}

export function currentSamFile(chip: SamChip): SamFileContent {
  return chip.session.file === null ? refuse('noFileSelected') : samFile(chip, chip.session.file);
}

/** Exact length or nothing: a random source that gives less would make a weak key. */
export function randomBytes(chip: SamChip, length: number): Uint8Array {
  const bytes = chip.random(length);
  if (bytes.length !== length) throw new RangeError('the random source gave another length');
  return Uint8Array.from(bytes);
}
