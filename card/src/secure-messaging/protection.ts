/**
 * Line protection (线路保护): padding, encipherment, MAC of an update in the field, and the chained MAC of the
 * personalization channel (CARD-FACTS 3.7, 4.5; ADR 001).
 */
import { concatBytes, requireByte, requireLength } from '../bytes/index.ts';
import type { AlgorithmSuite } from '../profile/types.ts';
import { blockBytes, type Crypto } from './crypto.ts';

export const MAC_BYTES = 4;

/** Always one 80, then zeros to a whole block (decision of CARD.md, conflict 9). */
export function pad80(data: Uint8Array, block: number): Uint8Array {
  const padded = new Uint8Array((Math.floor(data.length / block) + 1) * block);
  padded.set(data);
  padded[data.length] = 0x80;
  return padded;
}

/** ECB over `L ‖ value ‖ 80 00…`. */
export function encipherPayload(crypto: Crypto, suite: AlgorithmSuite, key: Uint8Array, value: Uint8Array): Uint8Array {
  const plain = concatBytes(Uint8Array.of(requireByte(value.length, 'length of the value')), value);
  return crypto.encipherEcb(suite, key, pad80(plain, blockBytes(suite)));
}

/** The full last block of CBC over `data ‖ 80 00…`; its first four bytes are the MAC, all of it is the next IV. */
export function macBlock(
  crypto: Crypto,
  suite: AlgorithmSuite,
  key: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array = new Uint8Array(blockBytes(suite)),
): Uint8Array {
  const block = blockBytes(suite);
  requireLength(iv, block, 'initial value');
  return crypto.encipherCbc(suite, key, iv, pad80(data, block)).slice(-block);
}

/** MAC over `CLA INS P1 P2 Lc ‖ data` with the final Lc (data and MAC). */
export function commandMacBlock(
  crypto: Crypto,
  suite: AlgorithmSuite,
  key: Uint8Array,
  header: Uint8Array,
  data: Uint8Array,
  iv?: Uint8Array,
): Uint8Array {
  requireLength(header, 4, 'command header');
  const lc = requireByte(data.length + MAC_BYTES, 'Lc of the protected command');
  return macBlock(crypto, suite, key, concatBytes(header, Uint8Array.of(lc), data), iv);
}

/** Data field of a protected update: cipher ‖ MAC4, or MAC4 alone when `plain` is null. `key` is the session key. */
export function protectedData(
  crypto: Crypto,
  suite: AlgorithmSuite,
  key: Uint8Array,
  header: Uint8Array,
  plain: Uint8Array | null,
): Uint8Array {
  const cipher = plain === null ? new Uint8Array(0) : encipherPayload(crypto, suite, key, plain);
  return concatBytes(cipher, commandMacBlock(crypto, suite, key, header, cipher).slice(0, MAC_BYTES));
}

export interface SecuredCommand {
  /** Whole APDU. */
  readonly command: Uint8Array;
  /** IV of the channel's next secured command. */
  readonly macChaining: Uint8Array;
}

/** A command of the personalization channel: `header ‖ Lc ‖ data ‖ MAC4`, the MAC chained to the previous command. */
export function channelCommand(
  crypto: Crypto,
  suite: AlgorithmSuite,
  macKey: Uint8Array,
  macChaining: Uint8Array,
  header: Uint8Array,
  data: Uint8Array,
): SecuredCommand {
  const block = commandMacBlock(crypto, suite, macKey, header, data, macChaining);
  const lc = Uint8Array.of(data.length + MAC_BYTES);
  return { command: concatBytes(header, lc, data, block.slice(0, MAC_BYTES)), macChaining: block };
}
