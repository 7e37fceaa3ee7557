/**
 * PC/SC result codes (pcsc-lite `pcsclite.h`, Windows `winscard.h`) that the field meets, each with the sentence that a
 * clerk gets and with what the agent may do about it by itself. `cure`: `none` – a person must act or wait; `reconnect` –
 * the next rung of the ladder (connect again, new context, new process) may help; `service` – wait for the service.
 */
import type { RhcError } from '@rhc/card/errors';
import { type AgentErrorCode, agentErrors } from '../errors.ts';

export type Cure = 'none' | 'reconnect' | 'service';

interface PcscCode {
  readonly name: string;
  readonly error: AgentErrorCode;
  readonly cure: Cure;
}

export const PCSC_CODES: Readonly<Record<number, PcscCode>> = {
  2148532226: { name: 'SCARD_E_CANCELLED', error: 'PCSC_SERVICE_RESTARTED', cure: 'reconnect' },
  2148532227: { name: 'SCARD_E_INVALID_HANDLE', error: 'PCSC_SERVICE_RESTARTED', cure: 'reconnect' },
  2148532233: { name: 'SCARD_E_UNKNOWN_READER', error: 'READER_UNKNOWN', cure: 'none' },
  2148532234: { name: 'SCARD_E_TIMEOUT', error: 'READER_REPLUG', cure: 'reconnect' },
  2148532235: { name: 'SCARD_E_SHARING_VIOLATION', error: 'READER_IN_USE_ELSEWHERE', cure: 'none' },
  2148532236: { name: 'SCARD_E_NO_SMARTCARD', error: 'CARD_ABSENT', cure: 'none' },
  2148532239: { name: 'SCARD_E_PROTO_MISMATCH', error: 'CARD_FOREIGN', cure: 'none' },
  2148532240: { name: 'SCARD_E_NOT_READY', error: 'READER_REPLUG', cure: 'reconnect' },
  2148532243: { name: 'SCARD_F_COMM_ERROR', error: 'READER_REPLUG', cure: 'reconnect' },
  2148532244: { name: 'SCARD_F_UNKNOWN_ERROR', error: 'READER_REPLUG', cure: 'reconnect' },
  2148532246: { name: 'SCARD_E_NOT_TRANSACTED', error: 'CARD_MUTE', cure: 'reconnect' },
  2148532247: { name: 'SCARD_E_READER_UNAVAILABLE', error: 'READER_UNKNOWN', cure: 'none' },
  2148532253: { name: 'SCARD_E_NO_SERVICE', error: 'PCSC_SERVICE_DOWN', cure: 'service' },
  2148532254: { name: 'SCARD_E_SERVICE_STOPPED', error: 'PCSC_SERVICE_DOWN', cure: 'service' },
  2148532270: { name: 'SCARD_E_NO_READERS_AVAILABLE', error: 'READER_NONE', cure: 'none' },
  2148532325: { name: 'SCARD_W_UNSUPPORTED_CARD', error: 'CARD_FOREIGN', cure: 'none' },
  2148532326: { name: 'SCARD_W_UNRESPONSIVE_CARD', error: 'CARD_MUTE', cure: 'reconnect' },
  2148532327: { name: 'SCARD_W_UNPOWERED_CARD', error: 'CARD_MUTE', cure: 'reconnect' },
  2148532328: { name: 'SCARD_W_RESET_CARD', error: 'CARD_RESET_BY_OTHER', cure: 'reconnect' },
  2148532329: { name: 'SCARD_W_REMOVED_CARD', error: 'CARD_REMOVED', cure: 'none' },
  2148532330: { name: 'SCARD_W_SECURITY_VIOLATION', error: 'PCSC_FORBIDDEN', cure: 'service' },
};

/** A code outside the table is treated as a reader fault, which the ladder may cure. */
const UNLISTED: PcscCode = { name: 'unlisted', error: 'READER_REPLUG', cure: 'reconnect' };

export function pcscCode(code: number): PcscCode {
  return PCSC_CODES[code >>> 0] ?? UNLISTED;
}

export function pcscError(code: number, during: string): RhcError {
  const entry = pcscCode(code);
  const hex = (code >>> 0).toString(16).toUpperCase().padStart(8, '0');
  return agentErrors.make(entry.error, { detail: `${during}: ${entry.name} (0x${hex})` });
}

/** pcsclite 1.0.1 gives codes only inside the text: `SCardTransmit error: Card was removed.(0x80100069)`. */
export function codeFromMessage(message: string): number {
  const match = /\(0x([0-9a-f]{8,16})\)\s*$/i.exec(message);
  if (match?.[1] === undefined) return 0x80100014;
  return Number(BigInt(`0x${match[1]}`) & 0xffffffffn);
}
