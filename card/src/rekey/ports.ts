/**
 * What a re-key in the field asks of key-service: every command of one channel in one call (ADR 005). No key ever comes
 * through here; the commands are complete.
 */
import type { CardKeySlotName } from '../profile/types.ts';

export interface KeyVersionOfSlot {
  readonly slot: CardKeySlotName;
  readonly version: number;
}

export interface RekeyChannelRequest {
  /** 8 bytes. */
  readonly cardFactor: Uint8Array;
  /** First two digits of the city code. */
  readonly provinceCode: string;
  /** The chip's challenge R that opens the channel. */
  readonly challenge: Uint8Array;
  /** Version of MK that opens the channel. */
  readonly masterKeyVersion: number;
  /** Versions to write, in the order of the MAC chain. */
  readonly writes: readonly KeyVersionOfSlot[];
  /** Versions to erase, after the writes in the same chain. */
  readonly retirements: readonly KeyVersionOfSlot[];
}

export interface RekeyCommand extends KeyVersionOfSlot {
  /** Whole APDU. */
  readonly command: Uint8Array;
}

export interface RekeyChannel {
  /** EXTERNAL AUTHENTICATE with MK. */
  readonly externalAuthenticate: Uint8Array;
  /** WRITE KEY, in the order asked for. */
  readonly writes: readonly RekeyCommand[];
  /** RETIRE KEY, in the order asked for; their MACs continue the chain of the writes. */
  readonly retirements: readonly RekeyCommand[];
}

export interface RekeyKeys {
  openChannel(request: RekeyChannelRequest): Promise<RekeyChannel>;
}
