/**
 * Time that a real reader and chip would take (CARD.md, "Wire model"):
 * `T = Σ (n_cmd + n_rsp + 8) · etu · F/(D·f) + N · (t_usb + t_cos) + Σ ceil(bytes/64) · t_page`, pages of non-volatile writes.
 */
import { byteMs, type WireLink } from './link.ts';

/** One APDU: what went over the wire, and how many bytes the card wrote for it. */
export interface Exchange {
  readonly commandBytes: number;
  /** Status word included. */
  readonly responseBytes: number;
  /** Bytes of non-volatile memory. */
  readonly writtenBytes: number;
}

/** Bytes of a block's frame in both directions: prologue and epilogue (ISO/IEC 7816-3, 11.3; CARD.md counts 8). */
export const FRAME_BYTES = 8;
export const USB_MS = 2;
export const COS_MS = 12;
export const PAGE_BYTES = 64;
export const PAGE_WRITE_MS = 3;

export function exchangeMs(link: WireLink, exchange: Exchange): number {
  const { commandBytes, responseBytes, writtenBytes } = exchange;
  for (const count of [commandBytes, responseBytes, writtenBytes]) {
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`${count} is no number of bytes`);
  }
  const wire = (commandBytes + responseBytes + FRAME_BYTES) * byteMs(link);
  return wire + USB_MS + COS_MS + Math.ceil(writtenBytes / PAGE_BYTES) * PAGE_WRITE_MS;
}

export function transcriptMs(link: WireLink, exchanges: readonly Exchange[]): number {
  return exchanges.reduce((sum, exchange) => sum + exchangeMs(link, exchange), 0);
}
