/**
 * Command APDUs of ISO/IEC 7816-4, 5.1, short length: the four cases are (header), (header, Le), (header, Lc, data),
 * (header, Lc, data, Le). The card has no extended length. What is out of range is refused, never masked.
 */
import { bytesToHex, concatBytes, requireByte } from '../bytes/index.ts';

export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** 1–255 bytes; absent (or empty) in cases 1 and 2. */
  readonly data?: Uint8Array;
  /** Expected length 1–256; 256 is coded as Le 00. Absent in cases 1 and 3. */
  readonly le?: number;
}

export const MAX_COMMAND_DATA_BYTES = 255;
export const MAX_RESPONSE_DATA_BYTES = 256;

export function encodeCommand(command: CommandApdu): Uint8Array {
  const header = Uint8Array.of(
    requireByte(command.cla, 'CLA'),
    requireByte(command.ins, 'INS'),
    requireByte(command.p1, 'P1'),
    requireByte(command.p2, 'P2'),
  );
  const data = command.data ?? new Uint8Array(0);
  if (data.length > MAX_COMMAND_DATA_BYTES) throw new RangeError(`command data has ${data.length} bytes, at most 255`);
  const lc = data.length === 0 ? new Uint8Array(0) : Uint8Array.of(data.length);
  return concatBytes(header, lc, data, encodeLe(command.le));
}

export function parseCommand(bytes: Uint8Array): CommandApdu {
  const [cla, ins, p1, p2, p3] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) {
    throw new RangeError(`a command APDU has at least 4 bytes, this has ${bytes.length}`);
  }
  const header = { cla, ins, p1, p2 };
  if (p3 === undefined) return header;
  if (bytes.length === 5) return { ...header, le: decodeLe(p3) };
  // Lc 00 before more bytes would be extended length.
  if (p3 === 0) throw new RangeError('extended length is not supported by the card');
  const rest = bytes.length - 5 - p3;
  if (rest !== 0 && rest !== 1) {
    throw new RangeError(`Lc says ${p3} bytes of data, ${bytes.length - 5} follow (${bytesToHex(bytes.slice(0, 5))})`);
  }
  const data = bytes.slice(5, 5 + p3);
  return rest === 0 ? { ...header, data } : { ...header, data, le: decodeLe(bytes[5 + p3] as number) };
}

function encodeLe(le: number | undefined): Uint8Array {
  if (le === undefined) return new Uint8Array(0);
  if (!Number.isInteger(le) || le < 1 || le > MAX_RESPONSE_DATA_BYTES) throw new RangeError(`Le ${le} is not 1..256`);
  return Uint8Array.of(le === 256 ? 0 : le);
}

function decodeLe(byte: number): number {
  return byte === 0 ? 256 : byte;
}
