/**
 * The ports through which card knowledge reaches the outside: a Transport (PC/SC at the clinic, the remote agent at the
 * counter, an in-process card in tests) and TerminalKeys (key-service or a SAM). Nothing here knows which is behind.
 */
import type { AlgorithmSuite, CardKeySlotName } from '../profile/types.ts';

/** One APDU exchange. Rejects with a CARD_* or READER_* RhcError; a card's error status word is an answer, not an error. */
export interface Transport {
  transmit(command: Uint8Array): Promise<Uint8Array>;
}

/** A step that a server sends to an agent: batches of them keep the number of round trips small. */
export interface ApduStep {
  readonly command: Uint8Array;
  /** Status words with which the batch goes on; anything else stops it when `stopOnMismatch`. Default: 9000. */
  readonly expectedStatusWords?: readonly number[];
  /** Default true. */
  readonly stopOnMismatch?: boolean;
}

export interface ApduAnswer {
  /** Response data followed by SW1 SW2; 61xx and 6Cxx are already resolved by the transport's owner. */
  readonly response: Uint8Array;
}

/** Answers stand in the order of the steps; fewer answers than steps means that the last answer stopped the batch. */
export interface BatchTransport {
  run(steps: readonly ApduStep[], onProgress?: (done: number, total: number) => void): Promise<readonly ApduAnswer[]>;
}

/** What identifies the key that a terminal operation works with. */
export interface TerminalKeyRequest {
  readonly slot: CardKeySlotName;
  /** Key version byte that goes into the command and selects the key on both sides. */
  readonly version: number;
  /** 8 bytes. */
  readonly cardFactor: Uint8Array;
  /** First two digits of the card's city code (element 57), for example `13`; used by two-level slots only. */
  readonly provinceCode: string;
}

/**
 * Calls made in the same turn of the event loop may be answered together: an implementation whose keys are far away sends
 * them in one message (`Promise.all`), one with a SAM works them off in order. What can be known together is all of one
 * card; two challenges never are, for a newer one replaces an older.
 */
export interface TerminalKeys {
  /** Suite of the keys that serve this card. */
  readonly suite: AlgorithmSuite;
  /** Key version to use for a slot when the card leaves the choice open. */
  activeVersion(slot: CardKeySlotName): Promise<number>;
  /** `challenge`: 8 bytes from the card. Answer: cryptogram A (8 bytes) and the terminal's random R_T (8 bytes). */
  externalAuthentication(
    request: TerminalKeyRequest & { readonly challenge: Uint8Array },
  ): Promise<{ readonly cryptogram: Uint8Array; readonly terminalRandom: Uint8Array }>;
  /**
   * `not-available`: these keys hold no IRK (a SAM's), so nobody can tell a genuine card with them. A session then says
   * `not-checked`, never that the card passed. Left out: available.
   */
  readonly internalAuthentication?: 'not-available';
  /** True when `answer` (8 bytes) is what a genuine card gives to R1 ‖ R2. */
  verifyInternalAuthentication(
    request: TerminalKeyRequest & { readonly r1: Uint8Array; readonly r2: Uint8Array; readonly answer: Uint8Array },
  ): Promise<boolean>;
  /**
   * Secure messaging of one update: `header` is CLA INS P1 P2 (4 bytes); `plain` is the TLV or record value, or null
   * for MAC only. Answer: the complete command data field, cipher ‖ MAC4 (or MAC4 alone).
   */
  protect(
    request: TerminalKeyRequest & {
      readonly challenge: Uint8Array;
      readonly header: Uint8Array;
      readonly plain: Uint8Array | null;
    },
  ): Promise<Uint8Array>;
}

/** Randomness comes in as an argument everywhere. */
export type RandomBytes = (length: number) => Uint8Array;
