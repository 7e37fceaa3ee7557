/** Shapes of personalization: what goes onto a card, and what key-service prepares for it. */
import type { AlgorithmSuite, CardKeySlotName, FileId } from '../profile/types.ts';

/** A decoded element value: text/date/code/digits as string, flag as boolean, bytes as upper-case hex; null = empty. */
export type ElementValue = string | boolean | null;

/** All that is written onto a card at personalization. Keys of `elements` are the profile's element ids. */
export interface CardData {
  readonly elements: Readonly<Record<string, ElementValue>>;
  /** Newest first, at most 3. */
  readonly allergies: readonly { readonly substance: string; readonly reaction: string }[];
  /** Newest first, at most 10; date `YYYY-MM-DD`. */
  readonly immunizations: readonly { readonly name: string; readonly date: string }[];
  /** JPEG, at most 3072 bytes. */
  readonly photo: Uint8Array | null;
}

/** The encoded content of one elementary file; `records` in record-number order, or the whole of a transparent file. */
export interface FileImage {
  readonly file: FileId;
  /** For record files one entry a record (TLV complete; cyclic: newest first; fixed: 1 byte); else one entry, the file. */
  readonly contents: readonly Uint8Array[];
}

export interface KeyLoad {
  readonly slot: CardKeySlotName;
  readonly version: number;
}

/** One WRITE KEY that key-service prepared; the command is complete. */
export interface PreparedKeyCommand extends KeyLoad {
  /** Whole APDU `84 D4 01 KID 34 …`. */
  readonly command: Uint8Array;
  /** 3 bytes, method ENC0, computed in the HSM from the card key. */
  readonly kcv: Uint8Array;
}

/** Everything that one call to key-service gives for one personalization channel. */
export interface PreparedPersonalization {
  readonly suite: AlgorithmSuite;
  /** EXTERNAL AUTHENTICATE with MK (transport key on a blank, issuer's MK on a torn card). */
  readonly externalAuthenticate: Uint8Array;
  readonly keys: readonly PreparedKeyCommand[];
  /** IV of the channel's next secured command (END PERSONALIZATION). */
  readonly macChaining: Uint8Array;
  /** 安全码 (CVN), 3 digits: it belongs to the card's data, so the plan is made after this call. */
  readonly securityCode: string;
}

/** What the call after the read-back gives: the commands of the third batch. */
export interface FinishedPersonalization {
  readonly endPersonalization: Uint8Array;
  /** EXTERNAL AUTHENTICATE RK1.DDF1 with the undispersed root; the card must refuse it. */
  readonly negativeControl: Uint8Array;
}

/** What GET DATA tells of a chip (product `rhc-blank-1`). */
export interface ChipStatus {
  readonly state: 'blank' | 'personalization' | 'operational' | 'blocked';
  /** Version of the MK in force; 0 = the manufacturer's transport key. */
  readonly masterKeyVersion: number;
  readonly filesCreated: number;
  readonly keysLoaded: number;
  /** Commands that changed non-volatile memory since manufacture. */
  readonly commits: number;
  readonly cardFactor: Uint8Array;
}
