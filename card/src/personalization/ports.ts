/**
 * What personalization asks of key-service, in bytes. `key-service/contract` says the same as JSON; card-issuer's client
 * translates. Three calls serve a whole card: `prepare`, `finish`, `verify`. No master key and no card key ever comes
 * through here.
 */
import type { CardKeySlotName } from '../profile/types.ts';
import type { FinishedPersonalization, KeyLoad, PreparedPersonalization } from './types.ts';

export interface CardKeyScope {
  /** 8 bytes. */
  readonly cardFactor: Uint8Array;
  /** First two digits of the city code. */
  readonly provinceCode: string;
}

export interface ChannelScope extends CardKeyScope {
  /** The chip's challenge R that opens the channel. */
  readonly challenge: Uint8Array;
  /** 0: transport key; else the version of the issuer's MK on the chip. */
  readonly masterKeyVersion: number;
}

export interface PrepareRequest extends ChannelScope {
  /** First 16 bytes of the hash over card number, expiry and issue serial (`securityCodeBlock`). */
  readonly securityCodeBlock: Uint8Array;
}

export interface FinishRequest extends ChannelScope {
  readonly macChaining: Uint8Array;
  readonly keys: readonly (KeyLoad & { readonly kcv: Uint8Array })[];
  /** `filesDigest` over what was read back. */
  readonly filesDigest: Uint8Array;
  readonly negativeControl: { readonly challenge: Uint8Array; readonly version: number };
}

/** One call to `POST /v1/terminal` with two operations. */
export interface VerifyRequest extends CardKeyScope {
  readonly internal: {
    readonly version: number;
    readonly r1: Uint8Array;
    readonly r2: Uint8Array;
    readonly answer: Uint8Array;
  };
  readonly external: { readonly slot: CardKeySlotName; readonly version: number; readonly challenge: Uint8Array };
}

export interface VerifyResult {
  readonly genuine: boolean;
  /** A and R_T, 8 bytes each. */
  readonly cryptogram: Uint8Array;
  readonly terminalRandom: Uint8Array;
}

export interface PersonalizationKeys {
  prepare(request: PrepareRequest): Promise<PreparedPersonalization>;
  finish(request: FinishRequest): Promise<FinishedPersonalization>;
  verify(request: VerifyRequest): Promise<VerifyResult>;
}
