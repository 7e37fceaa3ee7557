/** What `personalizeCard` takes and what it answers; the order of its stages. */
import type { CardProduct, CardProfile } from '../profile/types.ts';
import type { Crypto } from '../secure-messaging/crypto.ts';
import type { BatchTransport, RandomBytes } from '../session/ports.ts';
import type { PersonalizationKeys } from './ports.ts';
import type { CardData, ChipStatus } from './types.ts';

/** In order. `chip-*` are batches to the reader, `keys-*` calls to key-service, `compare` is pure work. */
export const PERSONALIZATION_STAGES = [
  'chip-status',
  'keys-prepare',
  'chip-write',
  'compare',
  'keys-finish',
  'chip-seal',
  'keys-verify',
  'chip-prove',
  'done',
] as const;
export type PersonalizationStage = (typeof PERSONALIZATION_STAGES)[number];

export interface PersonalizationOptions {
  readonly batch: BatchTransport;
  readonly keys: PersonalizationKeys;
  readonly crypto: Crypto;
  readonly profile: CardProfile;
  readonly product: CardProduct;
  /** First two digits of the city code on the card. */
  readonly provinceCode: string;
  /** 16 bytes, `securityCodeBlock(crypto, suite, cardNumber, expiry, issueSerial)`. */
  readonly securityCodeBlock: Uint8Array;
  /** The card's whole content; the security code is known only after `prepare`. */
  readonly makeData: (securityCode: string) => CardData | Promise<CardData>;
  readonly random: RandomBytes;
  /** Called when a stage begins; with the caller's clock this gives the milliseconds by stage. */
  readonly onStage?: (stage: PersonalizationStage) => void;
  /** APDUs done and the number there will be; the total may grow once, after the first batch. */
  readonly onProgress?: (done: number, total: number) => void;
  /**
   * Called once, after batch 1 and before anything is written: the caller binds the chip to its job here and throws
   * when this is not the blank that it reserved.
   */
  readonly onChip?: (status: ChipStatus) => void | Promise<void>;
}

export interface ReadBackDifference {
  readonly file: string;
  /** Record number; absent for a transparent file. */
  readonly record?: number;
  /** First byte that differs. */
  readonly offset: number;
}

export interface ReadBackVerdict {
  readonly equal: boolean;
  /** Bytes of content compared. */
  readonly bytes: number;
  readonly differences: readonly ReadBackDifference[];
}

export interface PersonalizationVerdict {
  readonly cardFactor: Uint8Array;
  /** What the chip was when this run began. */
  readonly initialState: ChipStatus['state'];
  readonly apdus: number;
  readonly batches: number;
  readonly keyServiceCalls: number;
  readonly readBack: ReadBackVerdict;
  /** Internal authentication held. */
  readonly genuine: boolean;
  /** Status word with which the chip refused the undispersed root; null when an earlier run had already sealed it. */
  readonly negativeControlStatusWord: number | null;
  readonly securityCode: string;
  /** Keys on the chip with their KCVs (3 bytes); empty when an earlier run had already sealed it. */
  readonly keys: readonly { readonly slot: string; readonly version: number; readonly kcv: Uint8Array }[];
}
