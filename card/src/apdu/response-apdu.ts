/** Response APDUs of ISO/IEC 7816-4, 5.1: data, then SW1 SW2. */
import { concatBytes, readUint16, uint16 } from '../bytes/index.ts';

export interface ResponseApdu {
  readonly data: Uint8Array;
  /** SW1 SW2 as one number, for example 0x9000. */
  readonly sw: number;
}

export function parseResponse(bytes: Uint8Array): ResponseApdu {
  if (bytes.length < 2) throw new RangeError(`a response APDU has at least 2 bytes, this has ${bytes.length}`);
  return { data: bytes.slice(0, -2), sw: readUint16(bytes, bytes.length - 2) };
}

export function encodeResponse(response: ResponseApdu): Uint8Array {
  return concatBytes(response.data, uint16(response.sw));
}
